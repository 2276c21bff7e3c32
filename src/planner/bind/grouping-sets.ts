// ROLLUP, CUBE and GROUPING SETS as the list of sets they stand for ("GROUP BY" of the T-SQL reference).

import { error } from '../../common/errors.ts';
import type * as ast from '../../parser/ast.ts';

type Set = readonly ast.Expression[];

const MAX_SETS = 4096;

/** The sets of a GROUP BY clause: one, of plain expressions. */
export function groupingSets(elements: readonly ast.GroupingElement[]): readonly Set[] {
  // Elements side by side: each set of one with each set of the others.
  return elements.reduce<readonly Set[]>(
    (sets, element) => {
      const own = isSets(element) ? expanded(element) : [[element]];
      return limited(
        sets.flatMap((a) => own.map((b) => [...a, ...b])),
        element,
      );
    },
    [[]],
  );
}

export function isSets(element: ast.GroupingElement): element is ast.GroupingSets {
  return element.kind === 'rollup' || element.kind === 'cube' || element.kind === 'grouping-sets';
}

function expanded(element: ast.GroupingSets): readonly Set[] {
  const parts = element.sets.map((s) => (s.kind === 'columns' ? [s.expressions] : expanded(s)));
  const composite = parts.map((sets) => sets.flat());
  switch (element.kind) {
    case 'grouping-sets':
      return parts.flat();
    case 'rollup':
      return Array.from({ length: composite.length + 1 }, (_, n) => composite.slice(0, composite.length - n).flat());
    case 'cube':
      if (composite.length > 12) throw tooMany(2 ** composite.length, element);
      return Array.from({ length: 2 ** composite.length }, (_, n) =>
        composite.filter((_part, i) => ((n >> (composite.length - 1 - i)) & 1) === 0).flat(),
      );
  }
}

function limited(sets: readonly Set[], element: ast.GroupingElement): readonly Set[] {
  if (sets.length > MAX_SETS) throw tooMany(sets.length, element);
  return sets;
}

function tooMany(found: number, { span }: ast.GroupingElement) {
  return error('bind/grouping-sets', { found, limit: MAX_SETS }, { span });
}
