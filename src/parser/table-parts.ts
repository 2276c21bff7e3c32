// What the rules of tables gather: the parts of a column, and the layout options of WITH (3-dialect 1.7).

import type { IToken } from 'chevrotain';
import { error, type SqlcError } from '../common/errors.ts';
import { type Span, spanning } from '../common/span.ts';
import { didYouMean } from '../common/suggest.ts';
import type { Expression, Identifier, TableColumn, TableConstraint, TableLayout, TypeName } from './ast.ts';
import { either } from './options.ts';
import { spanOf } from './token-span.ts';

/** A column while its attributes are read. */
export interface ColumnParts {
  type: TypeName | undefined;
  collation: Identifier | undefined;
  nullable: boolean | undefined;
  default: Expression | undefined;
  identity: { readonly seed: number; readonly increment: number } | undefined;
  computed: Expression | undefined;
  readonly constraints: TableConstraint[];
  readonly deferred: Identifier[];
}

export function newColumn(): ColumnParts {
  return {
    type: undefined,
    collation: undefined,
    nullable: undefined,
    default: undefined,
    identity: undefined,
    computed: undefined,
    constraints: [],
    deferred: [],
  };
}

export function columnOf(name: Identifier, parts: ColumnParts, span: Span): TableColumn {
  return { name, ...parts, span };
}

export interface RawLayoutOption {
  readonly words: readonly IToken[];
  readonly value: IToken | undefined;
  readonly columns: readonly Identifier[];
  readonly partition: TableLayout['partition'];
}

const KNOWN = [
  'DISTRIBUTION',
  'CLUSTERED',
  'CLUSTER',
  'HEAP',
  'PARTITION',
  'LOCATION',
  'DATA_COMPRESSION',
  'MEMORY_OPTIMIZED',
  'DURABILITY',
];
const DISTRIBUTIONS = ['HASH', 'ROUND_ROBIN', 'REPLICATE'];

/** @throws SqlcError syntax/unknown-option, syntax/repeated-option, syntax/option-value, syntax/option-combination */
export function layoutOf(options: readonly RawLayoutOption[]): TableLayout {
  const layout: { -readonly [K in keyof TableLayout]: TableLayout[K] } = {
    distribution: undefined,
    index: undefined,
    partition: undefined,
  };
  const given = new Set<string>();
  for (const option of options) {
    const [first] = option.words;
    if (first === undefined) continue;
    const name = first.image.toUpperCase();
    if (!KNOWN.includes(name)) {
      const params = { name: first.image, statement: 'CREATE TABLE' };
      throw error('syntax/unknown-option', params, { span: spanOf(first), hint: didYouMean(first.image, KNOWN) });
    }
    if (given.has(name)) throw error('syntax/repeated-option', { name }, { span: spanOf(first) });
    given.add(name);
    switch (name) {
      case 'DISTRIBUTION':
        layout.distribution = distributionOf(option, first);
        break;
      case 'PARTITION':
        layout.partition = option.partition ?? wrong(first, 'PARTITION', 'a column and its ranges in parentheses');
        break;
      case 'CLUSTER':
        if (option.columns.length === 0) wrong(first, 'CLUSTER BY', 'columns in parentheses');
        break;
      case 'CLUSTERED':
      case 'HEAP':
        if (layout.index !== undefined)
          throw error('syntax/option-combination', { name, other: 'another index' }, { span: spanOf(first) });
        layout.index = indexOf(option, first);
        break;
      default:
    }
  }
  return layout;
}

function distributionOf({ value, columns }: RawLayoutOption, name: IToken): TableLayout['distribution'] {
  const word = value?.image.toUpperCase();
  if (value === undefined || word === undefined || !DISTRIBUTIONS.includes(word)) {
    const params = { name: 'DISTRIBUTION', found: value?.image ?? 'nothing', expected: either(DISTRIBUTIONS) };
    const hint = value === undefined ? undefined : didYouMean(value.image, DISTRIBUTIONS);
    throw error('syntax/option-value', params, { span: spanOf(value ?? name), hint });
  }
  if (word !== 'HASH') {
    if (columns.length > 0) wrong(value, `DISTRIBUTION = ${word}`, 'no columns');
    return { kind: word === 'REPLICATE' ? 'replicate' : 'round-robin' };
  }
  if (columns.length === 0) wrong(value, 'DISTRIBUTION = HASH', 'columns in parentheses');
  return { kind: 'hash', columns };
}

function indexOf({ words, columns }: RawLayoutOption, first: IToken): TableLayout['index'] {
  const text = words.map((word) => word.image.toUpperCase()).join(' ');
  if (text === 'HEAP') return { kind: 'heap' };
  if (text === 'CLUSTERED INDEX') {
    if (columns.length === 0) wrong(first, 'CLUSTERED INDEX', 'columns in parentheses');
    return { kind: 'clustered', columns };
  }
  if (text === 'CLUSTERED COLUMNSTORE INDEX') return { kind: 'columnstore', columns };
  const last = words.at(-1) ?? first;
  const params = { found: `"${last.image}"`, expected: 'CLUSTERED INDEX or CLUSTERED COLUMNSTORE INDEX' };
  throw error('syntax/unexpected-token', params, { span: spanning(spanOf(first), spanOf(last)) });
}

function wrong(token: IToken, name: string, expected: string): never {
  throw error('syntax/option-value', { name, found: 'something else', expected }, { span: spanOf(token) });
}

/** @throws SqlcError syntax/unexpected-token for a name alone */
export function checkTyped(column: TableColumn): void {
  if (column.type === undefined && column.computed === undefined) throw untyped(column.name);
}

export function untyped({ name, span }: Identifier): SqlcError {
  const params = { found: 'the end of the column', expected: `a type for "${name}"` };
  return error('syntax/unexpected-token', params, { span: { start: span.end, end: span.end } });
}

/** @throws SqlcError syntax/clause-combination for more than a name */
export function nameOnly(column: TableColumn): Identifier {
  if (column.type !== undefined || column.computed !== undefined) throw typedInAs(column.span);
  return column.name;
}

export function typedInAs(span: Span): SqlcError {
  return error(
    'syntax/clause-combination',
    { first: 'AS with a query', second: 'a column type or a constraint' },
    { span, hint: 'Name the columns only: their types come from the query.' },
  );
}
