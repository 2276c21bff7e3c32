// DuckDB's C interface as the Node driver loads it: raw vectors, so that columns move as memory instead of as
// JavaScript values. Used by the chunk readers and writers next door; nothing else may touch raw vectors.

import { createRequire } from 'node:module';
import type * as Bindings from '@duckdb/node-bindings';

export type RawVector = Bindings.Vector;

/** Ids of DuckDB's types, as the C interface numbers them. */
export const TypeId = {
  boolean: 1,
  smallint: 3,
  integer: 4,
  bigint: 5,
  utinyint: 6,
  float: 10,
  double: 11,
  timestamp: 12,
  date: 13,
  time: 14,
  hugeint: 16,
  varchar: 17,
  blob: 18,
  decimal: 19,
  list: 24,
  struct: 25,
  map: 26,
  uuid: 27,
  timestampTz: 31,
  array: 33,
} as const;

/** The bindings `@duckdb/node-api` uses too: handles of another copy would crash, so both are pinned to one version. */
export const bindings: typeof Bindings = createRequire(import.meta.url)('@duckdb/node-bindings');
