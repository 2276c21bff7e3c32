// Collations: DuckDB's names for them.

import { type CollationName, collationOf, type SqlType } from '../../arrow/sql-type.ts';

const NAMES: Readonly<Record<CollationName, string>> = {
  BIN2_UTF8: 'C',
  CI_AS: 'NOCASE',
  CI_AI: 'NOCASE.NOACCENT',
  CS_AI: 'NOACCENT',
};

/** Under the collation of its type, where that has one of its own. */
export function collated(sql: string, type: SqlType): string {
  const collation = collationOf(type);
  return collation === undefined ? sql : `(${sql} COLLATE ${NAMES[collation.name]})`;
}

/** What the database's own collation is called in `default_collation`. */
export function defaultCollation(name: CollationName): string {
  return NAMES[name];
}
