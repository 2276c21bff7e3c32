// What a failed or finished statement says on standard error.

import { error, SqlcError } from '../common/errors.ts';
import { renderError } from '../engine/script.ts';
import type { RunReport } from '../exec/run-report.ts';
import { ExitStatus } from './exit-status.ts';
import { ClosedPipe } from './sink.ts';

export interface SourceText {
  readonly text: string;
  /** `query.sql`, `query`, `<stdin>`. */
  readonly name: string;
}

/** Tells the failure and gives the exit status it stands for. @throws ClosedPipe, which is nobody's failure */
export function tellFailure(failure: unknown, source: SourceText): number {
  if (failure instanceof ClosedPipe) throw failure;
  const shown =
    failure instanceof SqlcError
      ? failure
      : error('internal', { detail: failure instanceof Error ? failure.message : String(failure) });
  process.stderr.write(`${renderError(shown, source)}\n`);
  if (shown.code === 'exec/cancelled') return ExitStatus.interrupted;
  return shown.code === 'usage/script' ? ExitStatus.usage : ExitStatus.failed;
}

/** What a statement asked of services: always on a terminal, elsewhere only when documents failed. */
export function tellSummary(report: RunReport, quiet: boolean): void {
  for (const op of report.operations) {
    const failed = Object.values(op.errors).reduce((a, b) => a + b, 0);
    if (failed === 0 && (quiet || !process.stderr.isTTY)) continue;
    const model = op.model === null ? '' : `, model ${op.model}`;
    const codes = Object.entries(op.errors)
      .map(([code, n]) => `${n} ${code}`)
      .join(', ');
    const refused = failed === 0 ? '' : `; ${failed} failed (${codes}), their answers are NULL`;
    process.stderr.write(
      `${op.operation}: ${op.distinct} distinct inputs in ${op.requests} request${op.requests === 1 ? '' : 's'} to ${op.service}${model}${refused}\n`,
    );
  }
}
