// Decimal values as text with every digit of their scale: `-0.50`, never through a float.

/**
 * The decimal whose four 32-bit limbs (two's complement, least significant first) start at `at`.
 *
 * @param scale digits after the point.
 */
export function decimalText(limbs: ArrayLike<number>, at: number, scale: number): string {
  const low = limbs[at] ?? 0;
  const high = (limbs[at + 1] ?? 0) | 0;
  const sign = high >> 31;
  const isShort = ((limbs[at + 2] ?? 0) | 0) === sign && ((limbs[at + 3] ?? 0) | 0) === sign;
  // Up to 53 bits a double is exact, and much faster than BigInt.
  if (isShort && high < 2 ** 21 && high >= -(2 ** 21)) {
    const value = high * 2 ** 32 + low;
    return pointed(String(Math.abs(value)), value < 0, scale);
  }
  let value = BigInt((limbs[at + 3] ?? 0) | 0);
  for (let k = 2; k >= 0; k--) value = (value << 32n) | BigInt((limbs[at + k] ?? 0) >>> 0);
  return pointed(String(value < 0n ? -value : value), value < 0n, scale);
}

function pointed(digits: string, negative: boolean, scale: number): string {
  const sign = negative ? '-' : '';
  if (scale === 0) return sign + digits;
  const padded = digits.padStart(scale + 1, '0');
  const point = padded.length - scale;
  return `${sign}${padded.slice(0, point)}.${padded.slice(point)}`;
}

/** `1.5` at scale 2 is 150; undefined for anything but plain digits of at most that scale. */
export function unscaledOf(text: string, scale: number): bigint | undefined {
  const [, sign, whole, fraction = ''] = /^([-+]?)(\d+)(?:\.(\d*))?$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > scale) return undefined;
  const digits = BigInt(whole + fraction.padEnd(scale, '0'));
  return sign === '-' ? -digits : digits;
}
