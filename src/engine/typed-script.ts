// A script that comes line by line, as in the shell: which of its statements are complete. Each character is read once.

import { SqlcError } from '../common/errors.ts';
import { parse } from '../parser/parse.ts';
import { AFTER_GO } from '../parser/scan.ts';
import { CodeState } from './code-state.ts';

/** A stretch of the text that may be run. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  /** Where what follows it begins: after its line of GO. */
  readonly next: number;
  /** Where GO ends it: how often the batch is to run. */
  readonly batch: number | undefined;
}

/** A ";" or a line of GO outside quotes and comments. */
interface Separator {
  /** The end of what it ends. */
  readonly to: number;
  /** Just after it. */
  readonly at: number;
  readonly go: number | undefined;
}

export class TypedScript {
  #text = '';
  /** Up to where it has been handed out. */
  #done = 0;
  #code = new CodeState();
  #separators: Separator[] = [];
  /** Of them, that to look at next. */
  #next = 0;
  readonly #waits: boolean;
  /** Where a block was found to be open still. */
  #openAt: number | undefined;

  /** @param options.waits whether to wait for what may follow: no one at a terminal would see why */
  constructor({ waits }: { readonly waits: boolean }) {
    this.#waits = waits;
  }

  /** Everything so far. */
  get text(): string {
    return this.#text;
  }

  get hasRest(): boolean {
    return this.#text.slice(this.#done).trim() !== '';
  }

  /** Whether what comes next is in no string and no comment. */
  get isCode(): boolean {
    return this.#code.isCode;
  }

  /** @param line with its line break */
  add(line: string): void {
    this.#text += line;
    this.#scan(line);
  }

  /** What was typed of a statement is not to be run. */
  forget(): void {
    this.#hand(this.#text.length);
    this.#separators.length = this.#next = 0;
    this.#code = new CodeState();
  }

  /** The next complete statement; a block is complete at its END, and everything at GO. */
  next(): Piece | undefined {
    for (;;) {
      const separator = this.#separators[this.#next];
      if (separator === undefined) return undefined;
      const { to, at, go } = separator;
      if (go === undefined && this.#mayGoOn(at)) return undefined;
      this.#next += 1;
      if (go === undefined && !this.#isComplete(at)) continue;
      return { from: this.#hand(at), to, next: at, batch: go };
    }
  }

  /** What is left when no more will come. */
  rest(): Piece {
    const { length } = this.#text;
    return { from: this.#hand(length), to: length, next: length, batch: undefined };
  }

  #hand(to: number): number {
    const from = this.#done;
    this.#done = to;
    this.#openAt = undefined;
    return from;
  }

  #isComplete(end: number): boolean {
    // An open block is closed by an END alone.
    if (this.#openAt !== undefined && !/\bend\b/i.test(this.#text.slice(this.#openAt, end))) return false;
    if (endsInside(this.#text.slice(this.#done, end))) {
      this.#openAt = end;
      return false;
    }
    return !/^\s*else\b/i.test(this.#text.slice(end, end + 100));
  }

  /** ELSE may follow the ";" of an IF: where more is sure to come, it is waited for. */
  #mayGoOn(end: number): boolean {
    if (!this.#waits || this.#text.slice(end).trim() !== '') return false;
    return /^(\s|--.*\n)*if\b/i.test(this.#text.slice(this.#done, end));
  }

  #scan(line: string): void {
    const lineStart = this.#text.length - line.length;
    this.#code.read(line, (at) => {
      const end = lineStart + at + 1;
      this.#separators.push({ to: end, at: end, go: undefined });
    });
    const go = goOf(line);
    if (go === undefined || !this.#code.isCode) return;
    // GO has none of its own.
    while ((this.#separators.at(-1)?.at ?? 0) > lineStart) this.#separators.pop();
    this.#separators.push({ to: lineStart, at: this.#text.length, go });
  }
}

function goOf(line: string): number | undefined {
  const [, after] = /^[^\S\n]*go(?![\w$#@])(.*)\r?\n?$/i.exec(line) ?? [];
  if (after === undefined) return undefined;
  const alone = AFTER_GO.exec(after);
  return alone === null ? undefined : Number(alone[1] ?? 1);
}

/** Whether a text stops inside a block. */
function endsInside(text: string): boolean {
  try {
    parse(text);
    return false;
  } catch (failure) {
    return failure instanceof SqlcError && failure.code === 'syntax/unexpected-end';
  }
}
