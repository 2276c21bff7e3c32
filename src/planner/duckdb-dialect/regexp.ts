// Regular expressions. Both engines use RE2, but DuckDB knows no place where a match stands, no n-th match, and no
// empty match right behind another: where those count, the matches are listed with the text before each.

import type { SqlType } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type { Expr, OperatorExpr } from '../expression.ts';
import { stringLiteral } from '../sql-text.ts';
import { bindAlways, bindOnce } from './bind-once.ts';
import { typed } from './literals.ts';
import { RAISED } from './raise.ts';
import { countGroups, type GroupPlace, placedGroups } from './regexp-groups.ts';
import { before, byMatches, compiled, hits, taken, takesText, textOf } from './regexp-hits.ts';
import { replacementOf } from './regexp-replacement.ts';
import type { Operators } from './spell.ts';

const INT: SqlType = { kind: 'int' };

export const regexpOperators: Operators = {
  'regexp-like': ([s, p, flags], { args }) => `regexp_matches(${s}, ${flagged(`${p}`, args[1], flags, args[2])})`,
  'regexp-count': count,
  'regexp-substr': substring,
  'regexp-instr': position,
  'regexp-replace': replace,
  'regexp-split': ([s, p, flags], { args, type }) => {
    const pattern = flagged(`${p}`, args[1], flags, args[2]);
    const parts = `string_split(regexp_replace(${s}, ${pattern}, ${BREAK}, 'g'), ${BREAK})`;
    return typed(`list_transform(${parts}, lambda x, i: {'value': x, 'ordinal': i})`, type);
  },
  'regexp-matches': matches,
};

/** No character: no text has it (Unicode's noncharacters). */
const BREAK = 'chr(64976)';

// --- arguments

/** The number of a literal. */
function numberOf(expr: Expr | undefined): number | undefined {
  return expr?.kind === 'literal' && expr.value !== null && expr.value !== undefined ? Number(expr.value) : undefined;
}

/** The pattern with its flags before it: `(?im)`. Of `i` and `c` the last counts. */
function flagged(pattern: string, given: Expr | undefined, flags: string | undefined, expr: Expr | undefined): string {
  if (flags === undefined) return pattern;
  const known = textOf(expr);
  if (known === undefined) return bindOnce([flags], ([f]) => `(${flagsSql(`${f}`)} || ${pattern})`);
  const wrong = known.match(/[^cims]/);
  if (wrong !== null) return `(${raiseFlags(stringLiteral(known))} || ${pattern})`;
  const on = [
    known.replace(/[^ic]/g, '').endsWith('i') ? 'i' : '',
    known.includes('m') ? 'm' : '',
    known.includes('s') ? 's' : '',
  ];
  const prefix = on.join('') === '' ? '' : `(?${on.join('')})`;
  const text = textOf(given);
  if (text !== undefined) return stringLiteral(prefix + text);
  return prefix === '' ? pattern : `(${stringLiteral(prefix)} || ${pattern})`;
}

function raiseFlags(flags: string): string {
  // Of no type, it would be taken for NULL in front of ||.
  return `CAST(error('${RAISED}exec/regexp-flags:' || url_encode(${flags})) AS VARCHAR)`;
}

function flagsSql(f: string): string {
  const last = `CASE WHEN right(translate(${f}, 'ms', ''), 1) = 'i' THEN 'i' ELSE '' END`;
  const on = `${last} || CASE WHEN contains(${f}, 'm') THEN 'm' ELSE '' END || CASE WHEN contains(${f}, 's') THEN 's' ELSE '' END`;
  return `CASE WHEN ${f} IS NULL THEN NULL WHEN regexp_matches(${f}, '[^cims]') THEN ${raiseFlags(f)} WHEN translate(${f}, 'c', '') = '' THEN '' ELSE '(?:)' || replace('(?' || ${on} || ')', '(?)', '') END`;
}

