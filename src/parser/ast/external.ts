// Statements on the outside world: credentials, the master key, data sources, file formats, external tables, services,
// models, COPY. Their options have been checked as far as they can be without knowing any object.

import type { Span } from '../../common/span.ts';
import type { Expression, StringLiteral } from './expression.ts';
import type { Identifier, Node, ObjectName, TypeName } from './names.ts';
import type { IfExists } from './object.ts';
import type { Query } from './query.ts';
import type { QueryOption } from './statement.ts';

/** IDENTITY first, then SECRET. The secret never appears in any message. */
export interface CreateCredential extends Node {
  readonly kind: 'create-credential';
  readonly existing: IfExists;
  readonly name: Identifier;
  readonly identity: string;
  readonly secret: string | undefined;
}

export interface CreateDataSource extends Node {
  readonly kind: 'create-data-source';
  readonly existing: IfExists;
  readonly name: Identifier;
  readonly location: StringLiteral;
  readonly credential: Identifier | undefined;
  readonly type: 'hadoop' | 'blob_storage' | 'rdbms' | 'shard_map_manager' | undefined;
  readonly connectionOptions: StringLiteral | undefined;
}

export interface CreateFileFormat extends Node {
  readonly kind: 'create-file-format';
  readonly existing: IfExists;
  readonly name: Identifier;
  readonly format: 'delimitedtext' | 'parquet' | 'orc' | 'rcfile' | 'json' | 'delta';
  readonly compression: StringLiteral | undefined;
  /** For the binder to check: T-SQL's grammar lets any format have one. */
  readonly serdeMethod: StringLiteral | undefined;
  readonly text: {
    readonly fieldTerminator: StringLiteral | undefined;
    readonly stringDelimiter: StringLiteral | undefined;
    readonly firstRow: { readonly value: number; readonly span: Span } | undefined;
    readonly dateFormat: StringLiteral | undefined;
    readonly useTypeDefault: boolean | undefined;
    readonly encoding: StringLiteral | undefined;
    readonly parserVersion: StringLiteral | undefined;
  };
}

export interface ColumnDefinition extends Node {
  readonly name: Identifier;
  readonly type: TypeName;
  /** `COLLATE name`. */
  readonly collation: Identifier | undefined;
  readonly nullable: boolean;
}

export interface CreateExternalTable extends Node {
  readonly kind: 'create-external-table';
  readonly existing: IfExists;
  readonly name: ObjectName;
  readonly columns: readonly ColumnDefinition[];
  /** Absent where the data source is a database: required by the binder for those we read. */
  readonly location: StringLiteral | undefined;
  readonly dataSource: Identifier;
  readonly fileFormat: Identifier | undefined;
  /** Options that parse and are refused by the binder until they are enforced. */
  readonly deferred: readonly Identifier[];
}

/** Replaces both values: a SECRET left out becomes none. */
export interface AlterCredential extends Node {
  readonly kind: 'alter-credential';
  readonly name: Identifier;
  readonly identity: string;
  readonly secret: string | undefined;
}

export type ServiceKind = 'language' | 'vision' | 'face' | 'speech' | 'translator' | 'anomaly';

/** Options of CREATE and ALTER EXTERNAL SERVICE; absent ones are undefined. Numbers are positive. */
export interface ServiceOptions {
  readonly type: ServiceKind | undefined;
  readonly location: StringLiteral | undefined;
  readonly credential: Identifier | undefined;
  readonly region: StringLiteral | undefined;
  readonly operations: readonly StringLiteral[] | undefined;
  readonly apiVersion: StringLiteral | undefined;
  readonly modelVersion: StringLiteral | undefined;
  readonly tier: StringLiteral | undefined;
  readonly weight: number | undefined;
  readonly maxConcurrency: number | undefined;
  readonly requestsPerSecond: number | undefined;
  readonly requestsPerMinute: number | undefined;
  /** Seconds. */
  readonly requestTimeout: number | undefined;
  readonly pricePer1000: number | undefined;
  /** JSON object: operation id -> price per 1,000; checked by the binder. */
  readonly prices: StringLiteral | undefined;
  readonly currency: StringLiteral | undefined;
  /** Days answers stay in the cache. */
  readonly ttl: number | undefined;
  readonly cacheGroup: StringLiteral | undefined;
  readonly fuse: 'on' | 'off' | 'jobs' | undefined;
  readonly allowHttp: boolean | undefined;
  readonly loggingOptOut: boolean | undefined;
}
/** TYPE and LOCATION are required. */
export interface CreateService extends Node {
  readonly kind: 'create-service';
  readonly existing: IfExists;
  readonly name: Identifier;
  readonly options: ServiceOptions;
}
/** TYPE cannot be altered. */
export interface AlterService extends Node {
  readonly kind: 'alter-service';
  readonly name: Identifier;
  readonly options: ServiceOptions;
}

