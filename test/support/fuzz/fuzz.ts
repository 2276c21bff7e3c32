// The fuzzers: texts are parsed, and what parses is planned over a few tables. A text may be refused; it may not crash,
// break a promise of ours, or take longer than a second of the process's time.

import { fileURLToPath } from 'node:url';
import { InternalError, SqlcError } from '../../../src/common/errors.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { parse } from '../../../src/parser/parse.ts';
import { seeded } from '../seeded.ts';
import { GrammarWalk } from './grammar-walk.ts';
import { knownStatements, mutated } from './mutate.ts';

const LIMIT_MS = 1000;
const SHOWN = 10;
/** Where the texts of the fuzzers find what they name. */
export const FUZZ_SETUP = `
CREATE TABLE t (a int, b nvarchar(50), c datetime2, d decimal(10, 2), e bit, x varbinary(10));
CREATE TABLE u (a bigint, b varchar(10), c date, d float, e uniqueidentifier);
CREATE VIEW v AS SELECT a, b FROM t;`;

export interface FuzzReport {
  readonly parsed: number;
  readonly planned: number;
  /** Texts that ended badly, each with how. */
  readonly failures: readonly string[];
}

export interface FuzzOptions {
  readonly seed: number;
  readonly n: number;
}

/** Random statements of the grammar. */
export function fuzzGrammar({ seed, n }: FuzzOptions): Promise<FuzzReport> {
  const walk = new GrammarWalk();
  return fuzz(n, (index) => walk.script(random(seed + index)));
}

/** Statements of the tests and of the corpus beside the repository, damaged. */
export function fuzzMutations({ seed, n }: FuzzOptions): Promise<FuzzReport> {
  const here = fileURLToPath(new URL('../..', import.meta.url));
  const shared = process.env.SQLC_SHARED ?? `${here}/../../shared`;
  const known = knownStatements(here, `${shared}/corpus/dialect`);
  return fuzz(n, (index) => mutated(known, random(seed + index)));
}

/** Of neighbouring seeds the generator's first numbers are near each other, so they are spread. */
function random(seed: number): (below: number) => number {
  return seeded(Math.imul(seed, 0x9e3779b1));
}

async function fuzz(n: number, textOf: (index: number) => string): Promise<FuzzReport> {
  const engine = await Engine.open({ env: {}, settings: { explain_scan_seconds: 0 } });
  const failures: string[] = [];
  let [parsed, planned] = [0, 0];
  try {
    await engine.execute(FUZZ_SETUP);
    await outcomeOf(engine, 'SELECT SENTIMENT(b) FROM t; PRINT 1'); // what is made once
    for (let index = 0; index < n && failures.length < SHOWN; index++) {
      const text = textOf(index);
      const start = process.cpuUsage();
      const outcome = await outcomeOf(engine, text);
      const { user, system } = process.cpuUsage(start);
      const ms = (user + system) / 1000;
      if (outcome.reached !== 'text') parsed++;
      if (outcome.reached === 'plan') planned++;
      if (outcome.failure !== undefined) failures.push(`#${index}: ${outcome.failure}\n${text}`);
      else if (ms > LIMIT_MS) failures.push(`#${index}: ${ms.toFixed(0)} ms\n${text}`);
    }
  } finally {
    await engine.close();
  }
  return { parsed, planned, failures };
}

interface Outcome {
  readonly reached: 'text' | 'parsed' | 'plan';
  readonly failure: string | undefined;
}

async function outcomeOf(engine: Engine, text: string): Promise<Outcome> {
  let reached: Outcome['reached'] = 'text';
  try {
    parse(text);
    reached = 'parsed';
    await engine.explainScript(text);
    return { reached: 'plan', failure: undefined };
  } catch (found) {
    const isRefusal = found instanceof SqlcError && !(found instanceof InternalError);
    return { reached, failure: isRefusal ? undefined : String(found instanceof Error ? found.stack : found) };
  }
}

/** `npm run fuzz -- [--seed N] [--n N]`: both fuzzers. @returns the exit status */
export async function runFuzz({ seed, n }: FuzzOptions, print: (line: string) => void): Promise<number> {
  let status = 0;
  for (const [name, run] of [
    ['grammar', fuzzGrammar],
    ['mutations', fuzzMutations],
  ] as const) {
    const start = performance.now();
    const { parsed, planned, failures } = await run({ seed, n });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    for (const failure of failures) print(`${failure}\n`);
    print(
      `${name} --seed ${seed} --n ${n}: ${parsed} parsed, ${planned} planned, ${failures.length} failed, ${seconds} s`,
    );
    if (failures.length > 0) status = 1;
  }
  return status;
}
