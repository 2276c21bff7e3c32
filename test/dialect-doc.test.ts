// The examples of docs/dialect.md, run: `SELECT … -- what comes out`.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Engine } from '../src/engine/engine.ts';
import { firstValue } from './support/first-value.ts';

const page = readFileSync(new URL('../docs/dialect.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trimEnd().split('\n'));

let engine: Engine | undefined;
beforeAll(async () => {
  engine = await Engine.open({ settings: { cache: 'OFF' } });
});
afterAll(() => engine?.close());

test('there are examples', () => {
  expect(examples.length).toBeGreaterThan(20);
});

for (const example of examples) {
  const [sql = '', gives] = example.split(' -- ');
  test(example, async () => {
    expect(await firstValue(engine, sql).catch(({ code, number }) => `error ${number ?? code}`)).toBe(gives);
  });
}
