// The recorded types of goldens are what DuckDB says today, and binding asks for each signature once.

import { expect, test } from 'vitest';
import { INT, list, NVARCHAR_MAX, type SqlType, typeName } from '../src/arrow/sql-type.ts';
import { TypeNeeded } from '../src/planner/bind/context.ts';
import { signature, TypeMemo, withTypes } from '../src/planner/type-oracle.ts';
import { askDuckdb, recordedSignatures, typeNamed } from './support/recorded-types.ts';

test.each(recordedSignatures())('%s', async (key, type) => {
  const [, fn = '', args = ''] = key.match(/^(\w+)\((.*)\)$/) ?? [];
  const types = args === '' ? [] : args.split(/, (?![^<]*>)/).map(typeNamed);
  expect(signature(fn, types)).toBe(key);
  expect(await askDuckdb(fn, types)).toBe(type);
});

test('type names read back as they were written', () => {
  for (const type of [INT, NVARCHAR_MAX, list(list(INT)), { kind: 'decimal', precision: 9, scale: 2 } as const])
    expect(typeName(typeNamed(typeName(type)))).toBe(typeName(type));
});

test('binding runs again until it knows every type, asking once for each', async () => {
  const asked: string[] = [];
  const memo = new TypeMemo();
  const oracle = {
    async resultType(fn: string, args: readonly SqlType[]) {
      asked.push(signature(fn, args));
      return fn === 'refused' ? null : INT;
    },
  };
  const need = (fn: string): string => {
    const type = memo.resultType(fn, [INT]);
    if (type === undefined) throw new TypeNeeded(fn, [INT]);
    return type === null ? 'refused' : typeName(type);
  };
  const bind = () => [need('f'), need('refused'), need('f'), need('g')];
  expect(await withTypes(memo, oracle, bind)).toEqual(['int', 'refused', 'int', 'int']);
  expect(asked).toEqual(['f(int)', 'refused(int)', 'g(int)']);
  await withTypes(memo, oracle, bind);
  expect(asked).toHaveLength(3);
});

test('what is no question of types passes through', async () => {
  const oracle = { resultType: async () => INT };
  await expect(
    withTypes(new TypeMemo(), oracle, () => {
      throw new Error('of another kind');
    }),
  ).rejects.toThrow('of another kind');
});
