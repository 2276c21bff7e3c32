// Arguments of the commands that run SQL. What the contract names and nothing enforces yet is refused.

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { error, SqlcError } from '../common/errors.ts';
import { didYouMean } from '../common/suggest.ts';
import type { OutputFormat } from '../output/format.ts';
import { formatNamed, formats } from '../output/formats.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

export const SQL_OPTIONS = {
  database: { type: 'string' },
  var: { type: 'string', multiple: true },
  set: { type: 'string', multiple: true },
  quiet: { type: 'boolean' },
} as const satisfies Options;

export const OUTPUT_OPTIONS = {
  format: { type: 'string' },
  output: { type: 'string' },
  report: { type: 'string' },
  'all-results': { type: 'boolean' },
  progress: { type: 'string' },
} as const satisfies Options;

const LATER_FORMATS = ['markdown', 'html', 'arrow', 'parquet'];

/** @throws SqlcError usage/option, not-supported */
export function parsed<O extends Options>(
  args: readonly string[],
  options: O,
  positionals: { readonly most: number; readonly what: string },
) {
  // SQL may begin with a comment: `--` and a blank is no option.
  const sql = args.findIndex((a) => /^--\s/.test(a));
  const ordered = sql < 0 ? args : [...args.slice(0, sql), ...args.slice(sql + 1), '--', args[sql] ?? ''];
  try {
    const found = parseArgs({ args: [...ordered], options, allowPositionals: true, strict: true });
    if (found.positionals.length > positionals.most) {
      throw error('usage/option', {
        detail: `expected ${positionals.what}, found ${found.positionals.length} arguments`,
      });
    }
    return found;
  } catch (cause) {
    if (cause instanceof SqlcError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const unknown = message.match(/Unknown option '(-[^']*)'/)?.[1];
    const hint =
      unknown === undefined
        ? undefined
        : didYouMean(
            unknown,
            Object.keys(options).map((o) => `--${o}`),
          );
    const detail =
      unknown === undefined
        ? message.split('. ')[0]?.replace(/^./, (c) => c.toLowerCase())
        : `there is no option "${unknown}"`;
    throw error('usage/option', { detail: detail ?? message }, { hint });
  }
}

/** `NAME=VALUE` pairs; the value may hold more equals signs. */
export function pairs(option: string, given: readonly string[] | undefined): Record<string, string> {
  return Object.fromEntries(
    (given ?? []).map((pair) => {
      const at = pair.indexOf('=');
      if (at <= 0) throw error('usage/option', { detail: `--${option} takes NAME=VALUE, found "${pair}"` });
      return [pair.slice(0, at).replace(/^@/, ''), pair.slice(at + 1)];
    }),
  );
}

export function outputFormat(name: string | undefined, terminal: boolean): OutputFormat {
  const wanted = name ?? (terminal ? 'table' : 'csv');
  const found = formatNamed(wanted);
  if (found !== undefined) return found;
  if (LATER_FORMATS.includes(wanted.toLowerCase())) throw error('not-supported', { what: `format "${wanted}"` });
  const known = formats.map((f) => f.name);
  throw error(
    'usage/option',
    { detail: `"${wanted}" is not a format; there are ${known.join(', ')}` },
    { hint: didYouMean(wanted, known) },
  );
}
