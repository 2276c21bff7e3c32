// A result of one text column, for statements that answer in lines.

import { arrowSchema } from '../arrow/arrow-type.ts';
import { batchOfColumns } from '../arrow/batch-of-columns.ts';
import { NVARCHAR_MAX } from '../arrow/sql-type.ts';
import type { RunReport } from '../exec/run-report.ts';
import { Result } from './result.ts';

export function textResult(column: string, lines: readonly string[], report: RunReport): Result {
  const schema = arrowSchema([{ name: column, type: NVARCHAR_MAX, nullable: false }]);
  return new Result(schema, report, async function* () {
    report.rows = lines.length;
    report.status = 'done';
    yield batchOfColumns(schema, [lines]);
  });
}
