// Answers "what does this function return for these types" by preparing the call in DuckDB.

import { sqlTypeOf } from '../../arrow/duckdb-logical-type.ts';
import { duckdbTypeName } from '../../arrow/duckdb-type.ts';
import { isText, type SqlType } from '../../arrow/sql-type.ts';
import type { TypeOracle } from '../../planner/type-oracle.ts';
import type { Connection } from './connection.ts';
import type { Database } from './database.ts';

export function duckdbTypeOracle(database: Database): TypeOracle {
  return {
    async resultType(fn: string, args: readonly SqlType[]): Promise<SqlType | null> {
      const connection = await database.connect();
      try {
        // DuckDB folds a call over NULL to a NULL of no type, so parameters come first; some functions want a constant.
        const bound = args.map((type, i) => `CAST($${i + 1} AS ${duckdbTypeName(type)})`);
        const constant = args.map((type) => `CAST(${isText(type) ? "''" : 'NULL'} AS ${duckdbTypeName(type)})`);
        const type = (await preparedType(connection, fn, bound)) ?? (await preparedType(connection, fn, constant));
        return (type && sqlTypeOf(type)) ?? null;
      } finally {
        connection.close();
      }
    },
  };
}

async function preparedType(connection: Connection, fn: string, args: readonly string[]) {
  try {
    const [type] = await connection.columnTypes(`SELECT ${fn}(${args.join(', ')})`);
    return type;
  } catch {
    return undefined; // DuckDB's refusal is the answer: the binder names the function and the types
  }
}
