// What the catalog knows of each object: plain data, as stored and as the binder reads it.

import type { SqlType } from '../arrow/sql-type.ts';

export interface ColumnDefinition {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
}

interface TableBase {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
}

/** Rows in the database itself, or, registered by the embedding program, in the session's work area. */
export interface StoredTable extends TableBase {
  readonly kind: 'stored';
  /** DuckDB catalog that holds it; `undefined`: the database. */
  readonly database: string | undefined;
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

export interface CredentialDefinition {
  readonly name: string;
  readonly identity: string;
  readonly secret: string | undefined;
}

export interface DataSourceDefinition {
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
export type FileFormatDefinition =
  | { readonly name: string; readonly format: 'delimitedtext'; readonly text: TextOptions }
  | { readonly name: string; readonly format: 'parquet' };

/** An endpoint that answers cognitive functions, with its limits and prices. What was not said is undefined. */
export interface ServiceDefinition {
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

/** The objects kept under a name of their own kind; tables have one namespace per schema. */
export interface Definitions {
  readonly table: TableDefinition;
  readonly credential: CredentialDefinition;
  readonly 'data source': DataSourceDefinition;
  readonly 'file format': FileFormatDefinition;
  readonly service: ServiceDefinition;
}
export type ObjectKind = keyof Definitions;