/** A number that is not less than it may be; undefined where it is the default. */
function atLeast(sql: string | undefined, expr: Expr | undefined, what: string, least: number): string | undefined {
  if (sql === undefined) return undefined;
  const known = numberOf(expr);
  if (known !== undefined && known >= least) return sql;
  return bindOnce(
    [sql],
    ([n]) =>
      `CASE WHEN ${n} < ${least} THEN error('${RAISED}exec/argument-range:${what}:${least}:' || ${n}) ELSE ${n} END`,
  );
}

/** Where the search starts; undefined at the first character. */
function startOf(sql: string | undefined, expr: Expr | undefined, name: string): string | undefined {
  return numberOf(expr) === 1 ? undefined : atLeast(sql, expr, `${name}:start`, 1);
}

/** The text from where the search starts; behind its end there is an answer of its own. */
function searched(
  s: string,
  pattern: string,
  from: string | undefined,
  beyond: (text: string) => string,
  body: (text: string, from: string, whole: string) => string,
): string {
  if (from === undefined) return bindOnce([s], ([x]) => body(`${x}`, '1', `${x}`));
  return bindOnce(
    [s, from],
    ([x, n]) =>
      `CASE WHEN ${n} > length(${x}) THEN CASE WHEN ${pattern} IS NOT NULL THEN ${beyond(`${x}`)} END ELSE ${body(`substr(${x}, ${n})`, `${n}`, `${x}`)} END`,
  );
}

// --- the functions

function count([s, p, start, flags]: readonly string[], { args }: OperatorExpr): string {
  const pattern = flagged(`${p}`, args[1], flags, args[3]);
  const from = startOf(start, args[2], 'REGEXP_COUNT');
  const counted = (t: string) =>
    byMatches(pattern, args[1], {
      slow: `len(${hits(t, pattern)})`,
      quick: `len(regexp_extract_all(${t}, ${pattern}))`,
    });
  return searched(
    `${s}`,
    pattern,
    from,
    () => '0',
    (t) => typed(counted(t), INT),
  );
}

function substring([s, p, start, occurrence, flags, group]: readonly string[], { args }: OperatorExpr): string {
  const pattern = flagged(`${p}`, args[1], flags, args[4]);
  const from = startOf(start, args[2], 'REGEXP_SUBSTR');
  const nth = atLeast(occurrence, args[3], 'REGEXP_SUBSTR:occurrence', 1) ?? '1';
  if (from === undefined && nth === '1' && group === undefined)
    return bindOnce(
      [`${s}`],
      ([x]) => `CASE WHEN regexp_matches(${x}, ${pattern}) THEN regexp_extract(${x}, ${pattern}) END`,
    );
  const own = atLeast(group, args[5], 'REGEXP_SUBSTR:group', 0);
  const found = (text: string): string => {
    if (own === undefined)
      return byMatches(pattern, args[1], {
        slow: `${hits(text, pattern)}[${nth}][2]`,
        quick: `regexp_extract_all(${text}, ${pattern})[${nth}]`,
      });
    return bindOnce([own], ([g]) => {
      const all = `regexp_extract_all(${text}, ${pattern} || repeat('()', ${g}), CAST(${g} AS INTEGER))`;
      const either = byMatches(pattern, args[1], {
        slow: `${hits(text, pattern, `${g}`)}[${nth}][3]`,
        quick: `${all}[${nth}]`,
      });
      return `CASE WHEN ${g} <= ${countGroups(pattern)} THEN ${either} END`;
    });
  };
  return searched(`${s}`, pattern, from, () => 'NULL', found);
}

