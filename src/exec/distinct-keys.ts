/** Keys are bytes where they are compared, and text again where they leave for a service. */
export function distinctKeys(keys: string, width: number, tail = ''): string {
  return `SELECT ${Array.from({ length: width }, (_, i) => `decode(k${i + 1})`).join(', ')} FROM (${keys}) AS k${tail}`;
}
