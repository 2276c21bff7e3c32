// json: one array of objects, streamed, an object a line; as one of several results the array is a single line.

import type { OutputFormat } from './format.ts';
import { rowJson } from './row-json.ts';
import { TextChunks } from './text-chunks.ts';

export const json: OutputFormat = {
  name: 'json',
  separator: '',
  async write({ schema, batches }, sink, { several = false } = {}) {
    const rowsOf = rowJson(schema);
    const out = new TextChunks(sink);
    const lineBreak = several ? '' : '\n';
    let before = `[${lineBreak}`;
    for await (const batch of batches) {
      const textOf = rowsOf(batch);
      for (let row = 0; row < batch.numRows; row++) {
        const written = out.add(before + textOf(row));
        if (written !== undefined) await written;
        before = `,${lineBreak}`;
      }
    }
    await out.add(before.startsWith('[') ? '[]\n' : `${lineBreak}]\n`);
    await out.flush();
  },
};
