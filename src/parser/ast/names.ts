// Names of objects and types, as written.

import type { Span } from '../../common/span.ts';

/** What every node has: its place in the script. */
export interface Node {
  readonly span: Span;
}

/** A name as written. `quoted` names (`[a]`, `"a"`) are never keywords or functions by accident. */
export interface Identifier extends Node {
  readonly name: string;
  readonly quoted: boolean;
}

/** `db.schema.object` and shorter; `db..object` has an empty schema part. At least one part. */
export interface ObjectName extends Node {
  readonly parts: readonly Identifier[];
}

/** `decimal(10, 2)`, `nvarchar(max)`, `double precision`. Name in lower case. */
export interface TypeName extends Node {
  readonly name: string;
  readonly parameters: readonly (number | 'max')[];
}
