// Where DuckDB keeps the numbers of a sequence while the engine is open: in the work area, so that any statement may
// take them; the catalog's store remembers where they stand.

import type { Operators } from './spell.ts';

/** Schema of the work area. */
export const SEQUENCES = 'sequences';

/** @param id of the sequence's definition */
export function sequenceName(id: number): string {
  return `s${id}`;
}

export const sequenceOperators: Operators = {
  'next-value': (_, { args: [id] }) => {
    const name = sequenceName(id?.kind === 'literal' ? Number(id.value) : 0);
    return `nextval('work.${SEQUENCES}.${name}')`;
  },
};
