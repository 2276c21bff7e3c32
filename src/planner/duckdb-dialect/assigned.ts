// A value on its way into a column: converted as CAST does, but a text or bytes longer than the column are refused
// (2628), where CAST cuts them. Blanks beyond the end are cut without a word, as T-SQL does.

import { familyOf, isText, type SqlType } from '../../arrow/sql-type.ts';
import type { DateOrder } from '../expression.ts';
import { stringLiteral } from '../sql-text.ts';
import { castSql } from './casts.ts';
import { RAISED } from './raise.ts';
import { lengthIn, longest } from './sized.ts';

export interface Place {
  readonly table: string;
  readonly column: string;
}

/** @param dateOrder of texts that become dates */
export function assignedSql(sql: string, from: SqlType, to: SqlType, place: Place, dateOrder: DateOrder): string {
  const cast = castSql(sql, from, to, 'fail', { dateOrder });
  if (!('length' in to) || to.length === 'max') return cast;
  if ('length' in from && longest(from, to) <= to.length) return cast;
  if (familyOf(from) === 'binary' && familyOf(to) === 'binary')
    return guarded(`octet_length(${sql}) > ${to.length}`, `hex(${sql})`, cast, place);
  if (!isText(from) || !isText(to)) return cast;
  return guarded(`${lengthIn(`rtrim(${sql}, ' ')`, to)} > ${to.length}`, `left(${sql}, ${to.length})`, cast, place);
}

function guarded(tooLong: string, shown: string, value: string, { table, column }: Place): string {
  const code = stringLiteral(`${RAISED}exec/truncated:${encoded(table)}:${encoded(column)}:`);
  return `CASE WHEN ${tooLong} THEN error(${code} || url_encode(${shown})) ELSE ${value} END`;
}

/** Without blanks and colons, which end the parts of a raised error. */
function encoded(name: string): string {
  return encodeURIComponent(name).replaceAll("'", '%27');
}
