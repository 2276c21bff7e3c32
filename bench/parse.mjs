// The parser alone: real statements, those of the dialect corpus (beside the repository, or in SQLC_SHARED), else those
// of the parser's goldens; each by itself, and all of them as one script.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { median } from './measure.mjs';

const CORPUS = `${process.env.SQLC_SHARED ?? fileURLToPath(new URL('../../shared', import.meta.url))}/corpus/dialect/accept.jsonl`;
const GOLDENS = new URL('../test/golden/parse/', import.meta.url);
const ROUNDS = 9;

export async function bench({ short }) {
  const { parse } = await import('../dist/index.js');
  const isRead = (sql) => {
    try {
      return parse(sql).length > 0;
    } catch {
      return false;
    }
  };
  const written = (existsSync(CORPUS) ? ofCorpus() : ofGoldens()).filter(isRead);
  // GO would cut the script into batches, and a statement without an end would run into the next.
  const script = written.filter((sql) => !/^\s*go\b/im.test(sql)).join('\n;\n');
  const cases = [
    ['each by itself', () => written.reduce((count, sql) => count + parse(sql).length, 0), written.join('').length],
    ['one script', () => parse(script).length, script.length],
  ];
  const rows = cases.map(([name, run, characters]) => {
    const times = [];
    let statements = 0;
    for (let round = short ? ROUNDS - 3 : 0; round < ROUNDS; round++) {
      const started = performance.now();
      statements = run();
      times.push(performance.now() - started);
    }
    const ms = median(times);
    return [name, statements, ms, Math.round((statements / ms) * 1000), characters / 1000 / ms];
  });
  return {
    columns: ['texts', 'statements', 'ms', 'statements/s', 'MB/s'],
    rows,
    notes: [existsSync(CORPUS) ? 'the dialect corpus' : 'the corpus is not here: the statements of the goldens'],
    targets: [],
  };
}

function ofCorpus() {
  const lines = readFileSync(CORPUS, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line).sql);
}

function ofGoldens() {
  return readdirSync(GOLDENS).flatMap((file) => {
    const text = readFileSync(new URL(file, GOLDENS), 'utf8');
    return [...text.matchAll(/^parse\n([\s\S]*?)\n----$/gm)].map(([, sql]) => sql);
  });
}
