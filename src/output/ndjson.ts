// ndjson: one JSON object a line; several results simply follow one another.

import type { OutputFormat } from './format.ts';
import { rowJson } from './row-json.ts';
import { TextChunks } from './text-chunks.ts';

export const ndjson: OutputFormat = {
  name: 'ndjson',
  separator: '',
  async write({ schema, batches }, sink) {
    const rowsOf = rowJson(schema);
    const out = new TextChunks(sink);
    for await (const batch of batches) {
      const textOf = rowsOf(batch);
      for (let row = 0; row < batch.numRows; row++) {
        const written = out.add(`${textOf(row)}\n`);
        if (written !== undefined) await written;
      }
      await out.flush();
    }
  },
};
