// Text functions: T-SQL counts bounds, blanks and bytes in its own way.

import type { SqlType } from '../../arrow/sql-type.ts';
import { stringLiteral } from '../sql-text.ts';
import { bindOnce } from './bind-once.ts';
import { patternIndex } from './like-pattern.ts';
import { typed } from './literals.ts';
import { RAISED, raise } from './raise.ts';
import { balanced, call, type Operators, once, type Spell } from './spell.ts';

const INT: SqlType = { kind: 'int' };

export const textOperators: Operators = {
  concat: balanced('||'),
  'concat-skip-null': call('concat'),
  'concat-ws': ([separator, ...values]) => `concat_ws(coalesce(${separator}, ''), ${values.join(', ')})`,
  len: ([s], { type }) => typed(`length(rtrim(${s}, ' '))`, type),
  datalength: once(([x], { args: [arg], type }) => typed(byteLength(`${x}`, arg?.type), type)),
  upper: call('upper'),
  lower: call('lower'),
  'strip-accents': call('strip_accents'),
  reverse: call('reverse'),
  trim: ([s, chars]) => `trim(${s}, ${chars ?? "' '"})`,
  ltrim: ([s, chars]) => `ltrim(${s}, ${chars ?? "' '"})`,
  rtrim: ([s, chars]) => `rtrim(${s}, ${chars ?? "' '"})`,
  // DuckDB counts a negative start from the end, and its greatest() passes over NULL.
  substring: part((s, from, count) => `substr(${s}, ${from}, ${count})`),
  'substring-bytes': part((s, from, count) => `array_slice(${s}, ${from}, ${from} + ${count} - 1)`),
  left: ([s, n]) => `left(${s}, ${nonNegative(`${n}`, 'left')})`,
  right: ([s, n]) => `right(${s}, ${nonNegative(`${n}`, 'right')})`,
  charindex: once(([sought, s, start], { type }) => typed(charIndex(`${sought}`, `${s}`, start), type)),
  patindex: once(([, s], { args: [pattern], type }) => typed(patternIndex(`${s}`, pattern), type)),
  replace: ([s, from, to]) => `replace(${s}, ${from}, ${to})`,
  'replace-ci': once(
    ([s, from, to]) =>
      `CASE WHEN ${from} = '' THEN ${s} ELSE regexp_replace(${s}, regexp_escape(${from}), replace(${to}, '\\', '\\\\'), 'gi') END`,
  ),
  stuff: once(
    ([s, i, n, ins]) =>
      `CASE WHEN ${i} >= 1 AND ${i} <= length(${s}) AND ${n} >= 0 THEN left(${s}, ${i} - 1) || coalesce(${ins}, '') || substr(${s}, CAST(${i} AS BIGINT) + ${n}) END`,
  ),
  replicate: once(([s, n]) => `CASE WHEN ${n} >= 0 THEN repeat(${s}, ${n}) END`),
  translate: translated((from) => [from]),
  'translate-ci': translated((from) => [`lower(${from})`, `upper(${from})`]),
  ascii: once(([s]) => `CASE WHEN ${s} = '' THEN NULL WHEN ord(${s}) > 255 THEN 63 ELSE ord(${s}) END`),
  unicode: once(([s]) => `CASE WHEN ${s} <> '' THEN ord(${s}) END`),
  char: once(([n]) => `CASE WHEN ${n} BETWEEN 0 AND 255 THEN chr(${typed(`${n}`, INT)}) END`),
  nchar: once(
    ([n]) => `CASE WHEN ${n} BETWEEN 0 AND 55295 OR ${n} BETWEEN 57344 AND 1114111 THEN chr(${typed(`${n}`, INT)}) END`,
  ),
  quotename: once(([s, quote]) => quoteName(`${s}`, quote)),
  'json-escape': ([s]) =>
    bindOnce([`CAST(json_quote(${s}) AS VARCHAR)`], ([q]) => `replace(substr(${q}, 2, length(${q}) - 2), '/', '\\/')`),
  str: once(([x, length, decimals]) => fixedText(`${x}`, `${length}`, `${decimals}`)),
  soundex: ([s]) => soundex(`${s}`),
  difference: ([a, b]) =>
    bindOnce(
      [soundex(`${a}`), soundex(`${b}`)],
      ([x, y]) => `(${[1, 2, 3, 4].map((i) => `CAST(${x}[${i}] = ${y}[${i}] AS INTEGER)`).join(' + ')})`,
    ),
  parsename: ([s, n]) =>
    bindOnce(
      [`string_split(${s}, '.')`, `${n}`],
      ([parts, k]) =>
        `CASE WHEN ${k} BETWEEN 1 AND 4 AND len(${parts}) <= 4 THEN nullif(trim(${parts}[-CAST(${k} AS INTEGER)], '[]'), '') END`,
    ),
  'base64-encode': ([b, safe]) =>
    safe === undefined
      ? `to_base64(${b})`
      : bindOnce(
          [`to_base64(${b})`],
          ([t]) => `CASE WHEN ${safe} <> 0 THEN rtrim(translate(${t}, '+/', '-_'), '=') ELSE ${t} END`,
        ),
  'base64-decode': ([s]) => base64Bytes(`${s}`),
  unistr: ([s], { args: [, mark] }) => unescaped(`${s}`, mark?.kind === 'literal' ? String(mark.value) : '\\'),
  'hash-md5': ([b]) => `unhex(md5(${b}))`,
  'hash-sha1': ([b]) => `unhex(sha1(${b}))`,
  'hash-sha256': ([b]) => `unhex(sha256(${b}))`,
  'edit-distance-similarity': once(
    ([a, b]) =>
      `CASE WHEN ${a} = '' AND ${b} = '' THEN 100 ELSE ${typed(`round(100 * (1 - levenshtein(${a}, ${b}) / greatest(length(${a}), length(${b}))))`, INT)} END`,
  ),
  'edit-distance': ([a, b]) => typed(`levenshtein(${a}, ${b})`, INT),
  'jaro-winkler-similarity': ([a, b]) => `jaro_winkler_similarity(${a}, ${b})`,
  'jaro-winkler-distance': ([a, b]) => `(1 - jaro_winkler_similarity(${a}, ${b}))`,
};

