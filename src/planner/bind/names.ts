// Names of result columns (1-product, Formats): a column keeps its name, an unnamed call gets the function's name
// in lower case, anything else `column_N`; a name taken already gets _2, _3 …

import type { SelectItem } from '../../parser/ast.ts';

export function nameOf(item: SelectItem, position: number): string {
  if (item.alias !== undefined) return item.alias.name;
  const { expression } = item;
  if (expression.kind === 'column') return expression.parts.at(-1)?.name ?? '';
  if (expression.kind === 'field') return expression.field.name;
  if (expression.kind === 'call') return expression.name.name.toLowerCase();
  return `column_${position}`;
}

/** @param given whether a name was written: then an automatic one gives way to it */
export function uniqueNames(names: readonly string[], given: readonly boolean[] = []): string[] {
  const written = new Set(names.flatMap((name, i) => (given[i] ? [name.toLowerCase()] : [])));
  const taken = new Set<string>();
  return names.map((name, i) => {
    const free = (candidate: string) =>
      !taken.has(candidate.toLowerCase()) && (given[i] || !written.has(candidate.toLowerCase()));
    let unique = name;
    for (let n = 2; !free(unique); n++) unique = `${name}_${n}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}
