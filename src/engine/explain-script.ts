// The plans of a script's statements, without running any: what earlier ones would create is known by its definition
// only, both branches of an IF and the body of a WHILE are planned once, and variables have what can be known of them.

import { changed } from '../catalog/changed.ts';
import type { Snapshot } from '../catalog/snapshot.ts';
import { SqlcError } from '../common/errors.ts';
import type { Batch, Expression, SetStatement, Statement } from '../parser/ast.ts';
import type { ParameterValue } from '../planner/bind/context.ts';
import { bindType } from '../planner/bind/type-name.ts';
import { planQuery } from '../planner/plan-query.ts';
import { BatchScope } from './batch-scope.ts';
import { evaluate, queryOf } from './evaluate.ts';
import { explainText } from './explain-text.ts';
import { contextOf, type Script, sized } from './interpreter.ts';
import type { StatementContext } from './statement.ts';
import { converted } from './statements/assign.ts';
import { tableDefinition, variableDefinition } from './statements/create-table.ts';
import { planTable, selectInto } from './statements/create-table-as.ts';
import { viewDefinition } from './statements/create-view.ts';
import { definitionOf } from './statements/define-object.ts';
import { dropOf } from './statements/drop-object.ts';
import { type Explanation, explainStatement, isPlanned } from './statements/explain.ts';
import { setOption } from './statements/set-option.ts';

export interface ExplainOptions {
  readonly steps?: boolean;
}

/** @throws SqlcError the first error of binding */
export async function explainBatches(
  batches: readonly Batch[],
  script: Script,
  options: ExplainOptions,
): Promise<Explanation[]> {
  // What SET says holds for the plans behind it, and for nothing else.
  const session = script.session.apart();
  let snapshot = await session.parts.store.snapshot();
  const plans: Explanation[] = [];
  for (const { statements } of batches) {
    const explainer = new BatchExplainer({ ...script, session }, snapshot, options, plans);
    for (const statement of statements) await explainer.statement(statement);
    snapshot = explainer.snapshot;
  }
  return plans;
}

class BatchExplainer {
  snapshot: Snapshot;
  readonly #script: Script;
  readonly #scope: BatchScope;
  readonly #options: ExplainOptions;
  readonly #plans: Explanation[];

  constructor(script: Script, snapshot: Snapshot, options: ExplainOptions, plans: Explanation[]) {
    this.#script = script;
    this.#scope = new BatchScope(script.parameters);
    this.snapshot = snapshot;
    this.#options = options;
    this.#plans = plans;
  }

  async statement(written: Statement): Promise<void> {
    switch (written.kind) {
      case 'block':
        return this.#all(written.statements);
      case 'if':
        return this.#all([written.then, ...(written.otherwise === undefined ? [] : [written.otherwise])]);
      case 'while':
        return this.statement(written.body);
      case 'try':
        return this.#all([...written.statements, ...written.handler]);
      default:
        return this.#simple(written.kind === 'explain' ? written.statement : written);
    }
  }

  async #all(statements: readonly Statement[]): Promise<void> {
    for (const statement of statements) await this.statement(statement);
  }

  async #simple(statement: Statement): Promise<void> {
    const context = contextOf(statement, this.#script, this.#scope);
    try {
      if (isPlanned(statement)) {
        const json = await explainStatement(statement, context, this.snapshot, { steps: this.#options.steps ?? false });
        this.#plans.push({ text: explainText(json), json });
      }
      if (statement.kind === 'set' && isKnown(statement, context)) setOption(statement, context);
      await this.#assign(statement, context);
      this.snapshot = await withDefined(statement, context, this.snapshot);
    } catch (failure) {
      throw context.placed(failure);
    }
  }

  async #assign(statement: Statement, context: StatementContext): Promise<void> {
    if (statement.kind === 'declare') {
      for (const { name, type: written, value, span } of statement.variables) {
        const declared = sized(written);
        const type = bindType(declared, 1);
        const now = contextOf(statement, this.#script, this.#scope);
        this.#scope.declare({ name, declared, type, span, value: null });
        if (value === undefined) continue;
        this.#scope.variable(name, span).value = await this.#known(converted(value, declared), now);
      }
    } else if (statement.kind === 'set-variable') {
      const variable = this.#scope.variable(statement.name, statement.span);
      variable.value = await this.#known(converted(statement.value, variable.declared), context);
    }
  }

  /** NULL where a service or a file would have to be asked, and where it takes a table that is not there yet. */
  async #known(expression: Expression, context: StatementContext): Promise<ParameterValue['value']> {
    const { session, parameters } = context;
    const item = { expression, alias: undefined, variable: undefined, span: expression.span };
    const { physical } = await planQuery(
      queryOf([item]),
      session.planInputs(this.snapshot, parameters, 0),
      'streaming',
    );
    const { tables } = await session.parts.store.snapshot();
    const isThere = physical.tables.every((table) => tables.includes(table));
    if (physical.stages.length > 0 || physical.external.length > 0 || !isThere) return null;
    try {
      return (await evaluate(expression, context)).value;
    } catch (failure) {
      // It fails when its turn comes, if it does.
      if (failure instanceof SqlcError) return null;
      throw failure;
    }
  }
}

/** Not where it is a variable's that only the run can tell. */
function isKnown({ value }: SetStatement, { parameters }: StatementContext): boolean {
  return value.kind !== 'parameter' || parameters.get(value.name.toLowerCase())?.value !== null;
}

async function withDefined(statement: Statement, context: StatementContext, snapshot: Snapshot): Promise<Snapshot> {
  switch (statement.kind) {
    case 'select-statement':
    case 'create-table-as': {
      const made = statement.kind === 'select-statement' ? selectInto(statement) : statement;
      if (made === undefined) return snapshot;
      const { table } = await planTable(made, context, snapshot, 0);
      return { ...snapshot, tables: [...snapshot.tables, table] };
    }
    case 'declare-table': {
      const definition = variableDefinition(statement, context.text, snapshot);
      return { ...snapshot, tables: [...snapshot.tables, definition] };
    }
    case 'create-table': {
      const definition = tableDefinition(statement, context.text, snapshot);
      return definition === undefined ? snapshot : changed(snapshot, { action: 'create', kind: 'table', definition });
    }
    case 'create-view': {
      const definition = await viewDefinition(statement, context, snapshot);
      return changed(snapshot, { action: 'replace', kind: 'view', definition });
    }
    case 'create-schema':
      return changed(snapshot, { action: 'replace', kind: 'schema', definition: { name: statement.name.name } });
    case 'create-credential':
    case 'alter-credential':
    case 'create-service':
    case 'alter-service':
    case 'create-data-source':
    case 'create-file-format':
    case 'create-external-table':
      return changed(snapshot, definitionOf(statement, snapshot, context));
    case 'drop':
      return statement.names.reduce((current, name) => {
        const change = dropOf(statement, name, current);
        return change === undefined ? current : changed(current, change);
      }, snapshot);
    default:
      return snapshot;
  }
}
