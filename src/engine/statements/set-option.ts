// SET name = value: a session setting, one of T-SQL's that the session keeps, or one that cannot change an answer.

import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type { SetIdentityInsert, SetStatement } from '../../parser/ast.ts';
import type { DateOrder } from '../../planner/expression.ts';
import { targetTable } from '../change/target.ts';
import type { SessionState } from '../session-state.ts';
import { withSetting } from '../settings.ts';
import type { StatementContext } from '../statement.ts';

/** @throws SqlcError settings/*, not-supported, bind/unknown-parameter */
export function setOption(statement: SetStatement, context: StatementContext): void {
  const { session } = context;
  const { state } = session;
  const { name } = statement;
  const { span } = statement.value;
  const value = textOf(statement, context);
  switch (name.name) {
    case 'datefirst':
      state.dateFirst = firstDay(value, span);
      return;
    case 'dateformat':
      state.dateOrder = dateOrder(value, span);
      return;
    case 'language':
      Object.assign(state, language(value, span));
      return;
    case 'rowcount':
      state.rowLimit = rowLimit(value, span);
      return;
    case 'xact_abort':
      state.xactAbort = value.toLowerCase() === 'on';
  }
  session.settings = withSetting(session.settings, name.name, value, { opening: false, name: name.span, value: span });
}

function textOf({ value }: SetStatement, { parameters }: StatementContext): string {
  if (value.kind !== 'parameter') return String(value.value);
  const found = parameters.get(value.name.toLowerCase());
  if (found === undefined) throw error('bind/unknown-parameter', { name: value.name }, { span: value.span });
  return found.value === null ? 'NULL' : String(found.value).trim();
}

/** @throws SqlcError settings/value */
function firstDay(text: string, span: Span): number {
  if (/^[1-7]$/.test(text)) return Number(text);
  throw error('settings/value', { name: 'datefirst', found: text, expected: 'a day from 1 (Monday) to 7' }, { span });
}

const ORDERS: readonly DateOrder[] = ['mdy', 'dmy', 'ymd', 'ydm', 'myd', 'dym'];

/** @throws SqlcError settings/date-format (2741) */
function dateOrder(text: string, span: Span): DateOrder {
  const found = ORDERS.find((order) => order === text.toLowerCase());
  if (found === undefined) throw error('settings/date-format', { found: text }, { span });
  return found;
}

/** 0 is no limit. @throws SqlcError settings/row-count (507) */
function rowLimit(text: string, span: Span): number | undefined {
  const rows = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(rows <= 2_147_483_647)) throw error('settings/row-count', { found: text }, { span });
  return rows === 0 ? undefined : rows;
}

type Language = Pick<SessionState, 'language' | 'dateOrder' | 'dateFirst'>;
const AMERICAN: Language = { language: 'us_english', dateOrder: 'mdy', dateFirst: 7 };
const BRITISH: Language = { language: 'British', dateOrder: 'dmy', dateFirst: 1 };
/** By name and alias ("sys.syslanguages"): those whose months and days are called as ours are. */
const LANGUAGES: ReadonlyMap<string, Language> = new Map([
  ['us_english', AMERICAN],
  ['english', AMERICAN],
  ['british', BRITISH],
  ['british english', BRITISH],
]);

/** @throws SqlcError not-supported */
function language(text: string, span: Span): Language {
  const found = LANGUAGES.get(text.toLowerCase());
  if (found !== undefined) return found;
  const hint = 'Months and days have English names: SET DATEFORMAT and SET DATEFIRST say the rest of a language.';
  throw error('not-supported', { what: `language "${text}"` }, { span, hint });
}

/** One table at a time. @throws SqlcError table/identity-insert-on (8107), table/no-identity (8106) */
export async function setIdentityInsert(statement: SetIdentityInsert, { session }: StatementContext): Promise<void> {
  const { state, parts } = session;
  const { name, schema, columns } = targetTable(statement.table, await parts.store.snapshot());
  const { span } = statement.table;
  if (!columns.some((c) => c.identity !== undefined)) throw error('table/no-identity', { table: name }, { span });
  const key = `${schema}.${name}`.toLowerCase();
  if (!statement.on) {
    if (state.identityInsert === key) state.identityInsert = undefined;
    return;
  }
  if (state.identityInsert !== undefined && state.identityInsert !== key)
    throw error('table/identity-insert-on', { table: name, other: state.identityInsert }, { span });
  state.identityInsert = key;
}
