// The first value of a query's answer, as csv shows it.

import { expect } from 'vitest';
import { columnTypesOf } from '../../src/arrow/arrow-type.ts';
import { scalarTextOf } from '../../src/arrow/cell-text.ts';
import { cellReaders } from '../../src/arrow/to-objects.ts';
import type { Engine } from '../../src/engine/engine.ts';

export async function firstValue(engine: Engine | undefined, sql: string): Promise<string> {
  const result = await engine?.query(sql);
  const [type] = columnTypesOf(result?.schema ?? expect.fail('the engine is not open'));
  for await (const batch of result?.batches() ?? []) {
    const value = cellReaders(batch, type === undefined ? [] : [type])[0]?.(0) ?? null;
    return value === null || type === undefined ? 'NULL' : scalarTextOf(type)(value);
  }
  return expect.fail('no row');
}
