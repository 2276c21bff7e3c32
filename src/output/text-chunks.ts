// Collects short pieces of text into chunks worth a write.

import type { Sink } from './format.ts';

const CHUNK_CHARACTERS = 1 << 16;

export class TextChunks {
  private readonly sink: Sink;
  private text = '';

  constructor(sink: Sink) {
    this.sink = sink;
  }

  /** The caller awaits what is returned, if anything is, before the next piece. */
  add(piece: string): Promise<void> | void {
    this.text += piece;
    if (this.text.length >= CHUNK_CHARACTERS) return this.flush();
  }

  flush(): Promise<void> | void {
    if (this.text === '') return;
    const { text } = this;
    this.text = '';
    return this.sink.write(text);
  }
}
