// What one statement of a session leaves for the next.

import type { DateOrder } from '../planner/expression.ts';

export class SessionState {
  /** @@ROWCOUNT. */
  rowCount = 0;
  /** @@ERROR: 0 after a statement that went well. */
  error = 0;
  /** @@IDENTITY. */
  lastIdentity: bigint | undefined;
  /** SET DATEFIRST: the first day of a week, 1 (Monday) to 7. */
  dateFirst = 7;
  /** SET DATEFORMAT: how dates of three numbers are read. */
  dateOrder: DateOrder = 'mdy';
  /** SET ROWCOUNT: the most rows of a statement; `undefined`: all. */
  rowLimit: number | undefined;
  /** SET LANGUAGE, by its name. */
  language = 'us_english';
  /** SET XACT_ABORT ON. */
  xactAbort = false;
  /** An error under XACT_ABORT ON: the transaction can only be rolled back. */
  doomed = false;
  /** Lower-case `schema.table` of SET IDENTITY_INSERT … ON. */
  identityInsert: string | undefined;
}
