// The replacement of REGEXP_REPLACE: `\1` to `\9` are groups, `&` is the match, `\\` a backslash; any other backslash is
// itself ("REGEXP_REPLACE").

import { stringLiteral } from '../sql-text.ts';

export interface Replacement {
  /** The groups it may mention. */
  readonly groups: readonly number[];
  /** As RE2 reads it. */
  readonly rewrite: string;
  /** The text with a character of its own for the match and each group. */
  readonly template: string;
  /** @param hit a struct: text before the match, the match, the groups in their order */
  filled(template: string, hit: string): string;
}

/** Noncharacters: no text has them. The match is 0, the groups 1 to 9, a backslash 10. */
const MARK = 64976;
const BACKSLASH = 10;
const mark = (n: number) => String.fromCodePoint(MARK + n);

/** @param known the text of a literal */
export function replacementOf(sql: string, known: string | undefined): Replacement {
  if (known === undefined) {
    const groups = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const template = marked(sql);
    return { groups, template, rewrite: rewriteSql(template), filled: filler([0, ...groups]) };
  }
  const marks = known.replace(/\\([\\1-9])|&/g, (_, c) =>
    mark(c === undefined ? 0 : c === '\\' ? BACKSLASH : Number(c)),
  );
  const used = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((n) => marks.includes(mark(n)));
  const rewrite = [...marks.replaceAll('\\', '\\\\')]
    .map((c) => {
      const n = (c.codePointAt(0) ?? 0) - MARK;
      return n >= 0 && n < BACKSLASH ? `\\${n}` : n === BACKSLASH ? '\\\\' : c;
    })
    .join('');
  const template = stringLiteral(marks.replaceAll(mark(BACKSLASH), '\\'));
  return { groups: used.filter((n) => n > 0), rewrite: stringLiteral(rewrite), template, filled: filler(used) };
}

function filler(used: readonly number[]): Replacement['filled'] {
  const groups = used.filter((n) => n > 0);
  return (template, hit) =>
    used.reduce((text, n) => {
      const value = n === 0 ? `${hit}[2]` : `coalesce(${hit}[${groups.indexOf(n) + 3}], '')`;
      return `replace(${text}, '${mark(n)}', ${value})`;
    }, template);
}

function marked(sql: string): string {
  const escaped = `replace(${sql}, '\\\\', '${mark(BACKSLASH)}')`;
  const groups = [1, 2, 3, 4, 5, 6, 7, 8, 9].reduce((text, n) => `replace(${text}, '\\${n}', '${mark(n)}')`, escaped);
  return `replace(replace(${groups}, '&', '${mark(0)}'), '${mark(BACKSLASH)}', '\\')`;
}

function rewriteSql(template: string): string {
  return [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].reduce(
    (text, n) => `replace(${text}, '${mark(n)}', '\\${n}')`,
    `replace(${template}, '\\', '\\\\')`,
  );
}
