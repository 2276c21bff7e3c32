// table: what a person reads in a terminal. Rows are laid out in blocks, so memory stays bounded; a block whose
// cells need more room than the columns have is drawn as a new table below, never squeezed.

import type { Schema } from 'apache-arrow';
import { columnTypesOf } from '../arrow/arrow-type.ts';
import { scalarTextOf } from '../arrow/cell-text.ts';
import { familyOf, type SqlType } from '../arrow/sql-type.ts';
import { cellReaders } from '../arrow/to-objects.ts';
import { Display, type Shown } from './display-width.ts';
import type { OutputFormat, Sink } from './format.ts';

const BLOCK_ROWS = 1000;
/** Longest cell, in columns, where no terminal says how wide a table may be. */
const CELL_WIDTH = 120;
/** Room no column is squeezed below. */
const NARROWEST = 8;

export const table: OutputFormat = {
  name: 'table',
  separator: '\n',
  async write({ schema, batches }, sink, { width } = {}) {
    const types = columnTypesOf(schema);
    const drawing = new TableDrawing({ schema, types, width, sink });
    const textsOf = types.map(scalarTextOf);
    let count = 0;
    for await (const batch of batches) {
      const readers = cellReaders(batch, types);
      count += batch.numRows;
      for (let row = 0; row < batch.numRows; row++) {
        const cells = readers.map((read, column) => {
          const value = read(row);
          return value === null ? 'NULL' : (textsOf[column]?.(value) ?? '');
        });
        if (drawing.add(cells)) await drawing.flush();
      }
    }
    await drawing.end();
    await sink.write(`(${count} ${count === 1 ? 'row' : 'rows'})\n`);
  },
};

interface Layout {
  readonly schema: Schema;
  readonly types: readonly SqlType[];
  readonly width: number | undefined;
  readonly sink: Sink;
}

class TableDrawing {
  private readonly sink: Sink;
  private readonly display = new Display();
  private readonly limit: number;
  private readonly width: number | undefined;
  private readonly names: readonly Shown[];
  private readonly alignRight: readonly boolean[];
  private block: Shown[][] = [];
  /** Widths of the table being drawn; undefined before its first line. */
  private widths: readonly number[] | undefined;

  constructor({ schema, types, width, sink }: Layout) {
    this.sink = sink;
    this.width = width;
    this.limit = width === undefined ? CELL_WIDTH : Math.max(NARROWEST, width - 4);
    this.names = schema.fields.map((field) => this.display.fit(field.name, this.limit));
    this.alignRight = types.map((type) => ['integer', 'decimal', 'float'].includes(familyOf(type)));
  }

  /** True when the block is full and wants a flush. */
  add(cells: readonly string[]): boolean {
    this.block.push(cells.map((text) => this.display.fit(text, this.limit)));
    return this.block.length >= BLOCK_ROWS;
  }

  async flush(): Promise<void> {
    if (this.block.length === 0) return;
    const lines: string[] = [];
    const needed = this.fitted(this.neededWidths());
    if (this.widths === undefined || needed.some((width, column) => width > (this.widths?.[column] ?? 0))) {
      if (this.widths !== undefined) lines.push(rule('└┴┘', this.widths));
      lines.push(...this.head(needed));
    }
    for (const row of this.block) lines.push(this.line(row));
    this.block = [];
    await this.sink.write(`${lines.join('\n')}\n`);
  }

  async end(): Promise<void> {
    await this.flush();
    const head = this.widths === undefined ? this.head(this.fitted(this.neededWidths())) : [];
    await this.sink.write(`${[...head, rule('└┴┘', this.widths ?? [])].join('\n')}\n`);
  }

  private head(widths: readonly number[]): string[] {
    this.widths = widths;
    return [rule('┌┬┐', widths), this.line(this.names), rule('├┼┤', widths)];
  }

  private line(cells: readonly Shown[]): string {
    const padded = cells.map((cell, column) => {
      const width = this.widths?.[column] ?? 0;
      const { text, width: used } = cell.width > width ? this.display.fit(cell.text, width) : cell;
      const space = ' '.repeat(Math.max(0, width - used));
      return this.alignRight[column] ? space + text : text + space;
    });
    return `│ ${padded.join(' │ ')} │`;
  }

  private neededWidths(): number[] {
    return this.names.map((name, column) => {
      let width = Math.max(1, name.width, this.widths?.[column] ?? 0);
      for (const row of this.block) width = Math.max(width, row[column]?.width ?? 0);
      return width;
    });
  }

  /** Takes room from the widest columns until the table fits the terminal or every one is narrow. */
  private fitted(widths: number[]): number[] {
    if (this.width === undefined) return widths;
    let excess = widths.reduce((sum, width) => sum + width + 3, 1) - this.width;
    while (excess > 0) {
      const widest = Math.max(...widths);
      if (widest <= NARROWEST) break;
      widths[widths.lastIndexOf(widest)] = widest - 1;
      excess--;
    }
    return widths;
  }
}

function rule([left = '', cross = '', right = '']: string | readonly string[], widths: readonly number[]): string {
  return left + widths.map((width) => '─'.repeat(width + 2)).join(cross) + right;
}