/** @param spellings of the characters that are replaced, each as long as they are */
function translated(spellings: (from: string) => readonly string[]): Spell {
  return once(([s, from, to]) => {
    const each = spellings(`${from}`);
    const places = each.map(() => to).join(' || ');
    return `CASE WHEN length(${from}) <> length(${to}) THEN ${raise('exec/translate')} ELSE translate(${s}, ${each.join(' || ')}, ${places}) END`;
  });
}

function nonNegative(n: string, name: string): string {
  if (/^\d+$/.test(n)) return n;
  return bindOnce([n], ([x]) => `CASE WHEN ${x} < 0 THEN ${raise(`exec/length:${name}`)} ELSE ${x} END`);
}

/** A start below 1 shortens the result; a negative length is an error; NULL anywhere is NULL. */
function part(cut: (s: string, from: string, count: string) => string): Spell {
  return ([s, i, n]) => {
    const counted = nonNegative(`${n}`, 'substring');
    const literal = /^\d+$/;
    if (literal.test(`${i}`) && literal.test(`${n}`) && Number(i) >= 1) return cut(`${s}`, `${i}`, `${n}`);
    return bindOnce(
      [`CAST(${i} AS BIGINT)`, counted],
      ([from, count]) =>
        `CASE WHEN ${from} IS NOT NULL AND ${count} IS NOT NULL THEN ${cut(`${s}`, `greatest(${from}, 1)`, `greatest(${count} + least(${from} - 1, 0), 0)`)} END`,
    );
  };
}

function charIndex(sought: string, s: string, start: string | undefined): string {
  // An empty text is found nowhere.
  if (start === undefined) return `CASE WHEN ${sought} = '' THEN 0 ELSE strpos(${s}, ${sought}) END`;
  const from = `greatest(${start}, 1)`;
  const found = bindOnce(
    [`strpos(substr(${s}, ${from}), ${sought})`],
    ([at]) => `CASE WHEN ${at} = 0 THEN 0 ELSE ${at} + ${from} - 1 END`,
  );
  return `CASE WHEN ${start} IS NULL THEN NULL WHEN ${sought} = '' THEN 0 ELSE ${found} END`;
}

const FIXED_LENGTHS: Readonly<Record<string, number>> = {
  ...{ bit: 1, tinyint: 1, smallint: 2, int: 4, bigint: 8, real: 4, float: 8, money: 8, smallmoney: 4 },
  ...{ date: 3, smalldatetime: 4, datetime: 8, uniqueidentifier: 16 },
};

/** Bytes a value takes in T-SQL's storage. */
function byteLength(x: string, type: SqlType | undefined): string {
  const fixed = (bytes: number) => `CASE WHEN ${x} IS NOT NULL THEN ${bytes} END`;
  switch (type?.kind) {
    case 'nvarchar':
    case 'nchar':
      // A character beyond the first plane is two units.
      return `(2 * (length(${x}) + length(regexp_replace(${x}, '[^\\x{10000}-\\x{10FFFF}]', '', 'g'))))`;
    case 'binary':
    case 'varbinary':
      return `octet_length(${x})`;
    case 'vector':
      return fixed(8 + 4 * type.dimensions);
    case 'decimal':
      return fixed(type.precision <= 9 ? 5 : type.precision <= 19 ? 9 : type.precision <= 28 ? 13 : 17);
    case 'time':
    case 'datetime2':
    case 'datetimeoffset': {
      const clock = type.scale <= 2 ? 3 : type.scale <= 4 ? 4 : 5;
      return fixed(clock + { time: 0, datetime2: 3, datetimeoffset: 5 }[type.kind]);
    }
    default: {
      const bytes = FIXED_LENGTHS[type?.kind ?? ''];
      return bytes === undefined ? `strlen(CAST(${x} AS VARCHAR))` : fixed(bytes);
    }
  }
}

