// The catalog's store: definitions in schema `sqlc` of the same database, written in the same transaction as the data;
// temporary and registered tables in the work area, gone with the engine; and the user's open transaction.

import { duckdbTypeName } from '../../arrow/duckdb-type.ts';
import type { CollationName } from '../../arrow/sql-type.ts';
import { changed } from '../../catalog/changed.ts';
import type { SequenceDefinition, Stamp, StoredTable, SystemTable } from '../../catalog/definitions.ts';
import {
  DEFAULT_SCHEMA,
  EMPTY_SNAPSHOT,
  findTable,
  LIST_OF,
  placeOf,
  type Snapshot,
  sameName,
} from '../../catalog/snapshot.ts';
import type { CatalogChange, CatalogStore } from '../../catalog/store.ts';
import { error } from '../../common/errors.ts';
import { SEQUENCES } from '../../planner/duckdb-dialect/sequences.ts';
import { quote } from '../../planner/sql-text.ts';
import type { Fragment } from '../../planner/unparse.ts';
import type { Connection } from './connection.ts';
import { type Database, WORK } from './database.ts';
import {
  firstFreeId,
  prepareDefinitions,
  readCounters,
  readDefinitions,
  stamped,
  writeCounters,
  writeDefinition,
} from './definition-rows.ts';
import { OpenTransaction, tableKey } from './open-transaction.ts';
import { nextNumbers, placeSequence } from './sequence-numbers.ts';

/** Schema of the work area for private copies of tables that a transaction changed. */
const COPIES = 'changed';

export class DuckdbCatalogStore implements CatalogStore {
  readonly persistent: boolean;
  readonly #database: Database;
  /** What the database holds. */
  #kept: Snapshot = EMPTY_SNAPSHOT;
  /** Temporary and registered tables. */
  #session: readonly StoredTable[] = [];
  #transaction: OpenTransaction | undefined;
  #nextId = 0;
  #copies = 0;
  /** The next value of each identity column and sequence, by object; rolling back does not give numbers back. */
  #counters = new Map<number, bigint>();
  /** Counters that moved since they were last written. */
  readonly #moved = new Set<number>();
  #writing: Promise<unknown> = Promise.resolve();

  readonly #system: readonly SystemTable[];

  private constructor(database: Database, system: readonly SystemTable[]) {
    this.#database = database;
    this.#system = system;
    this.persistent = database.persistent;
  }

