// Dates and times as ISO 8601 text, from days and microseconds since 1970. No Date object and no time zone: the
// range is DuckDB's, which is wider than both JavaScript's and T-SQL's.

import type { SqlType } from './sql-type.ts';

const MICROSECONDS_PER_DAY = 86_400_000_000n;
/** What DuckDB stores for 'infinity'; its negative is '-infinity'. */
const INFINITE_DAYS = 2 ** 31 - 1;
const INFINITE_MICROSECONDS = 2n ** 63n - 1n;

/** Fraction digits a type shows: those it declares, at most the six that are stored. */
export function fractionDigits(type: SqlType): number {
  switch (type.kind) {
    case 'datetime':
      return 3;
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return Math.min(type.scale, 6);
    default:
      return 0;
  }
}

/** `2024-02-29`; a year outside 0000..9999 has a sign and six digits. */
export function dateText(days: number): string {
  if (Math.abs(days) === INFINITE_DAYS) return days < 0 ? '-infinity' : 'infinity';
  // Days to the civil calendar by eras of 400 years, counted from the first of March.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${yearText(year)}-${twoDigits(month)}-${twoDigits(day)}`;
}

/** `13:05:09.120000` with `digits` of the fraction, from microseconds since midnight. */
export function timeText(microseconds: number, digits: number): string {
  const seconds = Math.floor(microseconds / 1_000_000);
  const clock = `${twoDigits(Math.floor(seconds / 3600))}:${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}`;
  if (digits === 0) return clock;
  const fraction = String(microseconds - seconds * 1_000_000).padStart(6, '0');
  return `${clock}.${fraction.slice(0, digits)}`;
}

/** `2024-02-29T13:05:09.120000`, from microseconds since 1970. */
export function timestampText(microseconds: bigint, digits: number): string {
  if (microseconds === INFINITE_MICROSECONDS) return 'infinity';
  if (microseconds === -INFINITE_MICROSECONDS) return '-infinity';
  let days = microseconds / MICROSECONDS_PER_DAY;
  let rest = microseconds - days * MICROSECONDS_PER_DAY;
  if (rest < 0n) {
    rest += MICROSECONDS_PER_DAY;
    days -= 1n;
  }
  return `${dateText(Number(days))}T${timeText(Number(rest), digits)}`;
}

function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0');
  return `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
