// Where results are written: standard output, or a file that appears whole or not at all.

import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { error } from '../common/errors.ts';
import type { Sink } from '../output/format.ts';

/** The reader went away (`| head`): not an error, but nothing more is to be made. */
export class ClosedPipe extends Error {
  override readonly name = 'ClosedPipe';
}

export interface OpenSink extends Sink {
  /** Makes what was written final. */
  commit(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

export function standardOutput(): OpenSink {
  const stream = process.stdout;
  let broken: Error | undefined;
  stream.on('error', (cause: NodeJS.ErrnoException) => {
    broken =
      cause.code === 'EPIPE'
        ? new ClosedPipe()
        : error('output/write', { path: 'standard output', reason: cause.code ?? cause.message });
  });
  const write = (chunk: string | Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      if (broken !== undefined) return reject(broken);
      stream.write(chunk, (cause) => (cause ? reject(broken ?? new ClosedPipe()) : resolve()));
    });
  return { write, commit: async () => {}, discard: async () => {} };
}

/** @throws SqlcError output/write */
export async function outputFile(path: string): Promise<OpenSink> {
  const aside = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  const refuse = (cause: NodeJS.ErrnoException) => {
    throw error('output/write', { path, reason: cause.code ?? cause.message });
  };
  const file = await open(aside, 'wx').catch(refuse);
  // One write is under way while the next chunk is made.
  let writing: Promise<void> = Promise.resolve();
  return {
    write: async (chunk) => {
      await writing;
      writing = file.writeFile(chunk).catch(refuse);
      writing.catch(() => {}); // told by the next write, or by commit
    },
    commit: async () => {
      await writing;
      await file.close();
      await rename(aside, path).catch(refuse);
    },
    discard: async () => {
      await writing.catch(() => {}); // why the file is discarded has been told
      await file.close();
      await rm(aside, { force: true });
    },
  };
}
