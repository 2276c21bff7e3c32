// T-SQL statements that are recognised by their first words and refused by name.

import type { IToken } from 'chevrotain';
import { error, type SqlcError } from '../common/errors.ts';
import { spanning } from '../common/span.ts';
import type { Ahead } from './statement-heads.ts';
import { spanOf } from './token-span.ts';
import * as T from './tokens.ts';

const FIRST_WORDS: ReadonlySet<string> = new Set([
  ...'BACKUP CHECKPOINT CLOSE DBCC DEALLOCATE FETCH GOTO KILL OPEN RECONFIGURE'.split(' '),
  ...'RESTORE REVERT SHUTDOWN WAITFOR READTEXT WRITETEXT UPDATETEXT'.split(' '),
]);

/** First words that are names elsewhere, with the words after them. */
const PHRASES: readonly string[] = [
  ...['EXEC AS', 'EXECUTE AS', 'ENABLE TRIGGER', 'DISABLE TRIGGER', 'ADD SIGNATURE', 'SEND ON', 'RECEIVE TOP'],
];

/** Objects of CREATE, ALTER and DROP that T-SQL has and we do not, by the words after the verb. */
const OBJECTS: readonly string[] = [
  ...['PROCEDURE', 'PROC', 'FUNCTION', 'TRIGGER', 'TYPE', 'SYNONYM', 'USER', 'ROLE', 'LOGIN', 'CERTIFICATE'],
  ...['SYMMETRIC KEY', 'ASYMMETRIC KEY', 'PARTITION FUNCTION', 'PARTITION SCHEME'],
  ...['OR ALTER PROCEDURE', 'OR ALTER PROC', 'OR ALTER FUNCTION', 'OR ALTER TRIGGER'],
  ...['EXTERNAL LANGUAGE', 'EXTERNAL LIBRARY', 'EXTERNAL RESOURCE POOL', 'EXTERNAL STREAM', 'XML SCHEMA COLLECTION'],
  ...['DATABASE AUDIT SPECIFICATION', 'DATABASE ENCRYPTION KEY', 'CREDENTIAL', 'WORKLOAD GROUP', 'RULE', 'DEFAULT'],
  ...['FULLTEXT INDEX', 'FULLTEXT CATALOG', 'SPATIAL INDEX', 'JSON INDEX', 'VECTOR INDEX', 'AGGREGATE', 'ASSEMBLY'],
  ...['XML INDEX', 'PRIMARY XML INDEX', 'SECURITY POLICY', 'EVENT SESSION', 'EVENT NOTIFICATION', 'QUEUE', 'CONTRACT'],
  ...['SERVICE', 'ROUTE', 'SERVER ROLE', 'SERVER AUDIT', 'SERVER CONFIGURATION', 'RESOURCE POOL', 'RESOURCE GOVERNOR'],
  ...['REMOTE TABLE', 'COLUMN ENCRYPTION KEY', 'COLUMN MASTER KEY', 'AVAILABILITY GROUP', 'ENDPOINT', 'MESSAGE TYPE'],
  ...['DATABASE SCOPED CONFIGURATION', 'APPLICATION ROLE', 'BROKER PRIORITY', 'SEARCH PROPERTY LIST'],
];
const ALTER_ONLY: readonly string[] = ['DATABASE', 'INDEX', 'SCHEMA', 'AUTHORIZATION', 'SERVICE MASTER KEY'];
/** Read although their first words are those of something refused. */
const OURS: readonly string[] = ['DATABASE SCOPED CREDENTIAL'];

/**
 * The error for a statement that is not supported.
 *
 * @param ahead the tokens from the first one after EXPLAIN on
 * @returns undefined when the statement is ours, or unknown altogether
 */
export function unsupportedStatement(ahead: Ahead): SqlcError | undefined {
  const head = ahead(0);
  if (head === undefined || head.tokenType === T.QuotedName) return undefined;
  const first = head.image.toUpperCase();
  if (first === 'CREATE' || first === 'DROP' || first === 'ALTER') {
    const after: Ahead = (places) => ahead(places + 1);
    if (OURS.some((name) => starts(after, name))) return undefined;
    const object = [...OBJECTS, ...(first === 'ALTER' ? ALTER_ONLY : [])].find((name) => starts(after, name));
    return object === undefined ? undefined : refusal(ahead, object.split(' ').length + 1);
  }
  const phrase = PHRASES.find((words) => starts(ahead, words));
  if (phrase !== undefined) return refusal(ahead, phrase.split(' ').length);
  if (!FIRST_WORDS.has(first)) return undefined;
  const isMasterKey = (first === 'OPEN' || first === 'CLOSE') && starts((places) => ahead(places + 1), 'MASTER KEY');
  return isMasterKey ? undefined : refusal(ahead, 1);
}

function starts(ahead: Ahead, phrase: string): boolean {
  return phrase.split(' ').every((word, index) => ahead(index)?.image.toUpperCase() === word);
}

function refusal(ahead: Ahead, count: number): SqlcError | undefined {
  const named = Array.from({ length: count }, (_, index) => ahead(index)).filter((word) => word !== undefined);
  const [first] = named;
  const last = named.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const what = named.map((word: IToken) => word.image.toUpperCase()).join(' ');
  return error('not-supported', { what }, { span: spanning(spanOf(first), spanOf(last)) });
}
