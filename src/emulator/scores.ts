// Confidences leave the emulator as the service sends them: no finer than two decimals.

export function twoDecimals(score: number): number {
  return Math.round(score * 100) / 100;
}
