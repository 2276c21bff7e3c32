// Ends a run with one plain line, `N passed, N failed` (`, N skipped`), after naming what was skipped and why.
// A file that cannot be loaded, a failed hook and an error outside any test count as failures.

import type { Reporter, SerializedError, TestModule } from 'vitest/node';

export class PlainSummary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const { lines, failed } = summaryOf(modules, unhandled);
    process.stdout.write(`${lines.join('\n')}\n`);
    if (failed > 0) process.exitCode = 1;
  }
}

function summaryOf(modules: readonly TestModule[], unhandled: readonly SerializedError[]) {
  const skipped: string[] = [];
  let passed = 0;
  let failed = unhandled.length;
  for (const module of modules) {
    const hooks = [module, ...module.children.allSuites()].reduce((sum, scope) => sum + scope.errors().length, 0);
    failed += hooks;
    const unsaid = hooks > 0 ? 'a hook of its file failed' : 'its name says why, or it was not asked for';
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === 'passed') passed++;
      else if (result.state === 'skipped') skipped.push(`skipped: ${test.fullName} (${result.note ?? unsaid})`);
      // A test that was never finished has no other state.
      else failed++;
    }
  }
  const ending = skipped.length === 0 ? '' : `, ${skipped.length} skipped`;
  return { lines: [...skipped, `${passed} passed, ${failed} failed${ending}`], failed };
}
