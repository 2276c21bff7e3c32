/** Exit statuses of the contract (1-product, Command line). */
export const ExitStatus = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;
