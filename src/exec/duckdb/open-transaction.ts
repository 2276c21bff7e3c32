// A user's transaction: what it changed is kept beside the database, in private copies, and put in place in one
// transaction of the engine when it commits. So an error undoes its own statement only, savepoints cost nothing until
// the next change, and the statements inside may use the work area and the services like any other (docs/adr/0015).

import type { Definitions, StoredTable } from '../../catalog/definitions.ts';
import type { Snapshot } from '../../catalog/snapshot.ts';
import type { CatalogChange } from '../../catalog/store.ts';

interface Mark {
  readonly name: string;
  readonly snapshot: Snapshot;
  readonly others: readonly CatalogChange[];
  readonly touched: ReadonlyMap<string, StoredTable>;
}

export class OpenTransaction {
  readonly name: string | undefined;
  depth = 1;
  /** The catalog as the transaction sees it. */
  snapshot: Snapshot;
  /** Changes of objects without rows, in order. */
  others: readonly CatalogChange[] = [];
  /** Tables whose rows or definition it changed, as they were when it first did. */
  touched: ReadonlyMap<string, StoredTable> = new Map();
  /** Names of private copies made so far. */
  readonly copies: string[] = [];
  /** Tables copied since the last savepoint: their copies may be changed in place. */
  #fresh = new Set<string>();
  #marks: Mark[] = [];

  constructor(name: string | undefined, snapshot: Snapshot) {
    this.name = name;
    this.snapshot = snapshot;
  }

  isFresh(table: StoredTable): boolean {
    return this.#fresh.has(tableKey(table));
  }

  touch(table: StoredTable): void {
    const key = tableKey(table);
    this.#fresh.add(key);
    if (!this.touched.has(key)) this.touched = new Map([...this.touched, [key, table]]);
  }

  save(name: string): void {
    this.#marks.push({ name, snapshot: this.snapshot, others: this.others, touched: this.touched });
    this.#fresh = new Set();
  }

  /** @returns false when there is no savepoint of that name */
  rollbackTo(name: string): boolean {
    const index = this.#marks.findLastIndex((mark) => mark.name.toLowerCase() === name.toLowerCase());
    const mark = this.#marks[index];
    if (mark === undefined) return false;
    this.snapshot = mark.snapshot;
    this.others = mark.others;
    this.touched = mark.touched;
    this.#marks = this.#marks.slice(0, index + 1);
    this.#fresh = new Set();
    return true;
  }
}

export function tableKey({ schema, name }: Pick<Definitions['table'], 'schema' | 'name'>): string {
  return `${schema}.${name}`.toLowerCase();
}
