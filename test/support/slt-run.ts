// `npm run slt -- FILE…`: replays sqllogictest files, such as a public corpus, and reports what differs.

import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duckdbBackend, sqlcBackend, startFakeService } from './slt-backends.ts';
import { readSlt, type SltRecord } from './slt-file.ts';
import { type Backend, SltSession } from './slt-record.ts';

const FILES = /\.(slt|test|slt\.part)$/;

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** @returns the exit status: 1 when a record differs */
export async function runSlt(given: readonly string[], print: (line: string) => void): Promise<number> {
  const onDuckdb = given.includes('--duckdb');
  const strict = given.includes('--strict');
  const paths = given.filter((argument) => !argument.startsWith('--')).flatMap(filesOf);
  if (paths.length === 0) {
    print('usage: npm run slt -- [--strict] [--duckdb] FILE or FOLDER …');
    return 2;
  }
  const cacheDir = mkdtempSync(join(tmpdir(), 'sqlc-slt-'));
  const service = await startFakeService();
  const open = () =>
    onDuckdb ? duckdbBackend() : sqlcBackend({ serviceUrl: service.url, cacheDir, disabledRules: [] });
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const path of paths) {
      const backend = await open();
      const tally = await runFile(path, backend, strict, print);
      await backend.close();
      print(`${path}: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
      for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += tally[key];
    }
  } finally {
    await service.close(0);
    rmSync(cacheDir, { recursive: true, force: true });
  }
  print(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed > 0 ? 1 : 0;
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => FILES.test(name))
    .sort()
    .map((name) => join(path, name));
}

async function runFile(path: string, backend: Backend, strict: boolean, print: (line: string) => void): Promise<Tally> {
  const session = new SltSession(backend, strict);
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const record of readSlt(path).records) {
    if (!record.runsOn(backend.names)) {
      tally.skipped++;
      continue;
    }
    if (record.kind === 'halt') break;
    const problem = await problemOf(session, record);
    if (problem === undefined) tally.passed++;
    else {
      tally.failed++;
      print(`${path}:${record.line}: ${'sql' in record ? record.sql : record.kind}\n${problem}\n`);
    }
  }
  return tally;
}

async function problemOf(session: SltSession, record: SltRecord): Promise<string | undefined> {
  try {
    const compared = await session.run(record);
    const different = compared.find(({ expected, found }) => JSON.stringify(expected) !== JSON.stringify(found));
    return (
      different && `  expected ${JSON.stringify(different.expected)}\n  found    ${JSON.stringify(different.found)}`
    );
  } catch (failure) {
    return `  ${failure instanceof Error ? failure.message : String(failure)}`;
  }
}
