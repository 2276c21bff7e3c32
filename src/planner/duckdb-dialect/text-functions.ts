// Text functions whose bounds T-SQL counts differently.

import type { OperatorExpr } from '../expression.ts';
import { typed } from './literals.ts';
import { raise } from './raise.ts';
import { balanced, call, type Operators } from './spell.ts';

export const textOperators: Operators = {
  concat: balanced('||'),
  'concat-skip-null': call('concat'),
  len: ([s], { type }) => typed(`length(rtrim(${s}, ' '))`, type),
  upper: call('upper'),
  lower: call('lower'),
  trim: ([s, chars]) => `trim(${s}, ${chars ?? "' '"})`,
  ltrim: ([s, chars]) => `ltrim(${s}, ${chars ?? "' '"})`,
  rtrim: ([s, chars]) => `rtrim(${s}, ${chars ?? "' '"})`,
  substring,
  left: ([s, n]) => `left(${s}, ${nonNegative(n, 'left')})`,
  right: ([s, n]) => `right(${s}, ${nonNegative(n, 'right')})`,
  charindex: ([f, s, start], { type }) => typed(charIndex(f, s, start), type),
  replace: ([s, from, to]) => `replace(${s}, ${from}, ${to})`,
  replicate: ([s, n]) => `CASE WHEN ${n} < 0 THEN NULL ELSE repeat(${s}, ${n}) END`,
};

function nonNegative(n: string | undefined, name: string): string {
  return /^\d+$/.test(`${n}`) ? `${n}` : `CASE WHEN ${n} < 0 THEN ${raise(`exec/length:${name}`)} ELSE ${n} END`;
}

/** DuckDB counts a negative start from the end, and its greatest() passes over NULL. */
function substring([s, i, n]: readonly string[], { args }: OperatorExpr): string {
  const cut = `substr(${s}, greatest(${i}, 1), greatest(${nonNegative(n, 'substring')} + least(${i} - 1, 0), 0))`;
  const open = [i, n].filter((_, k) => args[k + 1]?.kind !== 'literal' || isNullOf(args[k + 1]));
  return open.length === 0
    ? cut
    : `CASE WHEN ${open.map((x) => `${x} IS NULL`).join(' OR ')} THEN NULL ELSE ${cut} END`;
}

function isNullOf(expr: OperatorExpr['args'][number] | undefined): boolean {
  return expr?.kind === 'literal' && expr.value === null;
}

function charIndex(find: string | undefined, text: string | undefined, start: string | undefined): string {
  // An empty text is found nowhere.
  if (start === undefined) return `CASE WHEN ${find} = '' THEN 0 ELSE strpos(${text}, ${find}) END`;
  const from = `greatest(${start}, 1)`;
  return `CASE WHEN ${start} IS NULL THEN NULL WHEN ${find} = '' THEN 0 WHEN strpos(substr(${text}, ${from}), ${find}) = 0 THEN 0 ELSE strpos(substr(${text}, ${from}), ${find}) + ${from} - 1 END`;
}
