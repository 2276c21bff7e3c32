// Golden files of the planning stages and of small runs: test/golden/**, those of the parser excepted.
//
//   ddl                                    feeds the file's catalog (support/golden-catalog.ts); prints what it made
//   bind                                   the bound plan
//   types                                  names and types of the result
//   plan [expect=R expect-not=R disable=R steps]   the plan after the rules; `disable=all`; lists with commas
//        [look=CALLS/ROWS kept=SHARE]      with the functions of support/look-functions.ts: their prices per 1000, or `free`,
//                                          and the share of rows that predicates over answers are known to keep
//   fragment [blocking disable=R]          the SQL of each fragment, and the calls in between
//   sql dialect=duckdb                     the one fragment of a query without calls, and its parameters
//   run                                    a script on an engine with local models; each result as csv, a line that is empty as NULL; messages
//   calls [disable=R]                      the same, printing what each operation was asked
//   [dateformat=dmy rowcount=N]            what SET said before, for those of a plan
//   error [set:NAME=V env:NAME=V]          a script that must fail; with settings it runs on an engine of its own
//
// `@name=value` gives any of them a parameter (JSON, else text). An error of a user is printed as a user sees it.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { typeName } from '../src/arrow/sql-type.ts';
import { renderError, SqlcError } from '../src/common/errors.ts';
import { Engine, type Message } from '../src/engine/engine.ts';
import type { EngineOptions } from '../src/engine/open.ts';
import { boundParameters, type ParameterInput } from '../src/engine/parameters.ts';
import type { Result } from '../src/engine/result.ts';
import { DEFAULT_SETTINGS, withOptions } from '../src/engine/settings.ts';
import { csv } from '../src/output/csv.ts';
import { parse } from '../src/parser/parse.ts';
import type { DateOrder } from '../src/planner/expression.ts';
import type { PlannedQuery } from '../src/planner/plan-query.ts';
import { printPlan } from '../src/planner/print-plan.ts';
import { allRules } from '../src/planner/rules/index.generated.ts';
import { type Arguments, runDatadriven } from './support/datadriven.ts';
import { GoldenCatalog } from './support/golden-catalog.ts';
import { fragmentsOf, type PlanOptions, planGolden } from './support/golden-plan.ts';
import { writeRecordedTypes } from './support/recorded-types.ts';

