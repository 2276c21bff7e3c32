// The matches of a regular expression as a list, each with the text before it since the last: where matches stand, and
// how many there are of a pattern that may match nothing, is worked out from it.

import type { Expr } from '../expression.ts';
import { bindAlways } from './bind-once.ts';

/** Each match as [text before it since the last, the match, a group …]; groups are numbers, or one in SQL. */
export function hits(text: string, pattern: string, groups: readonly number[] | string = []): string {
  // Empty groups behind: a number that the pattern has no group for leads to an empty one.
  const more =
    typeof groups === 'string' ? ` || repeat('()', ${groups})` : ` || '${'()'.repeat(Math.max(0, ...groups))}'`;
  const whole = `'((?s:.*?))(' || ${pattern} || ')'${more}`;
  const wanted = typeof groups === 'string' ? [`CAST(${groups} + 2 AS INTEGER)`] : groups.map((g) => `${g + 2}`);
  const columns = ['1', '2', ...wanted].map((g) => `regexp_extract_all(${text}, ${whole}, ${g})`);
  // DuckDB finds an empty match again where there is text before it.
  return bindAlways(
    [`list_zip(${columns.join(', ')})`],
    ([m]) =>
      `list_filter(${m}, lambda h, i: NOT coalesce(h[1] = '' AND h[2] = '' AND ${m}[i - 1][2] = '' AND ${m}[i - 1][1] <> '', FALSE))`,
  );
}

/** The pattern as it was given is compiled too: within our parentheses `a)|(b` would be one. */
export function compiled(pattern: string, sql: string): string {
  return `CASE WHEN regexp_matches('', ${pattern}) IS NOT NULL THEN ${sql} END`;
}

/** One spelling for patterns that may match nothing, and a quicker one for those that never do. */
export function byMatches(
  pattern: string,
  given: Expr | undefined,
  { slow, quick }: { readonly slow: string; readonly quick: string },
): string {
  if (takesText(textOf(given))) return quick;
  return `CASE WHEN regexp_matches('', ${pattern}) OR contains(${pattern}, '\\b') THEN ${slow} ELSE ${quick} END`;
}

/** How many characters the first matches take, with the text before each, and the one passed over by an empty match. */
export function taken(list: string): string {
  return `coalesce(CAST(list_sum(list_transform(${list}, lambda h: length(h[1]) + greatest(length(h[2]), 1))) AS BIGINT), 0)`;
}

/** How many characters stand before the n-th match. */
export function before(list: string, n: string): string {
  return `(${taken(`${list}[1:${n} - 1]`)} + length(${list}[${n}][1]))`;
}

/** Whether no match of a literal pattern can be empty, as far as is plain to see: a part must be there, once at least. */
export function takesText(pattern: string | undefined): boolean {
  if (pattern === undefined) return false;
  let top = pattern
    .replace(/\\[bBAzQE]/g, '|')
    .replace(/\\[pPxC](\{\w*\}|\w\w?)?|\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\w+:\]|[^\]\\])*\]/g, 'x');
  for (let last = ''; last !== top; ) {
    last = top;
    top = top.replace(/\([^()]*\)(?:[*+?]|\{[\d,]*\})?\??/g, '');
  }
  return !top.includes('|') && /[^*+?{}^$()]/.test(top.replace(/[^^$](?:[*?]|\{0[\d,]*\})\??/g, ''));
}

/** The text of a literal. */
export function textOf(expr: Expr | undefined): string | undefined {
  return expr?.kind === 'literal' && typeof expr.value === 'string' ? expr.value : undefined;
}
