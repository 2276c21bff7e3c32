// The text of a script, with what its lines of `:r FILE` read in, and where each stretch of it comes from.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { error, SqlcError } from '../common/errors.ts';
import { CodeState } from '../engine/code-state.ts';

export interface SourceFile {
  readonly text: string;
  /** `query.sql`, `query`, `<stdin>`. */
  readonly name: string;
}

/** A stretch of a text, up to the next one, and where it stands in its own file. */
interface Part {
  readonly from: number;
  readonly file: SourceFile;
  readonly start: number;
}

export interface SourceText extends SourceFile {
  /** None: the text is its own. */
  readonly parts?: readonly Part[];
}

/** What the lines of a script go to. */
interface Lines {
  readonly text: string;
  /** Whether what comes next is in no string and no comment. */
  readonly isCode: boolean;
  add(line: string): void;
}

/** @param path `-` is standard input @throws SqlcError usage/script */
export async function scriptText(path: string): Promise<SourceText> {
  const file = path === '-' ? { text: await readAll(process.stdin), name: '<stdin>' } : await sqlFile(path);
  const lines = new PlainLines();
  const reader = new IncludingReader(lines);
  await reader.read(file, 0);
  return { text: lines.text, name: file.name, parts: reader.parts };
}

/** A failure in a text, with its place in the file that it stands in; without what else failed. */
export function inItsFile(
  failure: SqlcError,
  { parts, ...whole }: SourceText,
): { failure: SqlcError; file: SourceFile } {
  const { span, code, message, number, hint, cause } = failure;
  const part = span && parts?.findLast(({ from }) => from <= span.start);
  const by = part === undefined ? 0 : part.start - part.from;
  const placed = span && { start: span.start + by, end: span.end + by };
  return {
    failure: new SqlcError(code, message, { number, hint, cause, span: placed }),
    file: part?.file ?? whole,
  };
}

/** Passes lines on, and in place of `:r FILE` those of the file, named as seen from the working folder. */
export class IncludingReader {
  readonly parts: Part[] = [];
  readonly #lines: Lines;

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  /** @param from where in the file to begin @param within files that are being read */
  async read(file: SourceFile, from: number, within: readonly string[] = []): Promise<void> {
    for (let start = from; start < file.text.length; ) {
      const end = file.text.indexOf('\n', start) + 1 || file.text.length;
      const line = file.text.slice(start, end);
      const path = this.#lines.isCode ? includedBy(line) : undefined;
      if (path === undefined) this.#add(line, file, start);
      else await this.#include(path, within, `${file.name}:${lineNumber(file.text, start)}`);
      start = end;
    }
  }

  async #include(path: string, within: readonly string[], where: string): Promise<void> {
    const open = [...within, resolve(path)];
    if (within.includes(resolve(path)))
      throw error('usage/script', { path, reason: 'it reads itself in' }, { hint: `Named in ${where}.` });
    const file = await sqlFile(path, `Named in ${where}.`);
    await this.read(file, 0, open);
    // What follows starts a line of its own.
    if (!file.text.endsWith('\n')) this.#add('\n', file, file.text.length);
  }

  #add(line: string, file: SourceFile, start: number): void {
    const from = this.#lines.text.length;
    const last = this.parts.at(-1);
    if (last?.file !== file || last.start - last.from !== start - from) this.parts.push({ from, file, start });
    this.#lines.add(line);
  }
}

function includedBy(line: string): string | undefined {
  const [, quoted, plain] = /^\s*:r\s+(?:"([^"]+)"|(\S.*?))\s*$/i.exec(line) ?? [];
  return quoted ?? plain;
}

function lineNumber(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

async function sqlFile(path: string, hint?: string): Promise<SourceFile> {
  try {
    return { text: (await readFile(path, 'utf8')).replace(/^\uFEFF/, ''), name: path };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code;
    throw error('usage/script', { path, reason }, { hint });
  }
}

class PlainLines implements Lines {
  text = '';
  readonly #code = new CodeState();

  get isCode(): boolean {
    return this.#code.isCode;
  }

  add(line: string): void {
    this.text += line;
    this.#code.read(line);
  }
}