function position(
  [s, p, start, occurrence, option, flags, group]: readonly string[],
  { args, span }: OperatorExpr,
): string {
  const known = textOf(args[1]);
  const wanted = numberOf(args[6]);
  const isWhole = group === undefined || wanted === 0;
  if (!isWhole && (known === undefined || wanted === undefined))
    throw error('not-supported', { what: 'a group of REGEXP_INSTR without a literal pattern and number' }, { span });
  const groups = isWhole ? undefined : placedGroups(known ?? '');
  const place = groups?.places[(wanted ?? 0) - 1];
  if (place === 'repeated') throw error('not-supported', { what: 'the place of a group that is repeated' }, { span });
  const pattern = flagged(
    groups === undefined ? `${p}` : stringLiteral(groups.pattern),
    groups === undefined ? args[1] : undefined,
    flags,
    args[5],
  );
  const from = startOf(start, args[2], 'REGEXP_INSTR');
  const nth = atLeast(occurrence, args[3], 'REGEXP_INSTR:occurrence', 1) ?? '1';
  const end = endOption(option, args[4]);
  const found = (text: string, first: string): string =>
    bindOnce([nth, `${end}`], ([n, e]) =>
      bindAlways([hits(text, pattern, place === undefined ? [] : numbersOf(place))], ([k]) => {
        const hit = `${k}[${n}]`;
        const own = place === undefined ? `${hit}[2]` : groupIn(hit, place, place.own);
        const inside = place === undefined ? '0' : insideOf(hit, place);
        const at = `${first} + ${before(`${k}`, `${n}`)} + ${inside} + CASE WHEN ${e} = 1 THEN length(${own}) ELSE 0 END`;
        return `CASE WHEN ${n} IS NULL OR ${k} IS NULL THEN NULL WHEN len(${k}) < ${n} OR ${own} IS NULL THEN 0 ELSE ${typed(at, INT)} END`;
      }),
    );
  // A group that the pattern does not have.
  if (wanted !== undefined && wanted < 0) return `error('${RAISED}exec/argument-range:REGEXP_INSTR:group:0:${wanted}')`;
  if (!isWhole && place === undefined) return compiled(`${p}`, `CASE WHEN ${s} IS NOT NULL THEN 0 END`);
  return compiled(
    `${p}`,
    searched(`${s}`, pattern, from, () => '0', found),
  );
}

/** 0 for where a match begins and 1 for behind its end; NULL is 0. */
function endOption(sql: string | undefined, expr: Expr | undefined): string {
  const known = numberOf(expr);
  if (sql === undefined || known === 0 || known === 1) return String(known ?? 0);
  return bindOnce(
    [sql],
    ([x]) =>
      `CASE WHEN ${x} NOT IN (0, 1) THEN error('${RAISED}exec/argument-range:REGEXP_INSTR:return_option:0:' || ${x}) ELSE coalesce(${x}, 0) END`,
  );
}

/** The groups that a place is worked out from. */
function numbersOf({ own, before: earlier, repeated }: GroupPlace): number[] {
  return [...new Set([own, ...earlier, ...(repeated === undefined ? [] : [repeated])])];
}

function groupIn(hit: string, place: GroupPlace, group: number): string {
  return `${hit}[${numbersOf(place).indexOf(group) + 3}]`;
}

/** How far behind the start of the match the group stands. */
function insideOf(hit: string, place: GroupPlace): string {
  const length = (group: number) => `coalesce(length(${groupIn(hit, place, group)}), 0)`;
  const sum = ['0', ...place.before.map(length)].join(' + ');
  return place.repeated === undefined ? `(${sum})` : `(${sum} + ${length(place.repeated)} - ${length(place.own)})`;
}

