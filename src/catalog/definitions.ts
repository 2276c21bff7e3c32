// What the catalog knows of each object: plain data, as stored and as the binder reads it.

import type { SqlType } from '../arrow/sql-type.ts';

/** Given by the store to what it keeps. */
export interface Stamp {
  /** Unique among all objects. */
  readonly id: number;
  /** UTC, ISO 8601. */
  readonly created: string;
  readonly modified: string;
}
interface Kept {
  readonly stamp?: Stamp | undefined;
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  /** An expression as written; the constraint's name. */
  readonly default?: { readonly name: string; readonly text: string };
  readonly identity?: { readonly seed: number; readonly increment: number };
}

/** What rows of a table must keep to. Enforced by our own statements, not by the relational engine. */
export type Constraint =
  | {
      readonly kind: 'primary key' | 'unique';
      readonly name: string;
      readonly columns: readonly string[];
      readonly enforced: boolean;
    }
  | { readonly kind: 'check'; readonly name: string; readonly text: string };

interface TableBase extends Kept {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
}

/** Rows in the database itself, or, of temporary and registered tables, in the session's work area. */
export interface StoredTable extends TableBase {
  readonly kind: 'stored';
  /** DuckDB catalog that holds it; `undefined`: the database. */
  readonly database: string | undefined;
  readonly constraints?: readonly Constraint[];
  /** Where its rows are for now, when not under its own name: inside a transaction that changed it. */
  readonly held?: { readonly database: string; readonly schema: string; readonly name: string } | undefined;
}
/** A query by name, as written; bound again whenever it is read. */
export interface ViewDefinition extends Kept {
  readonly schema: string;
  readonly name: string;
  readonly text: string;
  /** Names given to its columns, or none. */
  readonly names: readonly string[];
  /** As they were when it was defined. */
  readonly columns: readonly ColumnDefinition[];
}

export interface SchemaDefinition extends Kept {
  readonly name: string;
}

/** Numbers given out one by one; where it stands is a counter of the store. */
export interface SequenceDefinition extends Kept {
  readonly schema: string;
  readonly name: string;
  readonly type: SqlType;
  /** Whole numbers as text: they may be beyond 53 bits. */
  readonly start: string;
  readonly increment: string;
  readonly minimum: string;
  readonly maximum: string;
  readonly cycle: boolean;
}

/** Kept for the catalog views; nothing reads it. */
export interface StatisticsDefinition extends Kept {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly columns: readonly string[];
}

export interface ExternalTable extends TableBase {
  readonly kind: 'external';
  readonly location: string;
  readonly dataSource: string;
  readonly fileFormat: string;
}
/** A view of the engine's own on what it knows: its rows are made when a statement reads it. */
export interface SystemTable extends TableBase {
  readonly kind: 'system';
}
export type TableDefinition = StoredTable | ExternalTable | SystemTable;

export interface CredentialDefinition extends Kept {
  readonly name: string;
  readonly identity: string;
  readonly secret: string | undefined;
}

export interface DataSourceDefinition extends Kept {
  readonly name: string;
  readonly location: string;
  readonly credential: string | undefined;
  readonly type: 'hadoop' | 'blob_storage' | undefined;
  readonly connectionOptions: string | undefined;
}

export interface TextOptions {
  readonly fieldTerminator: string;
  /** Empty: no quoting. */
  readonly stringDelimiter: string;
  readonly firstRow: number;
  readonly useTypeDefault: boolean;
  readonly encoding: 'UTF8' | 'UTF16';
  readonly compression: 'gzip' | undefined;
}
export type FileFormatDefinition = Kept &
  (
    | { readonly name: string; readonly format: 'delimitedtext'; readonly text: TextOptions }
    | { readonly name: string; readonly format: 'parquet' }
  );

/** An endpoint that answers cognitive functions, with its limits and prices. What was not said is undefined. */
export interface ServiceDefinition extends Kept {
  readonly name: string;
  readonly type: 'language' | 'vision' | 'face' | 'speech' | 'translator' | 'anomaly';
  /** An http(s) URL without user name, query and fragment. */
  readonly location: string;
  readonly credential: string | undefined;
  readonly region: string | undefined;
  /** Ids; undefined: all of its type. */
  readonly operations: readonly string[] | undefined;
  readonly apiVersion: string | undefined;
  readonly modelVersion: string | undefined;
  readonly tier: string | undefined;
  readonly weight: number | undefined;
  readonly maxConcurrency: number | undefined;
  readonly requestsPerSecond: number | undefined;
  readonly requestsPerMinute: number | undefined;
  /** Seconds. */
  readonly requestTimeout: number | undefined;
  readonly pricePer1000: number | undefined;
  /** Of 1,000 billed units, by operation id. */
  readonly prices: Readonly<Record<string, number>> | undefined;
  readonly currency: string | undefined;
  /** Days. */
  readonly ttl: number | undefined;
  readonly cacheGroup: string | undefined;
  readonly fuse: 'on' | 'off' | 'jobs' | undefined;
  readonly allowHttp: boolean | undefined;
  readonly loggingOptOut: boolean | undefined;
}

/** The objects kept under a name of their own kind; tables, views and sequences share one namespace per schema. */
export interface Definitions {
  readonly schema: SchemaDefinition;
  readonly table: TableDefinition;
  readonly view: ViewDefinition;
  readonly sequence: SequenceDefinition;
  readonly statistics: StatisticsDefinition;
  readonly credential: CredentialDefinition;
  readonly 'data source': DataSourceDefinition;
  readonly 'file format': FileFormatDefinition;
  readonly service: ServiceDefinition;
}
export type ObjectKind = keyof Definitions;
