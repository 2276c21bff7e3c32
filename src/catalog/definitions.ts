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
export type TableDefinition = StoredTable | ExternalTable;

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

/** The objects kept under a name of their own kind; tables have one namespace per schema. */
export interface Definitions {
  readonly table: TableDefinition;
  readonly credential: CredentialDefinition;
  readonly 'data source': DataSourceDefinition;
  readonly 'file format': FileFormatDefinition;
}
export type ObjectKind = keyof Definitions;
