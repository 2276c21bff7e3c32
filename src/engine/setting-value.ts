// The value of a setting from its text, whatever door it came through: the same spelling everywhere.

import { error } from '../common/errors.ts';
import type { Span } from '../common/span.ts';

export type SettingKind =
  | 'count'
  | 'rounds'
  | 'amount'
  | 'seconds'
  | 'megabytes'
  | 'path'
  | 'collation'
  | 'cache'
  | 'on-error'
  | 'max-errors';

const EXPECTED: Readonly<Record<SettingKind, string>> = {
  count: 'a whole number from 0',
  rounds: 'a whole number from 0 to 32767',
  amount: 'a number from 0',
  seconds: 'a positive number of seconds',
  megabytes: 'a number of megabytes, at least 64',
  path: 'a path',
  collation: 'BIN2_UTF8 or CI_AS',
  cache: 'ON, OFF, READ or REFRESH',
  'on-error': 'NULL, FAIL or DEFAULT and a value',
  'max-errors': 'a whole number, or a number and PERCENT',
};

/** @throws SqlcError settings/value */
export function settingValue(name: string, kind: SettingKind, text: string, span: Span | undefined): unknown {
  const value = read(kind, text.trim());
  if (value !== undefined) return value;
  throw error('settings/value', { name, found: `"${text}"`, expected: EXPECTED[kind] }, { span });
}

function read(kind: SettingKind, text: string): unknown {
  const number = text === '' ? Number.NaN : Number(text);
  switch (kind) {
    case 'count':
      return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
    case 'rounds':
      return Number.isInteger(number) && number >= 0 && number <= 32767 ? number : undefined;
    case 'amount':
      return Number.isFinite(number) && number >= 0 ? number : undefined;
    case 'seconds':
      return Number.isFinite(number) && number > 0 ? number : undefined;
    case 'megabytes':
      return Number.isFinite(number) && number >= 64 ? number : undefined;
    case 'path':
      return text === '' ? undefined : text;
    case 'collation': {
      const name = text.toUpperCase();
      return name === 'BIN2_UTF8' || name === 'CI_AS' ? name : undefined;
    }
    case 'cache': {
      const mode = text.toLowerCase();
      return ['on', 'off', 'read', 'refresh'].includes(mode) ? mode : undefined;
    }
    case 'on-error': {
      const mode = text.toLowerCase();
      if (mode === 'null' || mode === 'fail') return { mode };
      const value = text.match(/^default\s+(?:'((?:[^']|'')*)'|(.*))$/is);
      return value === null ? undefined : { mode: 'default', value: value[1]?.replaceAll("''", "'") ?? value[2] ?? '' };
    }
    case 'max-errors': {
      const [, most, percent] = text.match(/^(\d+(?:\.\d+)?)\s*(percent|%)?$/i) ?? [];
      if (most === undefined || (percent === undefined && !Number.isSafeInteger(Number(most)))) return undefined;
      if (percent !== undefined && Number(most) > 100) return undefined;
      return { unit: percent === undefined ? 'inputs' : 'percent', most: Number(most) };
    }
  }
}