function replace([s, p, to, start, occurrence, flags]: readonly string[], { args }: OperatorExpr): string {
  const pattern = flagged(`${p}`, args[1], flags, args[5]);
  const from = startOf(start, args[3], 'REGEXP_REPLACE');
  const nth = atLeast(occurrence, args[4], 'REGEXP_REPLACE:occurrence', 0) ?? '0';
  const by = replacementOf(`${to}`, textOf(args[2]));
  const listed = (text: string) => hits(text, pattern, by.groups);
  const one = (text: string, n: string) =>
    bindAlways([listed(text), by.template], ([k, template]) => {
      const at = before(`${k}`, n);
      const behind = `substr(${text}, ${at} + length(${k}[${n}][2]) + 1)`;
      return compiled(
        `${p}`,
        `CASE WHEN len(${k}) < ${n} THEN ${text} ELSE left(${text}, ${at}) || ${by.filled(`${template}`, `${k}[${n}]`)} || ${behind} END`,
      );
    });
  const every = (text: string): string => {
    const quick = `regexp_replace(${text}, ${pattern} || '${'()'.repeat(Math.max(0, ...by.groups))}', ${by.rewrite}, 'g')`;
    if (takesText(textOf(args[1]))) return quick;
    const slow = bindAlways([listed(text), by.template], ([k, template]) => {
      const passed = `CASE WHEN h[2] = '' THEN substr(${text}, ${taken(`${k}[1:i]`)}, 1) ELSE '' END`;
      const parts = `list_transform(${k}, lambda h, i: h[1] || ${by.filled(`${template}`, 'h')} || ${passed})`;
      return `array_to_string(${parts}, '') || substr(${text}, ${taken(`${k}`)} + 1)`;
    });
    // An empty pattern replaces nothing, though it matches everywhere.
    return `CASE WHEN ${p} = '' THEN ${text} ELSE ${byMatches(pattern, args[1], { slow, quick })} END`;
  };
  const replaced = (text: string) =>
    nth === '0'
      ? every(text)
      : bindOnce([nth], ([n]) =>
          numberOf(args[4]) === undefined
            ? `CASE WHEN ${n} = 0 THEN ${every(text)} WHEN ${n} > 0 THEN ${one(text, `${n}`)} END`
            : one(text, `${n}`),
        );
  return searched(
    `${s}`,
    pattern,
    from,
    (x) => x,
    (text, first, whole) => {
      const rest = bindOnce([text], ([t]) => replaced(`${t}`));
      return from === undefined ? rest : `left(${whole}, ${first} - 1) || ${rest}`;
    },
  );
}

function matches([s, p, flags]: readonly string[], { args, type, span }: OperatorExpr): string {
  const { pattern: captured, places } = placedGroups(textOf(args[1]) ?? '');
  const pattern = flagged(stringLiteral(captured), undefined, flags, args[2]);
  const groups = places.filter((g): g is GroupPlace => g !== 'repeated');
  if (groups.length < places.length)
    throw error('not-supported', { what: 'REGEXP_MATCHES with a group that is repeated' }, { span });
  const numbers = [...new Set(groups.flatMap(numbersOf))];
  const of = (h: string, group: number) => `${h}[${numbers.indexOf(group) + 3}]`;
  const length = (h: string, group: number) => `coalesce(length(${of(h, group)}), 0)`;
  return bindAlways([hits(`${s}`, pattern, numbers)], ([k]) => {
    const first = `(1 + ${before(`${k}`, 'i')})`;
    const shown = groups.map((g) => {
      const start = [first, ...g.before.map((b) => length('h', b))].join(' + ');
      const moved = g.repeated === undefined ? '' : ` + ${length('h', g.repeated)} - ${length('h', g.own)}`;
      return `'{"value":' || json_quote(${of('h', g.own)}) || ',"start":' || (${start}${moved}) || ',"length":' || length(${of('h', g.own)}) || '}'`;
    });
    const json = `'[' || coalesce(array_to_string([${shown.join(', ')}]::VARCHAR[], ','), '') || ']'`;
    const row = `{'match_id': i, 'start_position': ${first}, 'end_position': ${first} + length(h[2]) - 1, 'match_value': h[2], 'substring_matches': ${json}}`;
    return compiled(`${p}`, typed(`list_transform(${k}, lambda h, i: ${row})`, type));
  });
}