const goldens = new URL('./golden/', import.meta.url).pathname;
const files = readdirSync(goldens, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test') && !name.startsWith('parse/'))
  .sort();
const scratch = mkdtempSync(join(tmpdir(), 'sqlc-golden-'));

for (const file of files) {
  describe(relative(goldens, join(goldens, file)), () => {
    const golden = new GoldenFile();
    runDatadriven(join(goldens, file), (directive, args, input) => golden.answer(directive, args, input));
    afterAll(() => golden.close());
  });
}

afterAll(() => {
  writeRecordedTypes();
  rmSync(scratch, { recursive: true, force: true });
});

interface Shown {
  /** None of a message. */
  readonly result: Result | undefined;
  readonly text: string;
}

class GoldenFile {
  readonly #catalog = new GoldenCatalog();
  readonly #engines = new Map<string, Engine>();
  readonly #definitions: string[] = [];

  async answer(directive: string, args: Arguments, input: string): Promise<string> {
    try {
      return await this.#dispatch(directive, args, input);
    } catch (failure) {
      if (!(failure instanceof SqlcError)) throw failure;
      return renderError(failure, { text: input });
    }
  }

  async close(): Promise<void> {
    for (const engine of this.#engines.values()) await engine.close();
  }

  async #dispatch(directive: string, args: Arguments, input: string): Promise<string> {
    switch (directive) {
      case 'ddl': {
        const made = await this.#catalog.define(input);
        this.#definitions.push(this.#catalog.takePending());
        return made;
      }
      case 'bind':
        return printPlan((await this.#plan(input, args)).bound);
      case 'types':
        return (await this.#plan(input, args)).physical.columns.map((c) => `${c.name} ${typeName(c.type)}`).join('\n');
      case 'plan':
        return planText(await this.#plan(input, args), args);
      case 'fragment':
        return fragmentsOf(await this.#plan(input, args));
      case 'sql':
        return relationalSql(await this.#plan(input, args), args);
      case 'run':
        return (await this.#run(input, args)).map(({ text }) => text).join('\n');
      case 'calls':
        return (await this.#run(input, args))
          .flatMap(({ result }) => (result === undefined ? [] : [callsText(result)]))
          .join('\n');
      case 'error': {
        const results = await this.#run(input, args);
        throw new Error(`no error, but ${results.length} results:\n${results.map(({ text }) => text).join('\n')}`);
      }
      default:
        throw new Error(`unknown directive ${directive}`);
    }
  }

  async #plan(input: string, args: Arguments): Promise<PlannedQuery> {
    const [statement, ...rest] = parse(input);
    if (statement?.kind !== 'select-statement' || rest.length > 0) throw new Error('expected one query');
    return planGolden(statement.query, this.#catalog.snapshot, {
      rules: allRules.filter((rule) => !disabledIn(args).includes(rule.name)),
      parameters: boundParameters(parametersIn(args)),
      consumer: args.has('blocking') ? 'blocking' : 'streaming',
      settings: withOptions(DEFAULT_SETTINGS, statement.options),
      look: lookIn(args),
      rowLimit: args.has('rowcount') ? Number(args.get('rowcount')) : undefined,
      dateOrder: (args.get('dateformat') ?? 'mdy') as DateOrder,
    });
  }

  async #run(input: string, args: Arguments): Promise<Shown[]> {
    const engine = await this.#engine(args);
    const results: Shown[] = [];
    const onMessage = ({ text }: Message) => results.push({ result: undefined, text: `message: ${text}` });
    for await (const { result } of engine.run(input, parametersIn(args), { onMessage })) {
      if (result !== undefined) results.push({ result, text: await csvText(result, args.has('rowsort')) });
    }
    return results;
  }

  /** One engine per set of options, with everything defined so far. */
  async #engine(args: Arguments): Promise<Engine> {
    const options: EngineOptions = {
      env: prefixed(args, 'env:'),
      settings: { cache_dir: scratch, cache: 'OFF', ...prefixed(args, 'set:') },
      disabledRules: disabledIn(args),
    };
    const key = JSON.stringify([options, this.#definitions.length]);
    const known = this.#engines.get(key);
    if (known !== undefined) return known;
    const engine = await Engine.open(options);
    this.#engines.set(key, engine);
    for (const script of this.#definitions) await engine.execute(script);
    return engine;
  }
}

function planText(plan: PlannedQuery, args: Arguments): string {
  const fired = new Set(plan.steps.map((s) => s.rule));
  for (const rule of listIn(args, 'expect')) expect(fired, `rules that fired`).toContain(rule);
  for (const rule of listIn(args, 'expect-not')) expect(fired, `rules that fired`).not.toContain(rule);
  if (!args.has('steps')) return printPlan(plan.logical);
  const steps = [{ rule: 'bound', plan: plan.bound }, ...plan.steps];
  return steps.map((s) => `after ${s.rule}:\n${printPlan(s.plan).replace(/^/gm, '  ')}`).join('\n');
}

function relationalSql(plan: PlannedQuery, args: Arguments): string {
  expect(args.get('dialect')).toBe('duckdb');
  const { stages, output } = plan.physical;
  if (stages.length > 0 || output.kind !== 'fragment') throw new Error('the query calls a service: use fragment');
  const { sql, parameters } = output.fragment;
  return [sql, ...parameters.map((p, i) => `$${i + 1} = @${p.name} ${typeName(p.type)}`)].join('\n');
}

async function csvText(result: Result, sorted: boolean): Promise<string> {
  const parts: string[] = [];
  const sink = {
    write: (chunk: string | Uint8Array) => {
      parts.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    },
  };
  await csv.write({ schema: result.schema, batches: result.batches() }, sink);
  const [head = '', ...lines] = parts.join('').replace(/\n$/, '').split('\n');
  // A lone NULL is an empty line, which would end the golden.
  const rows = lines.map((line) => (line === '' ? 'NULL' : line));
  return [head, ...(sorted ? rows.sort() : rows)].join('\n');
}

function callsText(result: Result): string {
  const asked = result.stats.operations.map(
    (o) => `${o.operation}: documents ${o.documents}, distinct ${o.distinct}, requests ${o.requests}`,
  );
  return asked.length === 0 ? 'no calls' : asked.join('\n');
}

function disabledIn(args: Arguments): readonly string[] {
  const names = listIn(args, 'disable');
  return names.includes('all') ? allRules.map((rule) => rule.name) : names;
}

function lookIn(args: Arguments): PlanOptions['look'] {
  const look = args.get('look');
  if (typeof look !== 'string') return undefined;
  const [calls = 0, rows = 0] = look.split('/').map(Number);
  const kept = args.get('kept');
  return { prices: look === 'free' ? undefined : { calls, rows }, kept: kept === undefined ? undefined : Number(kept) };
}

function listIn(args: Arguments, name: string): readonly string[] {
  const value = args.get(name);
  const names = typeof value === 'string' ? value.split(',') : [];
  const known = ['all', ...allRules.map((rule) => rule.name)];
  for (const rule of names) expect(known, `names of rules`).toContain(rule);
  return names;
}

function parametersIn(args: Arguments): Record<string, ParameterInput> {
  return Object.fromEntries(Object.entries(prefixed(args, '@')).map(([name, text]) => [name, jsonOr(text)]));
}

function prefixed(args: Arguments, prefix: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of args)
    if (name.startsWith(prefix) && typeof value === 'string') found[name.slice(prefix.length)] = value;
  return found;
}

function jsonOr(text: string): ParameterInput {
  try {
    return JSON.parse(text) as ParameterInput; // numbers, booleans, null and quoted text
  } catch {
    return text;
  }
}
