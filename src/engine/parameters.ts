// Values of the embedding program -> typed SQL parameters (1-product, Embedded engine).

import { BIGINT, BIT, DATETIME2, FLOAT, INT, NULL, type SqlType, VARBINARY_MAX } from '../arrow/sql-type.ts';
import { error } from '../common/errors.ts';
import type { ParameterValue } from '../planner/bind/context.ts';

export type ParameterInput = null | undefined | boolean | number | bigint | string | Date | Uint8Array;

/** @throws SqlcError bind/parameter-type */
export function boundParameters(values: Readonly<Record<string, ParameterInput>>): Map<string, ParameterValue> {
  return new Map(
    Object.entries(values).map(([name, value]) => [name.replace(/^@/, '').toLowerCase(), bound(name, value)]),
  );
}

function bound(name: string, value: ParameterInput): ParameterValue {
  if (value === null || value === undefined) return { value: null, type: NULL };
  switch (typeof value) {
    case 'boolean':
      return { value, type: BIT };
    case 'string':
      return { value, type: textType(value) };
    case 'bigint':
      if (value !== BigInt.asIntN(64, value))
        throw error('bind/parameter-type', { name, found: 'a BigInt beyond 64 bits' });
      return { value: String(value), type: BIGINT };
    case 'number':
      if (!Number.isFinite(value)) throw error('bind/parameter-type', { name, found: String(value) });
      if (!Number.isInteger(value) || Object.is(value, -0)) return { value, type: FLOAT };
      return Math.abs(value) <= 2147483647 ? { value, type: INT } : { value: String(value), type: BIGINT };
    default:
      if (value instanceof Date) return { value: timestamp(name, value), type: DATETIME2 };
      if (value instanceof Uint8Array) return { value, type: VARBINARY_MAX };
      throw error('bind/parameter-type', { name, found: typeof value });
  }
}

function textType(value: string): SqlType {
  return { kind: 'nvarchar', length: value.length > 4000 ? 'max' : Math.max(1, value.length) };
}

function timestamp(name: string, value: Date): string {
  if (Number.isNaN(value.getTime())) throw error('bind/parameter-type', { name, found: 'a Date that is no date' });
  return value.toISOString().replace('T', ' ').replace('Z', '');
}