  /**
   * @param system tables that every snapshot has besides those defined
   * @param wanted collation of a new database
   * @throws SqlcError catalog/newer-format, catalog/collation
   */
  static async open(
    database: Database,
    system: readonly SystemTable[],
    wanted: CollationName | undefined,
  ): Promise<DuckdbCatalogStore> {
    const store = new DuckdbCatalogStore(database, system);
    await store.#with(async (connection) => {
      const collation = await prepareDefinitions(connection, wanted);
      await database.settle(collation);
      await connection.run(`CREATE SCHEMA ${WORK}.${COPIES}; CREATE SCHEMA ${WORK}.${SEQUENCES}`);
      store.#kept = { ...(await readDefinitions(connection)), collation };
      store.#counters = await readCounters(connection);
      for (const sequence of store.#kept.sequences) await store.#place(connection, sequence);
    });
    store.#nextId = firstFreeId(store.#kept, store.#counters.keys());
    return store;
  }

  async snapshot(): Promise<Snapshot> {
    return this.#seen();
  }

  /** Runs changes of rows and definitions one after the other, so that none overwrites what another reads. */
  async exclusively<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const before = this.#writing;
    let done = () => {};
    this.#writing = before.then(() => new Promise<void>((resolve) => (done = resolve)));
    try {
      await before;
      signal?.throwIfAborted();
      return await work();
    } finally {
      done();
    }
  }

  async apply(change: CatalogChange): Promise<void> {
    const kept = this.#stamped(change);
    if (kept.kind === 'sequence' && kept.action !== 'drop')
      await this.#with((connection) => this.#place(connection, kept.definition));
    if (this.#transaction !== undefined) {
      this.#transaction.others = [...this.#transaction.others, kept];
      this.#transaction.snapshot = changed(this.#transaction.snapshot, kept);
      return;
    }
    await this.#with((connection) => connection.transaction(() => this.#write(connection, kept)));
    this.#kept = changed(this.#kept, kept);
  }

  /** A new table, empty or with the rows of a query, together or not at all. Replaces the one of its name; answers its number of rows. */
  async createTable(table: StoredTable, query: Fragment | undefined, signal?: AbortSignal): Promise<number> {
    const before = findTable(this.#seen(), table.schema, table.name);
    const { definition } = this.#stamped({ action: 'create', kind: 'table', definition: table }, before?.stamp) as {
      definition: StoredTable; // stamping keeps the kind
    };
    const isSession = table.database !== undefined;
    const made: StoredTable =
      this.#transaction === undefined || isVariable(table)
        ? definition
        : { ...definition, held: this.#newCopy(this.#transaction) };
    const place = placeOf(made).map(quote).join('.');
    let rows = 0;
    await this.#with((connection) =>
      connection.transaction(async () => {
        if (query === undefined) {
          const columns = table.columns.map((c) => `${quote(c.name)} ${duckdbTypeName(c.type)}`);
          await connection.run(`CREATE OR REPLACE TABLE ${place} (${columns.join(', ')})`);
        } else {
          const names = table.columns.map((c, i) => `c${query.columns[i]?.id ?? 0} AS ${quote(c.name)}`);
          const sql = `CREATE OR REPLACE TABLE ${place} AS SELECT ${names.join(', ')} FROM (${query.sql}) AS t`;
          const [[count] = []] = await connection.rows(sql, query.parameters, signal);
          rows = Number(count ?? 0);
        }
        if (this.#transaction === undefined && !isSession) {
          await this.#write(connection, { action: 'replace', kind: 'table', definition: made });
          await this.#writeCounters(connection);
        }
      }),
    );
    this.#put(made);
    return rows;
  }

  async dropTable(table: StoredTable): Promise<void> {
    const transaction = this.#transaction;
    if (transaction !== undefined) {
      transaction.touch(table);
      transaction.snapshot = withoutTable(transaction.snapshot, table);
      return;
    }
    await this.#with((connection) =>
      connection.transaction(async () => {
        await connection.run(`DROP TABLE IF EXISTS ${placeOf(table).map(quote).join('.')}`);
        if (table.database === undefined) await this.#write(connection, dropOf(table));
      }),
    );
    this.#session = this.#session.filter((t) => tableKey(t) !== tableKey(table));
    if (table.database === undefined) this.#kept = withoutTable(this.#kept, table);
  }

  /**
   * The table as a change may be planned on it: inside a transaction, a private copy. Whoever changes rows by where
   * they stand must read them there.
   */
  async writable(table: StoredTable): Promise<StoredTable> {
    const transaction = this.#transaction;
    if (transaction === undefined || transaction.isFresh(table) || isVariable(table)) return table;
    const held = this.#newCopy(transaction);
    const copy: StoredTable = { ...table, held };
    const [from, to] = [table, copy].map((t) => placeOf(t).map(quote).join('.'));
    await this.#with((connection) => connection.run(`CREATE TABLE ${to} AS SELECT * FROM ${from}`));
    transaction.touch(table);
    this.#put(copy);
    return copy;
  }

  /**
   * Changes rows of a table that `writable` gave, all or none of them, and its definition where one is given.
   * Everything `body` runs is one transaction of the engine.
   */
  async change(
    table: StoredTable,
    body: (connection: Connection, place: string) => Promise<void>,
    definition?: StoredTable,
  ): Promise<void> {
    const kept = definition && this.#stamped({ action: 'replace', kind: 'table', definition }, table.stamp);
    const within = this.#transaction !== undefined || table.database !== undefined;
    await this.#with((connection) =>
      connection.transaction(async () => {
        await body(connection, placeOf(table).map(quote).join('.'));
        if (within) return;
        if (kept !== undefined) await this.#write(connection, kept);
        if (definition !== undefined && tableKey(definition) !== tableKey(table))
          await this.#write(connection, dropOf(table));
        await this.#writeCounters(connection);
      }),
    );
    if (kept?.action === 'replace' && kept.kind === 'table' && kept.definition.kind === 'stored')
      this.#put(kept.definition, table);
  }

  register(table: StoredTable): void {
    const before = findTable(this.#seen(), table.schema, table.name);
    const stamp = before?.kind === 'stored' ? before.stamp : undefined;
    const { definition } = this.#stamped({ action: 'create', kind: 'table', definition: table }, stamp) as {
      definition: StoredTable; // stamping keeps the kind
    };
    this.#put(definition);
  }

  /** Drops a table variable, wherever it lives by now; no transaction brings it back. */
  async forget(name: string): Promise<void> {
    const table = findTable(this.#seen(), DEFAULT_SCHEMA, name);
    if (table?.kind !== 'stored') return;
    await this.#with((connection) => connection.run(`DROP TABLE IF EXISTS ${placeOf(table).map(quote).join('.')}`));
    this.#session = this.#session.filter((t) => tableKey(t) !== tableKey(table));
    if (this.#transaction !== undefined) this.#transaction.snapshot = withoutTable(this.#transaction.snapshot, table);
  }

  // --- counters

  /** Takes `count` numbers of a counter that starts at `start`; they are used up, whatever becomes of the statement. */
  take(id: number, start: bigint, advance: (next: bigint) => bigint): bigint {
    const next = this.#counters.get(id) ?? start;
    this.#counters.set(id, advance(next));
    this.#moved.add(id);
    return next;
  }

  peek(id: number): bigint | undefined {
    return this.#counters.get(id);
  }

  setCounter(id: number, next: bigint): void {
    this.#counters.set(id, next);
    this.#moved.add(id);
  }

  /** Writes the counters that moved outside of any change, when no change is under way. */
  async settleCounters(): Promise<void> {
    if (this.#transaction !== undefined) return;
    await this.#with((connection) => this.#readSequences(connection));
    if (this.#moved.size > 0) await this.exclusively(undefined, () => this.saveCounters());
  }

  /** The same, within a change. */
  async saveCounters(): Promise<void> {
    if (this.#transaction !== undefined) return;
    await this.#with((connection) => connection.transaction(() => this.#writeCounters(connection)));
  }

  /** Whether there is anything to settle. */
  get counts(): boolean {
    return this.#moved.size > 0 || this.#seen().sequences.length > 0;
  }

  async #place(connection: Connection, sequence: SequenceDefinition): Promise<void> {
    const next = this.#counters.get(sequence.stamp?.id ?? 0) ?? BigInt(sequence.start);
    await placeSequence(connection, sequence, next);
  }

  /** As they were before a transaction changed them; numbers stay given. */
  async #placeAgain(): Promise<void> {
    await this.#with(async (connection) => {
      await this.#readSequences(connection);
      for (const sequence of this.#kept.sequences) await this.#place(connection, sequence);
    });
  }

  /** The counters of sequences follow the relational engine's. */
  async #readSequences(connection: Connection): Promise<void> {
    const { sequences } = this.#seen();
    if (sequences.length === 0) return;
    for (const [id, next] of await nextNumbers(connection, sequences))
      if (this.#counters.get(id) !== next) this.setCounter(id, next);
  }

  async #writeCounters(connection: Connection): Promise<void> {
    await this.#readSequences(connection);
    const moved = [...this.#moved];
    await writeCounters(connection, new Map(moved.map((id) => [id, this.#counters.get(id) ?? 0n])));
    for (const id of moved) this.#moved.delete(id);
  }

  // --- the user's transaction

  /** How many BEGIN TRANSACTION are open. */
  get depth(): number {
    return this.#transaction?.depth ?? 0;
  }

  begin(name: string | undefined): void {
    if (this.#transaction === undefined) this.#transaction = new OpenTransaction(name, this.#seen());
    else this.#transaction.depth += 1;
  }

  /** @throws SqlcError transaction/commit */
  async commit(): Promise<void> {
    const transaction = this.#transaction;
    if (transaction === undefined) throw error('transaction/commit', {});
    if (transaction.depth > 1) {
      transaction.depth -= 1;
      return;
    }
    const { snapshot, others } = transaction;
    const tables = [...transaction.touched.values()].filter((t) => t.database === undefined);
    await this.#with(async (connection) => {
      await connection.transaction(async () => {
        for (const change of others.filter((c) => c.kind === 'schema' && c.action === 'create'))
          await this.#write(connection, change);
        for (const table of tables) await this.#settle(connection, table, snapshot);
        for (const change of others.filter((c) => c.kind !== 'schema' || c.action !== 'create'))
          await this.#write(connection, change);
        await this.#writeCounters(connection);
      });
    });
    this.#transaction = undefined;
    const settled = (t: Snapshot['tables'][number]) => (t.kind === 'stored' ? { ...t, held: undefined } : t);
    this.#session = sessionTables(snapshot);
    const kept = snapshot.tables.filter((t) =>
      t.kind === 'stored' ? t.database === undefined : t.kind === 'external',
    );
    this.#kept = { ...snapshot, tables: kept.map((t) => settled(t) as typeof t) }; // `held` is optional
    await this.#dropCopies(transaction);
  }

  /** Puts a table's private copy in its place. */
  async #settle(connection: Connection, table: StoredTable, snapshot: Snapshot): Promise<void> {
    const place = [table.schema, table.name].map(quote).join('.');
    const final = findTable(snapshot, table.schema, table.name);
    if (final?.kind !== 'stored') {
      await connection.run(`DROP TABLE IF EXISTS ${place}`);
      await this.#write(connection, dropOf(table));
      return;
    }
    const { held, ...definition } = final;
    if (held === undefined) return;
    await connection.run(`CREATE OR REPLACE TABLE ${place} AS SELECT * FROM ${placeOf(final).map(quote).join('.')}`);
    await this.#write(connection, { action: 'replace', kind: 'table', definition });
  }

  /** Undoes everything, or what came after a savepoint. @throws SqlcError transaction/rollback, transaction/savepoint */
  async rollback(to: string | undefined): Promise<void> {
    const transaction = this.#transaction;
    if (transaction === undefined) throw error('transaction/rollback', {});
    if (to !== undefined && transaction.rollbackTo(to)) return;
    if (to !== undefined && transaction.name?.toLowerCase() !== to.toLowerCase())
      throw error('transaction/savepoint', { name: to });
    this.#transaction = undefined;
    if (transaction.others.some((change) => change.kind === 'sequence')) await this.#placeAgain();
    await this.#dropCopies(transaction);
  }

  /** @throws SqlcError transaction/save */
  save(name: string): void {
    if (this.#transaction === undefined) throw error('transaction/save', {});
    this.#transaction.save(name);
  }

  #newCopy(transaction: OpenTransaction): NonNullable<StoredTable['held']> {
    this.#copies += 1;
    const name = `t${this.#copies}`;
    transaction.copies.push(name);
    return { database: WORK, schema: COPIES, name };
  }

  async #dropCopies(transaction: OpenTransaction): Promise<void> {
    const sqlName = (place: readonly string[]) => place.map(quote).join('.');
    const used = new Set(this.#session.map((t) => sqlName(placeOf(t))));
    const places = [
      ...transaction.copies.map((name) => [WORK, COPIES, name]),
      ...[...transaction.touched.values()].filter((t) => t.database !== undefined).map(placeOf),
    ];
    const unused = places.map(sqlName).filter((place) => !used.has(place));
    if (unused.length === 0) return;
    await this.#with((connection) => connection.run(unused.map((place) => `DROP TABLE IF EXISTS ${place}`).join('; ')));
  }

  // ---

  #seen(): Snapshot {
    if (this.#transaction !== undefined) return this.#transaction.snapshot;
    return { ...this.#kept, tables: [...this.#kept.tables, ...this.#session, ...this.#system] };
  }

  /** @param before the table it takes the place of, when that has another name */
  #put(table: StoredTable, before: StoredTable = table): void {
    const transaction = this.#transaction;
    if (transaction !== undefined && isVariable(table)) {
      this.#session = [...this.#session, table];
      transaction.snapshot = withTable(transaction.snapshot, table);
    } else if (transaction !== undefined) {
      transaction.touch(before);
      if (before !== table) transaction.touch(table);
      transaction.snapshot = withTable(withoutTable(transaction.snapshot, before), table);
    } else if (table.database === undefined) {
      this.#kept = withTable(withoutTable(this.#kept, before), table);
    } else {
      this.#session = [...this.#session.filter((t) => tableKey(t) !== tableKey(before)), table];
    }
  }

  #stamped(change: CatalogChange, before?: Stamp): CatalogChange {
    return stamped(change, before ?? this.#stampOf(change), () => this.#nextId++);
  }

  #stampOf(change: CatalogChange): Stamp | undefined {
    if (change.action !== 'replace') return undefined;
    const { definition } = change;
    const schema = 'schema' in definition ? definition.schema : undefined;
    const all: readonly { readonly name: string; readonly schema?: string; readonly stamp?: Stamp | undefined }[] =
      this.#seen()[LIST_OF[change.kind]];
    return all.find((o) => sameName(o.name, definition.name) && sameName(o.schema ?? '', schema ?? ''))?.stamp;
  }

  /** A definition, and of a schema the relational engine's own. */
  async #write(connection: Connection, change: CatalogChange): Promise<void> {
    await writeDefinition(connection, change);
    if (change.kind !== 'schema') return;
    if (change.action === 'drop') await connection.run(`DROP SCHEMA IF EXISTS ${quote(change.name)} CASCADE`);
    else await connection.run(`CREATE SCHEMA IF NOT EXISTS ${quote(change.definition.name)}`);
  }

  async #with<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#database.connect();
    try {
      return await work(connection);
    } finally {
      connection.close();
    }
  }
}

/** Table variables take no part in transactions. */
function isVariable({ name }: StoredTable): boolean {
  return name.startsWith('@');
}

function dropOf({ schema, name }: StoredTable): CatalogChange {
  return { action: 'drop', kind: 'table', schema, name };
}

function withoutTable(snapshot: Snapshot, table: StoredTable): Snapshot {
  return { ...snapshot, tables: snapshot.tables.filter((t) => tableKey(t) !== tableKey(table)) };
}

function withTable(snapshot: Snapshot, table: StoredTable): Snapshot {
  return { ...withoutTable(snapshot, table), tables: [...withoutTable(snapshot, table).tables, table] };
}

function sessionTables(snapshot: Snapshot): StoredTable[] {
  return snapshot.tables.filter((t) => t.kind === 'stored').filter((t) => t.database !== undefined);
}
