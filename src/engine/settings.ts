// Settings: what they are called, what they take, which are enforced, and which door each came through.
// An unknown or not yet enforced one is refused; T-SQL's session options that cannot change an answer are ignored.

import type { CollationName } from '../arrow/sql-type.ts';
import { error } from '../common/errors.ts';
import type { Span } from '../common/span.ts';
import { didYouMean } from '../common/suggest.ts';
import type { QueryOption } from '../parser/ast.ts';
import type { OnError } from '../planner/bind/context.ts';
import type { ErrorLimitSetting } from '../udf/error-limit.ts';
import { checkSessionOption, isSessionOption, SESSION_OPTIONS } from './session-options.ts';
import { type SettingKind, settingValue } from './setting-value.ts';

export type CacheMode = 'on' | 'off' | 'read' | 'refresh';

export interface Settings {
  /** HTTP requests to services a statement may send. */
  readonly max_calls: number | undefined;
  /** Inputs it may send. */
  readonly max_documents: number | undefined;
  /** Price it may reach. */
  readonly max_cost: number | undefined;
  /** Seconds it may run. */
  readonly timeout: number | undefined;
  readonly on_error: OnError;
  readonly max_errors: ErrorLimitSetting | undefined;
  readonly cache: CacheMode;
  /** T-SQL's MAXRECURSION: rounds of a recursive common table, 0 for no limit. */
  readonly maxrecursion: number;
  /** Seconds one attempt of a request may take; `undefined`: the operation's default. */
  readonly request_timeout: number | undefined;
  /** Seconds a single required wait may last; seconds without any answer. */
  readonly max_wait: number;
  readonly max_stall: number;
  /** Seconds EXPLAIN may read data below the first call. */
  readonly explain_scan_seconds: number;
  readonly cache_dir: string | undefined;
  readonly cache_size_mb: number;
  readonly memory_limit_mb: number | undefined;
  /** Of a new database; `undefined`: BIN2_UTF8. */
  readonly collation: CollationName | undefined;
}

type SettingName = keyof Settings;

interface Definition {
  readonly kind: SettingKind;
  /** Allowed in OPTION (…). */
  readonly option?: true;
  /** T-SQL has it nowhere else. */
  readonly onlyOption?: true;
  /** Read once, when the engine opens. */
  readonly atOpen?: true;
}

const DEFINITIONS: Readonly<Record<SettingName, Definition>> = {
  max_calls: { kind: 'count', option: true },
  max_documents: { kind: 'count', option: true },
  max_cost: { kind: 'amount', option: true },
  timeout: { kind: 'seconds', option: true },
  on_error: { kind: 'on-error', option: true },
  max_errors: { kind: 'max-errors', option: true },
  cache: { kind: 'cache', option: true },
  maxrecursion: { kind: 'rounds', option: true, onlyOption: true },
  request_timeout: { kind: 'seconds' },
  max_wait: { kind: 'seconds' },
  max_stall: { kind: 'seconds' },
  explain_scan_seconds: { kind: 'amount' },
  cache_dir: { kind: 'path', atOpen: true },
  cache_size_mb: { kind: 'megabytes', atOpen: true },
  memory_limit_mb: { kind: 'megabytes', atOpen: true },
  collation: { kind: 'collation', atOpen: true },
};

const NOT_ENFORCED = ['allow_private_urls'];
/** What SET keeps in the session's state. */
const SESSION_VALUES = ['datefirst', 'dateformat', 'language', 'rowcount'];
/** Query hints of T-SQL that choose how, never what. */
const QUERY_HINTS =
  /^(maxdop|label|recompile|force order|(hash|merge|loop) (join|union|group)|order group|concat union|fast|keep plan|keepfixed plan|optimize for|use hint|query_governor.*|max_grant_percent|min_grant_percent|robust plan|expand views|parameterization.*|ignore_nonclustered_columnstore_index)\b/i;

export const DEFAULT_SETTINGS: Settings = {
  max_calls: undefined,
  max_documents: undefined,
  max_cost: undefined,
  timeout: undefined,
  on_error: { mode: 'null' },
  max_errors: undefined,
  cache: 'on',
  maxrecursion: 100,
  request_timeout: undefined,
  max_wait: 120,
  max_stall: 300,
  explain_scan_seconds: 5,
  cache_dir: undefined,
  cache_size_mb: 4096,
  memory_limit_mb: undefined,
  collation: undefined,
};

/** Which way a setting came, and where it stands in the text. */
export interface SettingDoor {
  readonly opening: boolean;
  readonly option?: true;
  readonly name?: Span | undefined;
  readonly value?: Span | undefined;
}

/**
 * Settings with one more set.
 *
 * @throws SqlcError settings/unknown, settings/not-supported, settings/value
 */
export function withSetting(settings: Settings, name: string, value: string, door: SettingDoor): Settings {
  const key = name.toLowerCase();
  if (isSessionOption(key)) {
    if (door.opening) throw unknown(name, door);
    checkSessionOption(key, value, door.value);
    return settings;
  }
  if (NOT_ENFORCED.includes(key)) throw error('settings/not-supported', { name: key }, { span: door.name });
  if (!isSetting(key)) throw unknown(name, door);
  const definition = DEFINITIONS[key];
  if (definition.onlyOption && !door.option) throw unknown(name, door);
  if (definition.atOpen && !door.opening) {
    throw error(
      'settings/value',
      { name: key, found: 'SET in a session', expected: 'to be given when the engine opens' },
      { span: door.name, hint: `Use --set ${key}=… or SQLC_${key.toUpperCase()}.` },
    );
  }
  return { ...settings, [key]: settingValue(key, definition.kind, value, door.value) };
}

/** @throws SqlcError settings/not-option and those of withSetting */
export function withOptions(settings: Settings, options: readonly QueryOption[]): Settings {
  return options.reduce((current, option) => {
    const { name, span } = option.name;
    if (QUERY_HINTS.test(name)) return current;
    const key = name.toLowerCase();
    if (isSetting(key) && !DEFINITIONS[key].option && !DEFINITIONS[key].atOpen)
      throw error('settings/not-option', { name: key }, { span });
    if (option.value === undefined) throw unknown(name, { opening: false, option: true, name: span });
    const text = [option.value, option.argument]
      .flatMap((part) => (part === undefined ? [] : [String(part.value)]))
      .join(' ');
    return withSetting(current, name, text, { opening: false, option: true, name: span, value: option.value.span });
  }, settings);
}

/** Settings of `SQLC_<NAME>` variables; other variables of ours are no settings. */
export function settingsFromEnvironment(
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
): Settings {
  return Object.entries(env).reduce((current, [name, value]) => {
    const key = name.startsWith('SQLC_') ? name.slice(5).toLowerCase() : '';
    const known = isSetting(key) || NOT_ENFORCED.includes(key);
    return known && value !== undefined && value !== '' ? withSetting(current, key, value, { opening: true }) : current;
  }, settings);
}

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(DEFINITIONS, name);
}

function unknown(name: string, { opening, option, name: span }: SettingDoor) {
  const known = [...Object.keys(DEFINITIONS), ...NOT_ENFORCED];
  // Those that only SET knows.
  const ofSession = opening || option ? [] : [...SESSION_OPTIONS, ...SESSION_VALUES];
  const hint = didYouMean(name.toLowerCase(), [...known, ...ofSession]);
  return error('settings/unknown', { name }, { span, hint });
}