/** The named columns take their types from the query; no REJECTED_ROW_LOCATION. */
export interface CreateExternalTableAs extends Node {
  readonly kind: 'create-external-table-as';
  readonly existing: IfExists;
  readonly name: ObjectName;
  readonly columns: readonly Identifier[];
  readonly location: StringLiteral;
  readonly dataSource: Identifier;
  readonly fileFormat: Identifier;
  readonly deferred: readonly Identifier[];
  readonly partition: readonly Identifier[];
  readonly query: Query;
  readonly options: readonly QueryOption[];
}

/** `SET LOCATION = …, …` without parentheses; only what is given changes. */
export interface AlterDataSource extends Node {
  readonly kind: 'alter-data-source';
  readonly name: Identifier;
  readonly location: StringLiteral | undefined;
  readonly credential: Identifier | undefined;
}

/** The password never appears in any message. */
export interface MasterKey extends Node {
  readonly kind: 'master-key';
  readonly action: 'create' | 'open' | 'close' | 'regenerate' | 'add-encryption' | 'drop-encryption' | 'drop';
  readonly password: string | undefined;
}

/** Options of CREATE and ALTER EXTERNAL MODEL; absent ones are undefined. */
export interface ModelOptions {
  readonly location: StringLiteral | undefined;
  readonly apiFormat: StringLiteral | undefined;
  readonly modelType: 'embeddings' | 'chat_completions' | undefined;
  readonly model: StringLiteral | undefined;
  readonly credential: Identifier | undefined;
  readonly parameters: StringLiteral | undefined;
  readonly localRuntimePath: StringLiteral | undefined;
}
export interface CreateModel extends Node {
  readonly kind: 'create-model';
  readonly existing: IfExists;
  readonly name: Identifier;
  readonly options: ModelOptions;
}
export interface AlterModel extends Node {
  readonly kind: 'alter-model';
  readonly name: Identifier;
  readonly options: ModelOptions;
}

/** COPY INTO table (columns) FROM 'url', … WITH (…). */
export interface CopyInto extends Node {
  readonly kind: 'copy-into';
  readonly target: ObjectName;
  readonly columns: readonly CopyColumn[];
  readonly from: readonly StringLiteral[];
  readonly options: CopyOptions;
  /** Of OPTION (LABEL = …). */
  readonly hints: readonly QueryOption[];
}
/** `column [DEFAULT value] [field]`; fields count from 1. */
export interface CopyColumn extends Node {
  readonly name: Identifier;
  readonly default: Expression | undefined;
  readonly field: number | undefined;
}
/** Absent ones are undefined. */
export interface CopyOptions {
  readonly fileType: 'csv' | 'parquet' | 'orc' | undefined;
  readonly fileFormat: Identifier | undefined;
  readonly credential: CopyCredential | undefined;
  readonly errorFile: StringLiteral | undefined;
  readonly errorFileCredential: CopyCredential | undefined;
  readonly maxErrors: number | undefined;
  readonly compression: StringLiteral | undefined;
  readonly fieldQuote: StringLiteral | undefined;
  readonly fieldTerminator: StringLiteral | undefined;
  readonly rowTerminator: StringLiteral | undefined;
  readonly firstRow: number | undefined;
  readonly dateFormat: 'mdy' | 'dmy' | 'ymd' | 'ydm' | 'myd' | 'dym' | undefined;
  readonly encoding: 'utf8' | 'utf16' | undefined;
  readonly identityInsert: boolean | undefined;
  readonly autoCreateTable: boolean | undefined;
}
/** The secret never appears in any message. */
export interface CopyCredential {
  readonly identity: string;
  readonly secret: string | undefined;
}
