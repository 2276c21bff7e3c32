import { NVARCHAR_MAX } from '../../arrow/sql-type.ts';
import type { CognitiveFunction } from '../function.ts';
import { language as operation } from '../operations/language.ts';

export const detectLanguage: CognitiveFunction = {
  name: 'DETECT_LANGUAGE',
  operation,
  params: [{ name: 'text', type: NVARCHAR_MAX, optional: false }],
  returns: NVARCHAR_MAX,
  projection: { kind: 'field', field: 'iso' },
  doc: 'The ISO code of the language a text is written in; NULL when it cannot be told.',
  example: "SELECT DETECT_LANGUAGE('Das ist ein schönes Haus am See')",
};
