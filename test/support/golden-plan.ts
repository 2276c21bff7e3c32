// Planning as goldens see it: recorded types, short names for the relations of a statement, rules switched by name.

import type { Snapshot } from '../../src/catalog/snapshot.ts';
import { declaredTerms } from '../../src/engine/call-terms.ts';
import { viewQuery } from '../../src/engine/change/defaults.ts';
import { functionsOf } from '../../src/engine/function-definition.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src/engine/settings.ts';
import { externalName } from '../../src/exec/statement-work.ts';
import type { Query } from '../../src/parser/ast.ts';
import type { ParameterValue } from '../../src/planner/bind/context.ts';
import type { DateOrder } from '../../src/planner/expression.ts';
import { NOTHING_LEARNT } from '../../src/planner/learnt-calls.ts';
import { type PlannedQuery, planQuery } from '../../src/planner/plan-query.ts';
import type { Rule } from '../../src/planner/rule.ts';
import { allRules } from '../../src/planner/rules/index.generated.ts';
import { quote } from '../../src/planner/sql-text.ts';
import { TypeMemo } from '../../src/planner/type-oracle.ts';
import type { WorkNames } from '../../src/planner/unparse.ts';
import { functionRegistry } from '../../src/udf/function.ts';
import { allFunctions } from '../../src/udf/functions/index.generated.ts';
import { type LookOptions, lookFunctions } from './look-functions.ts';
import { recordedTypes } from './recorded-types.ts';

export interface PlanOptions {
  readonly rules?: readonly Rule[];
  readonly parameters?: ReadonlyMap<string, ParameterValue>;
  /** `blocking`: as under CREATE TABLE AS. */
  readonly consumer?: 'streaming' | 'blocking';
  readonly settings?: Pick<Settings, 'on_error' | 'maxrecursion'>;
  readonly dateOrder?: DateOrder;
  readonly rowLimit?: number | undefined;
  /** With the functions of look-functions.ts: their prices, and the share of rows every predicate keeps. */
  readonly look?: { readonly prices: LookOptions['prices']; readonly kept: number | undefined } | undefined;
}

const NAMES: WorkNames = {
  area: 'work.s0',
  stage: (index) => `stage_${index}`,
  answers: (name) => quote(`answers ${name}`),
  external: (table) => quote(externalName(table.schema, table.name)),
};

export function planGolden(query: Query, snapshot: Snapshot, options: PlanOptions): Promise<PlannedQuery> {
  const { rules = allRules, parameters = new Map(), consumer = 'streaming', settings = DEFAULT_SETTINGS } = options;
  const { look, dateOrder = 'mdy', rowLimit } = options;
  const functions = functionRegistry([
    ...allFunctions,
    ...(look === undefined ? [] : functionsOf(lookFunctions({ prices: look.prices }), new Map())),
  ]);
  const inputs = {
    snapshot,
    functions,
    parameters,
    rules,
    oracle: recordedTypes,
    memo: new TypeMemo(),
    names: NAMES,
    onError: settings.on_error,
    maxRecursion: settings.maxrecursion,
    viewQuery,
    now: new Date(0),
    dateOrder,
    rowLimit,
    learnt: { ...NOTHING_LEARNT, selectivity: () => look?.kept },
    terms: async () => declaredTerms(() => []),
  };
  return planQuery(query, inputs, consumer);
}

/** The SQL the relational engine gets, in the order it gets it, and what happens in between. */
export function fragmentsOf({ physical }: PlannedQuery): string {
  const { output } = physical;
  const lines = physical.stages.map(
    (s) => `stage ${s.stage}, then ${s.calls.map(callText).join(' and ')}:\n  ${s.fragment.sql}`,
  );
  if (output.kind === 'fragment') return [...lines, `output:\n  ${output.fragment.sql}`].join('\n');
  const cut = [
    output.limit === undefined ? '' : `, limit ${output.limit}`,
    output.offset === 0 ? '' : `, offset ${output.offset}`,
  ].join('');
  const segments = output.segments.map(
    (s) => `stream ${s.stage}, ${s.calls.map(callText).join(' and ')}, then:\n  ${s.body.sql}`,
  );
  return [...lines, `source${cut}:\n  ${output.source.sql}`, ...segments].join('\n');
}

function callText(call: PlannedQuery['physical']['stages'][number]['calls'][number]): string {
  const service = call.service === undefined ? '' : ` using ${call.service}`;
  return `${call.operation.id}(${call.inputs.map((id) => `c${id}`).join(', ')})${service} into answers ${call.answers}`;
}
