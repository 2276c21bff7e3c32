// `--report FILE`: the run reports of a script's statements, as JSON (1-product, the run report). Each is written when
// the next statement begins, so that a long script's reports are not held.

import type { RunReport } from '../exec/run-report.ts';
import { outputFile } from './sink.ts';

export interface ReportFile {
  /** A statement begins; its report is written once it has ended. */
  begin(report: RunReport): void;
  /** Writes what is left and makes the file final. @throws SqlcError output/write */
  end(): Promise<void>;
}

/** @throws SqlcError output/write */
export async function reportFile(path: string): Promise<ReportFile> {
  const sink = await outputFile(path);
  let last: RunReport | undefined;
  let count = 0;
  let writing = Promise.resolve(sink.write('{"version":1,"statements":['));
  const flush = () => {
    if (last === undefined) return;
    const text = `${count++ === 0 ? '' : ','}\n${JSON.stringify(last)}`;
    last = undefined;
    writing = writing.then(() => sink.write(text));
    writing.catch(() => {}); // told by end
  };
  return {
    begin: (report) => {
      flush();
      last = report;
    },
    end: async () => {
      flush();
      await writing;
      await sink.write('\n]}\n');
      await sink.commit();
    },
  };
}
