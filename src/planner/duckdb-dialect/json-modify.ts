// JSON_MODIFY: the object or array on the way to the place is written anew at every step. DuckDB has no function that
// sets a value by path; the steps are known when the statement is planned, so the SQL has one level for each.

import type { OperatorExpr } from '../expression.ts';
import { stringLiteral } from '../sql-text.ts';
import { raise } from './raise.ts';

/** How a value is put in place ("JSON_MODIFY", table of lax and strict mode). */
interface Change {
  readonly value: string;
  readonly isStrict: boolean;
  readonly isAppended: boolean;
}

/** The changed document; arguments: text, value, whether strict, whether appended, steps. */
export function jsonModify(json: string, value: string, { args }: OperatorExpr): string {
  const flag = (i: number) => args[i]?.kind === 'literal' && (args[i] as { value: unknown }).value === true; // literals, by the binder
  const steps = args.slice(4).map((step) => (step.kind === 'literal' ? step.value : '')) as (string | number)[]; // by the binder
  const changed = replaced(json, steps, { value, isStrict: flag(2), isAppended: flag(3) }, 1);
  return `CASE WHEN ${json} IS NOT NULL THEN ${changed} END`;
}

/** The text of a value after the change below it. */
function replaced(json: string, [step, ...rest]: readonly (string | number)[], change: Change, level: number): string {
  if (step === undefined) return atPlace(json, change);
  const missing = change.isStrict ? raise('exec/json-path') : text(json);
  const isLast = rest.length === 0;
  if (typeof step === 'number') {
    const [v, i] = [`e${level}`, `i${level}`];
    // An element is never taken out: in its place stands null.
    const inside = replaced(v, rest, change, level + 1);
    const item = isLast ? `coalesce(${inside}, 'null')` : inside;
    const items = `list_transform(json_extract(${json}, '$[*]'), lambda ${v}, ${i}: CASE WHEN ${i} = ${step + 1} THEN ${item} ELSE ${text(v)} END)`;
    return `CASE WHEN json_type(${json}) = 'ARRAY' AND json_array_length(${json}) > ${step} THEN '[' || array_to_string(${items}, ',') || ']' ELSE ${missing} END`;
  }
  const p = `p${level}`;
  const key = stringLiteral(step);
  const member = (value: string) => `${stringLiteral(`${JSON.stringify(step)}:`)} || ${value}`;
  const other = `CAST(json_quote(${p}[1]) AS VARCHAR) || ':' || ${text(`${p}[2]`)}`;
  const members = `list_transform(list_zip(json_keys(${json}), json_extract(${json}, '$.*')), lambda ${p}: CASE WHEN ${p}[1] = ${key} THEN ${member(replaced(`${p}[2]`, rest, change, level + 1))} ELSE ${other} END)`;
  const found = `list_contains(json_keys(${json}), ${key})`;
  const whole = (list: string) => `'{' || array_to_string(${list}, ',') || '}'`;
  const added = isLast && !change.isStrict ? `list_append(${members}, ${member(fresh(change))})` : undefined;
  const absent = added === undefined ? missing : whole(added);
  return `CASE WHEN json_type(${json}) <> 'OBJECT' THEN ${missing} WHEN ${found} THEN ${whole(members)} ELSE ${absent} END`;
}

/** What stands at the end of the path; NULL takes the member out. */
function atPlace(json: string, { value, isStrict, isAppended }: Change): string {
  if (!isAppended) return isStrict ? `coalesce(${value}, 'null')` : value;
  const item = `coalesce(${value}, 'null')`;
  const items = `CAST(json_extract(${json}, '$[*]') AS VARCHAR[])`;
  const none = isStrict ? raise('exec/json-path') : text(json);
  return `CASE WHEN json_type(${json}) = 'ARRAY' THEN '[' || array_to_string(list_append(${items}, ${item}), ',') || ']' ELSE ${none} END`;
}

/** What a key that was not there gets; NULL adds nothing. */
function fresh({ value, isAppended }: Change): string {
  return isAppended ? `'[' || coalesce(${value}, 'null') || ']'` : value;
}

function text(json: string): string {
  return `CAST(${json} AS VARCHAR)`;
}
