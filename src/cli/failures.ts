// What a failed or finished statement says on standard error.

import { error, SqlcError } from '../common/errors.ts';
import { renderError } from '../engine/script.ts';
import type { RunReport } from '../exec/run-report.ts';
import { ExitStatus } from './exit-status.ts';
import { amount, count } from './progress-text.ts';
import { ClosedPipe } from './sink.ts';
import { inItsFile, type SourceText } from './source-text.ts';

/** Tells the failure and gives the exit status it stands for. @throws ClosedPipe, which is nobody's failure */
export function tellFailure(failure: unknown, source: SourceText): number {
  if (failure instanceof ClosedPipe) throw failure;
  const shown =
    failure instanceof SqlcError
      ? failure
      : error('internal', { detail: failure instanceof Error ? failure.message : String(failure) });
  for (const one of [shown, ...shown.others]) {
    const { failure: placed, file } = inItsFile(one, source);
    process.stderr.write(`${renderError(placed, file)}\n`);
  }
  if (shown.code === 'exec/cancelled') return ExitStatus.interrupted;
  return shown.code === 'usage/script' ? ExitStatus.usage : ExitStatus.failed;
}

/** What a statement asked of services; where that is not `wanted`, only what failed. */
export function tellSummary(report: RunReport, wanted: boolean): void {
  for (const op of report.operations) {
    const failed = Object.values(op.errors).reduce((a, b) => a + b, 0);
    if (failed === 0 && !wanted) continue;
    const codes = Object.entries(op.errors)
      .map(([code, n]) => `${n} ${code}`)
      .join(', ');
    const details = [
      plural(op.distinct, 'distinct input'),
      ...(op.cached === 0 ? [] : [`${count(op.cached)} cached`]),
      ...(op.split.inputs === 0
        ? []
        : [`${count(op.split.inputs)} too long, in ${plural(op.split.documents, 'piece')}`]),
      `${plural(op.requests, 'request')} to ${op.service}`,
      ...(op.model === null ? [] : [`model ${op.model}`]),
      ...(op.throttled === 0 ? [] : [`${count(op.throttled)} throttled`]),
      ...(op.cost === 0 ? [] : [`${amount(op.cost)} ${op.currency}`]),
    ];
    const refused = failed === 0 ? '' : `; ${count(failed)} failed (${codes}), their answers are NULL`;
    process.stderr.write(`${op.operation}: ${details.join(', ')}${refused}\n`);
  }
}

function plural(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`;
}