function quoteName(s: string, quote: string | undefined): string {
  const between = (open: string, close: string) =>
    `${open} || replace(${s}, ${close}, ${close} || ${close}) || ${close}`;
  const brackets = between("'['", "']'");
  const pairs = ['()', '<>', '{}'].flatMap(([open, close]) =>
    [open, close].map((c) => `WHEN '${c}' THEN ${between(`'${open}'`, `'${close}'`)}`),
  );
  const same = ["''''", `'"'`, "'`'"].map((q) => `WHEN ${q} THEN ${between(q, q)}`);
  const quoted =
    quote === undefined
      ? brackets
      : `CASE left(${quote}, 1) ${["'['", "']'", "''"].map((q) => `WHEN ${q} THEN ${brackets}`).join(' ')} ${[...pairs, ...same].join(' ')} END`;
  return `CASE WHEN length(${s}) <= 128 THEN ${quoted} END`;
}

/** Blanks do not count, padding may be left out, and both alphabets are taken. */
function base64Bytes(s: string): string {
  return bindOnce([`translate(regexp_replace(${s}, '[\\n\\r\\t ]', '', 'g'), '-_', '+/')`], ([t]) => {
    const bare = `rtrim(${t}, '=')`;
    const isRefused = `NOT regexp_full_match(${t}, '[A-Za-z0-9+/]*={0,2}') OR length(${bare}) % 4 = 1`;
    return `CASE WHEN ${isRefused} THEN ${raise('exec/encoding')} ELSE from_base64(rpad(${bare}, CAST((length(${bare}) + 3) // 4 * 4 AS INTEGER), '=')) END`;
  });
}

/** Four digits are a UTF-16 unit (two of a pair a character), six behind a plus a code point. */
function unescaped(s: string, mark: string): string {
  const e = `\\x{${(mark.codePointAt(0) ?? 0).toString(16)}}`;
  const hex = '[0-9A-Fa-f]';
  const pair = `${e}[Dd][89ABab]${hex}{2}${e}[Dd][C-Fc-f]${hex}{2}`;
  const pieces = `regexp_extract_all(${s}, ${stringLiteral(`${pair}|${e}\\+${hex}{6}|${e}${hex}{4}|${e}|[^${e}]+`)})`;
  const number = (from: number, digits: number) => `CAST('0x' || substr(c, ${from}, ${digits}) AS INTEGER)`;
  const high = number(2, 4);
  const code = `CASE length(c) WHEN 10 THEN 65536 + (${high} - 55296) * 1024 + ${number(7, 4)} - 56320 WHEN 8 THEN ${number(3, 6)} WHEN 5 THEN ${high} END`;
  const refused = `CAST(error('${RAISED}exec/unistr:' || url_encode(c)) AS VARCHAR)`;
  const character = bindOnce(
    [code],
    ([n]) => `CASE WHEN ${n} BETWEEN 0 AND 55295 OR ${n} BETWEEN 57344 AND 1114111 THEN chr(${n}) ELSE ${refused} END`,
  );
  return `array_to_string(list_transform(${pieces}, lambda c: CASE WHEN c[1] <> ${stringLiteral(mark)} THEN c ELSE ${character} END), '')`;
}

/** Decimals give way to the digits before the point; what still does not fit is asterisks. */
function fixedText(x: string, length: string, decimals: string): string {
  const whole = `length(printf('%.0f', trunc(${x})))`;
  const places = `CAST(greatest(least(${decimals}, 16, ${length} - ${whole} - 1), 0) AS INTEGER)`;
  return bindOnce(
    [`printf('%.*f', ${places}, round(${x}, ${places}))`],
    ([t]) =>
      `CASE WHEN length(${t}) > ${length} THEN repeat('*', ${length}) ELSE lpad(${t}, CAST(${length} AS INTEGER), ' ') END`,
  );
}

/** Codes of the letters, runs of one code squeezed, vowels taken out; H and W do not separate. */
function soundex(s: string): string {
  return bindOnce([`upper(regexp_extract(${s}, '^[A-Za-z]*'))`], ([word]) => {
    const coded = `(CASE WHEN ${word}[1] IN ('H', 'W') THEN '0' ELSE '' END || translate(${word}, 'BFPVCGJKQSXZDTLMNRAEIOUYHW', '111122222222334556000000'))`;
    const squeezed = [1, 2, 3, 4, 5, 6].reduce((t, d) => `regexp_replace(${t}, '${d}+', '${d}', 'g')`, coded);
    return `(CASE WHEN ${word} = '' THEN '0' ELSE ${word}[1] END || left(rpad(replace(substr(${squeezed}, 2), '0', ''), 3, '0'), 3))`;
  });
}
