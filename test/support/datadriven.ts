// Golden files in the form of CockroachDB's datadriven: a directive, its input, ----, what is expected, a blank line.
// Each block is a test named by its file and line. With SQLC_REWRITE=1 the files are rewritten instead of checked.

import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

/** Arguments of a directive: `limit=5` has the value "5", a lone word has `true`. */
export type Arguments = ReadonlyMap<string, string | true>;
export type Handler = (directive: string, args: Arguments, input: string) => string | Promise<string>;

export interface Block {
  /** 1-based line of the directive. */
  readonly line: number;
  /** Comment and blank lines before the directive, as they are. */
  readonly before: string;
  readonly head: string;
  readonly directive: string;
  readonly args: Arguments;
  readonly input: string;
  readonly expected: string;
}

const SEPARATOR = '----';

/** Makes a test of every block of a golden file. */
export function runDatadriven(path: string, handler: Handler): void {
  const { blocks, tail } = readBlocks(readFileSync(path, 'utf8'), basename(path));
  const rewrite = process.env.SQLC_REWRITE === '1';
  const actual = new Map<Block, string>();
  describe(basename(path), () => {
    test.each(blocks.map((block) => [`${basename(path)}:${block.line}`, block] as const))('%s', async (_, block) => {
      const text = withoutEnd(await handler(block.directive, block.args, block.input));
      if (rewrite) actual.set(block, text);
      else expect(text).toBe(block.expected);
    });
    afterAll(() => {
      if (!rewrite) return;
      const written = blocks.map((block) => writeBlock(block, actual.get(block) ?? block.expected));
      writeFileSync(path, written.join('') + tail);
    });
  });
}

/** The blocks of a golden file's text, and what stands after the last one. */
export function readBlocks(text: string, name: string): { readonly blocks: Block[]; readonly tail: string } {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let at = 0;
  let before: string[] = [];
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line.trim() === '' || line.startsWith('#')) {
      before.push(line);
      at++;
      continue;
    }
    const separator = lines.indexOf(SEPARATOR, at);
    if (separator < 0) throw new Error(`${name}:${at + 1}: no ${SEPARATOR} after the directive`);
    const { expected, next } = readExpected(lines, separator + 1, name);
    const input = lines.slice(at + 1, separator).join('\n');
    const [directive, args] = readHead(line);
    blocks.push({
      line: at + 1,
      before: before.map((l) => `${l}\n`).join(''),
      head: line,
      directive,
      args,
      input,
      expected,
    });
    before = [];
    at = next;
  }
  return { blocks, tail: before.join('\n') };
}

/** Expected text ends at a blank line, or between doubled separators when it has blank lines of its own. */
function readExpected(lines: readonly string[], from: number, name: string): { expected: string; next: number } {
  if (lines[from] !== SEPARATOR) {
    let end = from;
    while (end < lines.length && lines[end] !== '') end++;
    return { expected: lines.slice(from, end).join('\n'), next: end + 1 };
  }
  for (let end = from + 1; end < lines.length; end++) {
    if (lines[end] === SEPARATOR && lines[end + 1] === SEPARATOR) {
      const after = lines[end + 2] === '' ? end + 3 : end + 2;
      return { expected: lines.slice(from + 1, end).join('\n'), next: after };
    }
  }
  throw new Error(`${name}:${from}: the doubled ${SEPARATOR} is never closed`);
}

function readHead(line: string): [directive: string, args: Arguments] {
  const [directive = '', ...words] = line.trim().split(/\s+/);
  const args = words.map((word): [string, string | true] => {
    const equal = word.indexOf('=');
    return equal < 0 ? [word, true] : [word.slice(0, equal), word.slice(equal + 1)];
  });
  return [directive, new Map(args)];
}

/** A block as it stands in a file, with another expected text. */
export function writeBlock(block: Block, text: string): string {
  const input = block.input === '' ? '' : `${block.input}\n`;
  const head = `${block.before}${block.head}\n${input}${SEPARATOR}\n`;
  if (/(^|\n)(\n|$)/.test(text) && text !== '') return `${head}${SEPARATOR}\n${text}\n${SEPARATOR}\n${SEPARATOR}\n\n`;
  return text === '' ? `${head}\n` : `${head}${text}\n\n`;
}

function withoutEnd(text: string): string {
  return text.replace(/\n+$/, '');
}
