// Dates and times.

import { typed } from './literals.ts';
import type { Operators } from './spell.ts';

export const dateOperators: Operators = {
  year: ([d]) => typed(`year(${d})`, { kind: 'int' }),
  month: ([d]) => typed(`month(${d})`, { kind: 'int' }),
  day: ([d]) => typed(`day(${d})`, { kind: 'int' }),
};
