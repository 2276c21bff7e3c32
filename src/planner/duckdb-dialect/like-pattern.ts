// LIKE: T-SQL's patterns have character classes, DuckDB's do not. Patterns without brackets stay LIKE; the others
// become an anchored regular expression.

import { error } from '../../common/errors.ts';
import type { Expr, OperatorExpr } from '../expression.ts';
import { stringLiteral } from '../sql-text.ts';

/** @throws SqlcError bind/argument-type when ESCAPE is not one character */
export function likeToSql(args: readonly string[], expr: OperatorExpr, { negated, ignoreCase }: Likeness): string {
  const isGiven = isConstant(expr.args[1]);
  const pattern = isGiven ? constant(expr.args[1]) : '';
  if (pattern === null) return 'CAST(NULL AS BOOLEAN)';
  const escaped = expr.args[2] === undefined ? undefined : constant(expr.args[2]);
  if (escaped === null) return 'CAST(NULL AS BOOLEAN)';
  if (escaped !== undefined && [...escaped].length !== 1) {
    throw error(
      'bind/argument-type',
      { index: 2, name: 'LIKE', found: `ESCAPE ${escaped}`, expected: 'one character' },
      { span: expr.span },
    );
  }
  const not = negated ? 'NOT ' : '';
  const flags = ignoreCase ? 'si' : 's';
  if (!isGiven) return `(${not}${matchesAny(`${args[0]}`, `${args[1]}`, escaped, flags)})`;
  if (!pattern.includes('[') && (escaped === undefined || !pattern.endsWith(escaped))) {
    const tail = escaped === undefined ? '' : ` ESCAPE ${stringLiteral(escaped)}`;
    return `(${args[0]} ${not}${ignoreCase ? 'ILIKE' : 'LIKE'} ${stringLiteral(pattern)}${tail})`;
  }
  return `(${not}regexp_full_match(${args[0]}, ${stringLiteral(regexOf(pattern, escaped))}, '${flags}'))`;
}

export interface Likeness {
  readonly negated: boolean;
  readonly ignoreCase: boolean;
}

function isConstant(expr: Expr | undefined): boolean {
  return expr?.kind === 'cast' ? isConstant(expr.operand) : expr?.kind === 'literal' || expr?.kind === 'parameter';
}

/** A pattern that is a value of the row is translated in the row. */
function matchesAny(text: string, pattern: string, escaped: string | undefined, flags: string): string {
  const e = escaped === undefined ? undefined : regexText(escaped);
  const tokens = `${e === undefined ? '' : `${e}[\\s\\S]|`}\\[\\^?[^\\]]*\\]|[\\s\\S]`;
  const inside = "regexp_replace(regexp_replace(c, '\\\\', '\\\\\\\\', 'g'), '^\\[(\\^?)\\[', '[\\1\\\\[')";
  const cases = [
    ...(e === undefined
      ? []
      : [`WHEN length(c) = 2 AND c[1] = ${stringLiteral(escaped ?? '')} THEN regexp_escape(c[2])`]),
    "WHEN c = '%' THEN '.*'",
    "WHEN c = '_' THEN '.'",
    `WHEN c IN ('[', '[]'${escaped === undefined ? '' : `, ${stringLiteral(escaped)}`}) THEN ${stringLiteral(NOTHING)}`,
    `WHEN c[1] = '[' AND length(c) > 1 THEN ${inside}`,
  ].join(' ');
  const regex = `array_to_string(list_transform(regexp_extract_all(${pattern}, ${stringLiteral(tokens)}), lambda c: CASE ${cases} ELSE regexp_escape(c) END), '')`;
  return `CASE WHEN ${pattern} IS NOT NULL THEN regexp_full_match(${text}, ${regex}, '${flags}') END`;
}

function regexText(c: string): string {
  return literalRegex(c);
}

function constant(expr: Expr | undefined): string | null {
  if (expr?.kind === 'cast') return constant(expr.operand);
  return expr !== undefined && (expr.kind === 'literal' || expr.kind === 'parameter') && expr.value !== null
    ? String(expr.value)
    : null;
}

/** The RE2 pattern of a LIKE pattern. An unclosed `[` matches nothing, as in T-SQL. */
export function regexOf(pattern: string, escaped: string | undefined): string {
  let regex = '';
  for (let i = 0; i < pattern.length; ) {
    const c = String.fromCodePoint(pattern.codePointAt(i) ?? 0);
    i += c.length;
    if (c === escaped) {
      // Nothing after the escape character: the pattern matches nothing.
      if (i >= pattern.length) return NOTHING;
      const next = String.fromCodePoint(pattern.codePointAt(i) ?? 0);
      regex += literalRegex(next);
      i += next.length;
    } else if (c === '%') regex += '.*';
    else if (c === '_') regex += '.';
    else if (c === '[') {
      const end = pattern.indexOf(']', i + 1);
      if (end < 0) return NOTHING;
      regex += classRegex(pattern.slice(i, end));
      i = end + 1;
    } else regex += literalRegex(c);
  }
  return regex;
}

const NOTHING = '[^\\x00-\\x{10FFFF}]';

function classRegex(body: string): string {
  const negated = body.startsWith('^') && body.length > 1;
  const members = [...(negated ? body.slice(1) : body)];
  let regex = '';
  for (let i = 0; i < members.length; i++) {
    const [low = '', dash, high] = members.slice(i, i + 3);
    if (dash !== '-' || high === undefined) {
      regex += literalRegex(low);
      continue;
    }
    // A range that runs backwards has no member.
    if ((low.codePointAt(0) ?? 0) <= (high.codePointAt(0) ?? 0)) regex += `${literalRegex(low)}-${literalRegex(high)}`;
    i += 2;
  }
  if (regex === '') return negated ? '.' : NOTHING;
  return `[${negated ? '^' : ''}${regex}]`;
}

function literalRegex(c: string): string {
  return /[\p{L}\p{N}\s]/u.test(c) ? c : `\\x{${(c.codePointAt(0) ?? 0).toString(16)}}`;
}

/** Where a pattern first matches, from 1. A `%` at an end lets the match stand anywhere on that side. */
export function patternIndex(text: string, expr: Expr | undefined): string {
  const pattern = constant(expr);
  if (pattern === null) return 'CAST(NULL AS INTEGER)';
  const [open, end] = [pattern.startsWith('%'), pattern.length > 1 && pattern.endsWith('%')];
  const inner = regexOf(pattern.slice(open ? 1 : 0, end ? -1 : undefined), undefined);
  const regex = stringLiteral(`(?s)${open ? '' : '^'}(?:${inner})${end ? '' : '$'}`);
  const match = `regexp_extract(${text}, ${regex})`;
  // The text of the leftmost match stands nowhere before it, unless the match must reach the end.
  const at = !open ? '1' : end ? `greatest(strpos(${text}, ${match}), 1)` : `length(${text}) - length(${match}) + 1`;
  return `CASE WHEN ${text} IS NULL THEN NULL WHEN regexp_matches(${text}, ${regex}) THEN ${at} ELSE 0 END`;
}
