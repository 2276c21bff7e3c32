// What lives as long as a batch: its variables, its table variables, the errors its CATCH blocks are handling. And the
// values a statement may read: the caller's parameters, the variables, @@ROWCOUNT and its like.

import { INT, NULL, NVARCHAR_MAX, type SqlType } from '../arrow/sql-type.ts';
import { error } from '../common/errors.ts';
import type { Span } from '../common/span.ts';
import type { TypeName } from '../parser/ast.ts';
import type { ParameterValue } from '../planner/bind/context.ts';
import type { Caught } from './raised.ts';
import type { Session } from './session.ts';

export interface Variable {
  readonly name: string;
  /** As declared, with lengths written out, to cast what is assigned. */
  readonly declared: TypeName;
  readonly type: SqlType;
  /** Where it is declared: DECLARE in a loop is one declaration. */
  readonly span: Span;
  value: ParameterValue['value'];
}

export class BatchScope {
  readonly #given: ReadonlyMap<string, ParameterValue>;
  readonly #variables = new Map<string, Variable>();
  /** Names of table variables, with their @. */
  readonly tables = new Set<string>();
  readonly caught: Caught[] = [];

  /** @param given parameters of the caller, by lower-case name */
  constructor(given: ReadonlyMap<string, ParameterValue>) {
    this.#given = given;
  }

  /** @returns whether it is new; a declaration met again, in a loop, keeps its value */
  declare(variable: Variable): boolean {
    const key = variable.name.toLowerCase();
    const known = this.#variables.get(key);
    if (known !== undefined && known.span === variable.span) return false;
    if (known !== undefined || this.#given.has(key)) {
      const hint = known === undefined ? 'It was given from outside; do not declare it as well.' : undefined;
      throw error('script/declared-twice', { name: variable.name }, { span: variable.span, hint });
    }
    this.#variables.set(key, variable);
    return true;
  }

  /** @throws SqlcError bind/unknown-parameter (137) */
  variable(name: string, span: Span): Variable {
    const found = this.#variables.get(name.toLowerCase());
    if (found !== undefined) return found;
    const hint = this.#given.has(name.toLowerCase())
      ? 'Values given from outside cannot be assigned: declare a variable of another name.'
      : undefined;
    throw error('bind/unknown-parameter', { name }, { span, hint });
  }

  /** What a statement that starts now may read, by lower-case name. */
  values(session: Session): ReadonlyMap<string, ParameterValue> {
    const values = new Map<string, ParameterValue>(this.#given);
    for (const [key, { value, type }] of this.#variables) values.set(key, { value, type });
    for (const [key, value] of sessionValues(session)) values.set(key, value);
    for (const [key, value] of errorValues(this.caught.at(-1))) values.set(key, value);
    return values;
  }
}

const NOTHING: ParameterValue = { value: null, type: INT };

/** `@@NAME` has the key `@name`, a function without arguments `name()`: no name a user can give. */
function sessionValues(session: Session): readonly (readonly [string, ParameterValue])[] {
  const { state, parts } = session;
  const depth = parts.store.depth;
  const identity = { value: state.lastIdentity === undefined ? null : String(state.lastIdentity), type: DECIMAL_38 };
  return [
    ['@rowcount', integer(state.rowCount)],
    ['rowcount_big()', { value: String(state.rowCount), type: { kind: 'bigint' } }],
    ['@error', integer(state.error)],
    ['@trancount', integer(depth)],
    ['@identity', identity],
    ['scope_identity()', identity],
    ['xact_state()', { value: depth === 0 ? 0 : state.doomed ? -1 : 1, type: { kind: 'smallint' } }],
    ['@version', text(`sqlc ${parts.version}`)],
    ['@servername', text('sqlc')],
    ['@spid', { value: 1, type: { kind: 'smallint' } }],
    ['@nestlevel', integer(0)],
    ['@datefirst', { value: state.dateFirst, type: { kind: 'tinyint' } }],
    ['@language', text(state.language)],
    ['@max_precision', { value: 38, type: { kind: 'tinyint' } }],
    ['db_name()', text(parts.databaseName)],
    ['db_id()', integer(1)],
    ['current_timezone()', text('(UTC) Coordinated Universal Time')],
    ['current_timezone_id()', text('UTC')],
    ['original_login()', text('sa')],
    // Written without parentheses.
    ['current_user()', text('dbo')],
    ['session_user()', text('dbo')],
    ['system_user()', text('sa')],
    ['user_name()', text('dbo')],
    ['suser_sname()', text('sa')],
    ['schema_name()', text('dbo')],
  ];
}

const DECIMAL_38: SqlType = { kind: 'decimal', precision: 38, scale: 0 };

function errorValues(caught: Caught | undefined): readonly (readonly [string, ParameterValue])[] {
  const number = (value: number | undefined): ParameterValue => (value === undefined ? NOTHING : integer(value));
  return [
    ['error_number()', number(caught?.number)],
    ['error_severity()', number(caught?.severity)],
    ['error_state()', number(caught?.state)],
    ['error_line()', number(caught?.line)],
    ['error_message()', { value: caught?.failure.message ?? null, type: NVARCHAR_MAX }],
    ['error_procedure()', { value: null, type: NVARCHAR_MAX }],
  ];
}

function integer(value: number): ParameterValue {
  return { value, type: INT };
}
function text(value: string): ParameterValue {
  return { value, type: { kind: 'nvarchar', length: 128 } };
}

export const UNTYPED_NULL: ParameterValue = { value: null, type: NULL };
