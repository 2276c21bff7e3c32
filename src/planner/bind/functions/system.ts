// Values that come from nowhere: new identifiers.

import { calls, type ScalarFunction } from './scalar-function.ts';

export const SYSTEM_FUNCTIONS: readonly ScalarFunction[] = [
  {
    signature: 'NEWID()',
    doc: 'A new random uniqueidentifier for every row.',
    example: ['LEN(CAST(NEWID() AS varchar(36)))', '36'],
    bind: calls('newid', [], { kind: 'uniqueidentifier' }),
  },
];
