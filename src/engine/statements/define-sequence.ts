// CREATE and ALTER SEQUENCE (T-SQL reference): whole numbers given out one by one, whatever becomes of the statement.

import { type SqlType, typeName } from '../../arrow/sql-type.ts';
import type { SequenceDefinition } from '../../catalog/definitions.ts';
import { findSequence } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type * as ast from '../../parser/ast.ts';
import { newTableName, tableName } from '../../planner/bind/objects.ts';
import { bindType } from '../../planner/bind/type-name.ts';
import type { StatementContext } from '../statement.ts';
import { refuseDoomed } from './transaction.ts';

export async function createSequence(statement: ast.CreateSequence, context: StatementContext): Promise<void> {
  refuseDoomed(context);
  const { store } = context.session.parts;
  await store.exclusively(context.signal, async () => {
    const snapshot = await store.snapshot();
    const target = tableName(statement.name, snapshot);
    if (statement.existing === 'skip' && findSequence(snapshot, target.schema, target.name) !== undefined) return;
    const name = newTableName(statement.name, snapshot);
    const { options, span } = statement;
    const type: SqlType = statement.type === undefined ? { kind: 'bigint' } : bindType(statement.type, 1);
    const range = rangeOf(type, statement.type?.span ?? span);
    const increment = options.increment ?? 1n;
    const minimum = known(options.minimum) ?? range.minimum;
    const maximum = known(options.maximum) ?? range.maximum;
    const start = options.start ?? (increment > 0n ? minimum : maximum);
    const cycle = options.cycle ?? false;
    const numbers = { increment, minimum, maximum, start, cycle };
    check(numbers, range, start, span);
    await store.apply({ action: 'create', kind: 'sequence', definition: { ...name, type, ...asText(numbers) } });
  });
}

export async function alterSequence(statement: ast.AlterSequence, context: StatementContext): Promise<void> {
  refuseDoomed(context);
  const { store } = context.session.parts;
  await store.exclusively(context.signal, async () => {
    const snapshot = await store.snapshot();
    const { schema, name } = tableName(statement.name, snapshot);
    const found = findSequence(snapshot, schema, name);
    if (found?.stamp === undefined)
      throw error('catalog/unknown-object', { kind: 'sequence', name }, { span: statement.name.span });
    const { options, restart, span } = statement;
    const range = rangeOf(found.type, span);
    const numbers = {
      increment: options.increment ?? BigInt(found.increment),
      minimum: options.minimum === 'none' ? range.minimum : (options.minimum ?? BigInt(found.minimum)),
      maximum: options.maximum === 'none' ? range.maximum : (options.maximum ?? BigInt(found.maximum)),
      start: BigInt(found.start),
      cycle: options.cycle ?? found.cycle,
    };
    const start = restart === undefined ? undefined : restart === 'start' ? numbers.start : restart;
    check(numbers, range, start ?? numbers.minimum, span);
    await store.saveCounters();
    if (start !== undefined) store.setCounter(found.stamp.id, start);
    await store.apply({ action: 'replace', kind: 'sequence', definition: { ...found, ...asText(numbers) } });
  });
}

interface Range {
  readonly minimum: bigint;
  readonly maximum: bigint;
}
interface Numbers extends Range {
  readonly increment: bigint;
  readonly start: bigint;
  readonly cycle: boolean;
}

const LIMIT = 2n ** 63n;

/** @throws SqlcError sequence/type (11702) */
function rangeOf(type: SqlType, span: Span): Range {
  const wide = { minimum: -LIMIT, maximum: LIMIT - 1n };
  if (type.kind === 'tinyint') return { minimum: 0n, maximum: 255n };
  if (type.kind === 'smallint') return { minimum: -(2n ** 15n), maximum: 2n ** 15n - 1n };
  if (type.kind === 'int') return { minimum: -(2n ** 31n), maximum: 2n ** 31n - 1n };
  if (type.kind === 'bigint') return wide;
  if (type.kind !== 'decimal' || type.scale !== 0) throw error('sequence/type', { type: typeName(type) }, { span });
  // The relational engine counts in 64 bits.
  const most = 10n ** BigInt(type.precision) - 1n;
  return most < wide.maximum ? { minimum: -most, maximum: most } : wide;
}

/** @throws SqlcError sequence/increment (11700), sequence/bounds (11705), sequence/start (11703) */
function check(numbers: Numbers, range: Range, start: bigint, span: Span): void {
  const { increment, minimum, maximum } = numbers;
  if (increment === 0n) throw error('sequence/increment', {}, { span });
  if (minimum >= maximum || minimum < range.minimum || maximum > range.maximum)
    throw error('sequence/bounds', { minimum: String(minimum), maximum: String(maximum) }, { span });
  if (start < minimum || start > maximum)
    throw error(
      'sequence/start',
      { start: String(start), minimum: String(minimum), maximum: String(maximum) },
      { span },
    );
}

function asText({ increment, minimum, maximum, start, cycle }: Numbers) {
  const [i, low, high, first] = [increment, minimum, maximum, start].map(String) as [string, string, string, string];
  return { increment: i, minimum: low, maximum: high, start: first, cycle } satisfies Partial<SequenceDefinition>;
}

function known(bound: bigint | 'none' | undefined): bigint | undefined {
  return bound === 'none' ? undefined : bound;
}
