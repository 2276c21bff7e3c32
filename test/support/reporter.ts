// Ends a run with one plain line, `N passed, N failed` (`, N skipped`), after naming what was skipped and why.
// A file that cannot be loaded, a failed hook and an error outside any test count as failures.

import type { Reporter, SerializedError, TestModule, TestSuite } from 'vitest/node';

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
    failed += hookFailures(module);
    for (const suite of module.children.allSuites()) failed += hookFailures(suite);
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === 'passed') passed++;
      else if (result.state === 'skipped') skipped.push(`skipped: ${test.fullName} (${result.note ?? 'see its name'})`);
      // A test that was never finished has no other state.
      else failed++;
    }
  }
  const ending = skipped.length === 0 ? '' : `, ${skipped.length} skipped`;
  return { lines: [...skipped, `${passed} passed, ${failed} failed${ending}`], failed };
}

/** Errors of a file or a suite itself: it could not be loaded, or its hooks failed. */
function hookFailures(scope: TestModule | TestSuite): number {
  return scope.errors().length;
}
