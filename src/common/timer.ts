// How long a timer can run: Node fires one of more than 24 days at once.

/** So many milliseconds, or as long as a timer can. */
export function timerMs(ms: number): number {
  return Math.min(ms, 2 ** 31 - 1);
}
