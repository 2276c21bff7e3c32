// Answers "what does this function return for these types" by preparing the call in DuckDB.

import { sqlTypeOf } from '../../arrow/duckdb-logical-type.ts';
import { duckdbTypeName } from '../../arrow/duckdb-type.ts';
import type { SqlType } from '../../arrow/sql-type.ts';
import type { TypeOracle } from '../../planner/type-oracle.ts';
import type { Database } from './database.ts';

export function duckdbTypeOracle(database: Database): TypeOracle {
  return {
    async resultType(fn: string, args: readonly SqlType[]): Promise<SqlType | null> {
      const connection = await database.connect();
      try {
        const [type] = await connection.columnTypes(
          `SELECT ${fn}(${args.map((a) => `CAST(NULL AS ${duckdbTypeName(a)})`).join(', ')})`,
        );
        return (type && sqlTypeOf(type)) ?? null;
      } catch {
        return null; // DuckDB's refusal is the answer: the binder names the function and the types
      } finally {
        connection.close();
      }
    },
  };
}
