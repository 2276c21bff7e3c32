// T-SQL's options of a session that change no answer: accepted, and ignored. A value that would change one is refused.

import { error } from '../common/errors.ts';
import type { Span } from '../common/span.ts';
import { didYouMean } from '../common/suggest.ts';

/** What SET takes: ON and OFF, of which one may mean what is not built, or any value. */
type Accepts = 'on or off' | 'on alone' | 'off alone' | 'any' | 'level';

const OPTIONS: Readonly<Record<string, Accepts>> = {
  ...named('on or off', [
    ...['nocount', 'ansi_null_dflt_on', 'xact_abort', 'arithignore', 'cursor_close_on_commit', 'forceplan'],
    ...['statistics io', 'statistics time', 'statistics profile', 'statistics xml'],
    ...['remote_proc_transactions', 'result_set_caching'],
  ]),
  ...named('on alone', [
    ...['ansi_nulls', 'ansi_padding', 'ansi_warnings', 'ansi_defaults'],
    ...['quoted_identifier', 'concat_null_yields_null', 'arithabort'],
  ]),
  ...named('off alone', [
    ...['noexec', 'parseonly', 'fmtonly', 'showplan_all', 'showplan_text', 'showplan_xml'],
    ...['implicit_transactions', 'numeric_roundabort', 'ansi_null_dflt_off', 'fips_flagger'],
  ]),
  ...named('any', ['lock_timeout', 'deadlock_priority', 'textsize', 'query_governor_cost_limit']),
  'transaction isolation level': 'level',
};

/** Transactions come one after the other, and nobody sees rows before they are committed: stricter than each. */
const LEVELS = ['read uncommitted', 'read committed', 'repeatable read', 'snapshot', 'serializable'];

function named(accepts: Accepts, names: readonly string[]): Record<string, Accepts> {
  return Object.fromEntries(names.map((name) => [name, accepts]));
}

export const SESSION_OPTIONS: readonly string[] = Object.keys(OPTIONS);

export function isSessionOption(name: string): boolean {
  return Object.hasOwn(OPTIONS, name);
}

/** @throws SqlcError settings/value, not-supported for a value that would change answers */
export function checkSessionOption(name: string, value: string, span: Span | undefined): void {
  const accepts = OPTIONS[name];
  const given = value.toLowerCase();
  if (accepts === undefined || accepts === 'any') return;
  const known = accepts === 'level' ? LEVELS : ['on', 'off'];
  if (!known.includes(given)) {
    const expected =
      accepts === 'level' ? 'READ UNCOMMITTED, READ COMMITTED, REPEATABLE READ, SNAPSHOT or SERIALIZABLE' : 'ON or OFF';
    throw error('settings/value', { name, found: `"${value}"`, expected }, { span, hint: didYouMean(given, known) });
  }
  if (accepts === `${given === 'on' ? 'off' : 'on'} alone`)
    throw error('not-supported', { what: `SET ${name.toUpperCase()} ${given.toUpperCase()}` }, { span });
}
