// PRINT, THROW and RAISERROR.

import { error } from '../../common/errors.ts';
import type { Expression, Print, Raiserror, Throw } from '../../parser/ast.ts';
import { evaluate } from '../evaluate.ts';
import { type Caught, formatted, type Message, RaisedError } from '../raised.ts';
import type { StatementContext } from '../statement.ts';
import { converted } from './assign.ts';

/** Messages are at most 4,000 characters long; one that is NULL is empty. */
export async function print(statement: Print, context: StatementContext): Promise<Message> {
  return { text: (await textOf(statement.value, 4000, context)) ?? '', severity: 0, state: 1 };
}

/** @throws SqlcError script/throw-number (35100) */
export async function throwError(
  given: NonNullable<Throw['error']>,
  { span }: Throw,
  context: StatementContext,
): Promise<RaisedError> {
  const number = await numberOf(given.number, context);
  if (number < 50000 || number > 2147483647)
    throw error('script/throw-number', { number }, { span: given.number.span });
  const state = await numberOf(given.state, context);
  const text = (await textOf(given.message, 2048, context)) ?? '';
  return new RaisedError({ number, text, severity: 16, state }, span);
}

/** THROW alone: what was caught, as it was. @throws SqlcError script/throw-nothing (10704) */
export function rethrow(caught: Caught | undefined, { span }: Throw): unknown {
  return caught === undefined ? error('script/throw-nothing', {}, { span }) : caught.failure;
}

/** The message of a low severity. @throws RaisedError from severity 11 */
export async function raise(statement: Raiserror, context: StatementContext): Promise<Message> {
  const { span } = statement;
  const severity = await numberOf(statement.severity, context);
  const state = Math.max(0, Math.min(255, await numberOf(statement.state, context)));
  const args = [];
  for (const arg of statement.args) args.push((await evaluate(arg, context)).value);
  const given = await evaluate(statement.message, context);
  if (typeof given.value === 'number') {
    throw error('not-supported', { what: 'RAISERROR of a message number' }, { span, hint: 'Give its text.' });
  }
  const values = args.map((a) => (typeof a === 'string' || typeof a === 'number' || typeof a === 'bigint' ? a : null));
  const text = formatted(String(given.value ?? ''), values, span);
  if (severity > 18) {
    throw error('script/raiserror-severity', { severity }, { span: statement.severity.span });
  }
  if (severity > 10) throw new RaisedError({ number: 50000, text, severity, state }, span);
  return { text, severity: Math.max(0, severity), state };
}

async function numberOf(expression: Expression, context: StatementContext): Promise<number> {
  return Number((await evaluate(expression, context)).value ?? 0);
}

async function textOf(expression: Expression, length: number, context: StatementContext): Promise<string | null> {
  const type = { name: 'nvarchar', parameters: [length], span: expression.span };
  const { value } = await evaluate(converted(expression, type), context);
  return value === null ? null : String(value);
}
