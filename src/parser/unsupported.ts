// T-SQL statements that are recognised by their first words and refused by name.

import type { IToken } from 'chevrotain';
import { error, type SqlcError } from '../common/errors.ts';
import { spanning } from '../common/span.ts';
import { spanOf } from './kit.ts';
import * as T from './tokens.ts';

const FIRST_WORDS: ReadonlySet<string> = new Set([
  ...'ALTER BACKUP BEGIN BREAK CHECKPOINT CLOSE COMMIT CONTINUE COPY DBCC DEALLOCATE DECLARE DELETE DENY'.split(' '),
  ...'ELSE END EXEC EXECUTE FETCH GOTO GRANT IF INSERT KILL MERGE OPEN PRINT RAISERROR RECONFIGURE RENAME'.split(' '),
  ...'RESTORE RETURN REVERT REVOKE ROLLBACK SAVE SHUTDOWN THROW TRUNCATE UPDATE USE WAITFOR WHILE'.split(' '),
]);

/** Objects of CREATE and DROP that T-SQL has and we do not yet, by the words after CREATE or DROP. */
const OBJECTS: readonly string[] = [
  ...['VIEW', 'PROCEDURE', 'PROC', 'FUNCTION', 'TRIGGER', 'INDEX', 'UNIQUE INDEX', 'CLUSTERED INDEX', 'SCHEMA'],
  ...['NONCLUSTERED INDEX', 'CLUSTERED COLUMNSTORE INDEX', 'UNIQUE CLUSTERED INDEX', 'UNIQUE NONCLUSTERED INDEX'],
  ...['NONCLUSTERED COLUMNSTORE INDEX', 'COLUMNSTORE INDEX', 'STATISTICS', 'TYPE', 'SEQUENCE', 'SYNONYM', 'USER'],
  ...['ROLE', 'LOGIN', 'MASTER KEY', 'CERTIFICATE', 'SYMMETRIC KEY', 'ASYMMETRIC KEY', 'PARTITION FUNCTION'],
  ...[
    'PARTITION SCHEME',
    'MATERIALIZED VIEW',
    'OR ALTER',
    'OR REPLACE',
    'EXTERNAL SERVICE IF NOT EXISTS',
    'EXTERNAL MODEL',
  ],
  ...['EXTERNAL LANGUAGE', 'EXTERNAL LIBRARY', 'EXTERNAL RESOURCE POOL', 'EXTERNAL STREAM', 'XML SCHEMA COLLECTION'],
  ...['DATABASE AUDIT SPECIFICATION', 'DATABASE ENCRYPTION KEY', 'CREDENTIAL', 'WORKLOAD GROUP', 'RULE', 'DEFAULT'],
  ...['FULLTEXT INDEX', 'FULLTEXT CATALOG', 'SPATIAL INDEX', 'JSON INDEX', 'VECTOR INDEX', 'AGGREGATE', 'ASSEMBLY'],
  ...['SECURITY POLICY', 'EVENT SESSION', 'QUEUE', 'CONTRACT', 'SERVICE', 'ROUTE', 'SERVER ROLE', 'SERVER AUDIT'],
  ...['REMOTE TABLE', 'COLUMN ENCRYPTION KEY', 'COLUMN MASTER KEY', 'TABLE IF NOT EXISTS'],
  ...['EXTERNAL TABLE IF NOT EXISTS', 'EXTERNAL DATA SOURCE IF NOT EXISTS', 'EXTERNAL FILE FORMAT IF NOT EXISTS'],
  'DATABASE SCOPED CREDENTIAL IF NOT EXISTS',
];
const SECOND_WORDS: ReadonlySet<string> = new Set([
  ...['UPDATE STATISTICS', 'TRUNCATE TABLE', 'BEGIN TRANSACTION', 'BEGIN TRAN', 'BEGIN TRY', 'RENAME OBJECT'],
  ...['COPY INTO', 'INSERT INTO', 'DELETE FROM', 'MERGE INTO', 'EXECUTE AS'],
]);
/** What ALTER can change. */
const ALTERED: readonly string[] = ['DATABASE SCOPED CREDENTIAL', 'EXTERNAL SERVICE'];
const LONGEST = 8;

/**
 * The error for a statement that is not supported yet.
 *
 * @param head the first token after EXPLAIN
 * @returns undefined when the statement is ours, or unknown altogether
 */
export function unsupportedStatement(tokens: readonly IToken[], head: IToken): SqlcError | undefined {
  if (head.tokenType === T.QuotedName) return undefined;
  const from = tokens.indexOf(head);
  const first = head.image.toUpperCase();
  const words = tokens.slice(from, from + LONGEST);
  if (first === 'CREATE' || first === 'DROP') {
    const object = OBJECTS.find(
      (name) => starts(words.slice(1), name) && (first === 'CREATE' || !name.endsWith(' IF NOT EXISTS')),
    );
    if (object !== undefined) return refusal(words, object.split(' ').length + 1);
    const [, second, third, fourth] = words.map((word) => word.image.toUpperCase());
    const isDatabase = second === 'DATABASE' && third !== undefined && third !== 'SCOPED' && fourth !== 'CREDENTIAL';
    return isDatabase ? refusal(words, 2) : undefined;
  }
  if (!FIRST_WORDS.has(first)) return undefined;
  if (first === 'ALTER')
    return ALTERED.some((name) => starts(words.slice(1), name)) ? undefined : refusal(words, alteredLength(words));
  const second = words[1]?.image.toUpperCase();
  if (first === 'OPEN' && second === 'MASTER') return refusal(words, 3);
  return refusal(words, SECOND_WORDS.has(`${first} ${second}`) ? 2 : 1);
}

/** ALTER and the words naming the kind of object: as many as OBJECTS or our own statements have. */
function alteredLength(words: readonly IToken[]): number {
  const kinds = ['EXTERNAL DATA SOURCE', 'EXTERNAL FILE FORMAT', 'TABLE', ...OBJECTS];
  const kind = kinds.find((name) => starts(words.slice(1), name));
  return kind === undefined ? 1 : kind.split(' ').length + 1;
}

function starts(tokens: readonly IToken[], phrase: string): boolean {
  return phrase.split(' ').every((word, index) => tokens[index]?.image.toUpperCase() === word);
}

function refusal(words: readonly IToken[], count: number): SqlcError | undefined {
  const named = words.slice(0, count);
  const [first] = named;
  const last = named.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const what = named.map((word) => word.image.toUpperCase()).join(' ');
  return error('not-supported', { what }, { span: spanning(spanOf(first), spanOf(last)) });
}
