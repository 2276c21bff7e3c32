// The switches that make the emulator behave as services do: what each takes, and the reading of them from a command
// line or from JSON. It knows names and values; what a switch does stands in faults.ts, quota.ts and null-models.ts.

import { error } from '../common/errors.ts';
import { didYouMean } from '../common/suggest.ts';

export interface Switches {
  /** Milliseconds until an answer. */
  readonly latency: number;
  /** Milliseconds more for each document of the request. */
  readonly 'per-document': number;
  /** Up to so many milliseconds more, drawn for each request. */
  readonly jitter: number;
  /** Requests per second; 0: any number. */
  readonly rps: number;
  /** Requests per minute; 0: any number. */
  readonly rpm: number;
  /** Requests at a time; 0: any number. */
  readonly connections: number;
  /** Share of the requests that end badly. */
  readonly fail: number;
  /** Share of the texts that are refused for good. */
  readonly poison: number;
  /** Whether the documents of an answer come in another order. */
  readonly reorder: boolean;
  /** Share of the documents that are missing from an answer. */
  readonly drop: number;
  /** Share of the documents that stand in an answer twice. */
  readonly duplicate: number;
  /** Whether answers are made from a hash of the text, and not by a model. */
  readonly null: boolean;
  /** What every draw depends on. */
  readonly seed: number;
}

export type SwitchName = keyof Switches;

export const NO_SWITCHES: Switches = {
  latency: 0,
  'per-document': 0,
  jitter: 0,
  rps: 0,
  rpm: 0,
  connections: 0,
  fail: 0,
  poison: 0,
  reorder: false,
  drop: 0,
  duplicate: 0,
  null: false,
  seed: 0,
};

interface Range {
  readonly most: number;
  readonly whole: boolean;
  readonly unit: string;
}

const MILLISECONDS: Range = { most: 3_600_000, whole: false, unit: 'milliseconds' };
const SHARE: Range = { most: 1, whole: false, unit: 'a share' };
const COUNT: Range = { most: 1_000_000, whole: true, unit: 'a whole number' };

const RANGES: Readonly<Record<SwitchName, Range | 'flag'>> = {
  latency: MILLISECONDS,
  'per-document': MILLISECONDS,
  jitter: MILLISECONDS,
  rps: { ...COUNT, whole: false, unit: 'a number' },
  rpm: COUNT,
  connections: COUNT,
  fail: SHARE,
  poison: SHARE,
  reorder: 'flag',
  drop: SHARE,
  duplicate: SHARE,
  null: 'flag',
  seed: { most: 2 ** 32 - 1, whole: true, unit: 'a whole number' },
};

/** Refused until something heeds them, so that nobody measures a fault that never happens. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  page: 'no operation pages its answers',
  'allow-private': 'no operation fetches URLs',
};

/** Every name a switch may be given by, those refused included, as options of a command line. */
export const SWITCH_OPTIONS: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>> = {
  ...Object.fromEntries(
    Object.entries(RANGES).map(([name, range]) => [name, { type: range === 'flag' ? 'boolean' : 'string' } as const]),
  ),
  page: { type: 'string' },
  'allow-private': { type: 'boolean' },
};

/**
 * Switches by name, from JSON or the like.
 *
 * @param from those that are given stand in place of these.
 * @param called how a switch is called in an error: `--latency`, `switch "latency"`.
 * @throws {SqlcError} `usage/option` for a name or value that is none, `not-supported` for a switch without effect.
 */
export function readSwitches(
  given: Readonly<Record<string, unknown>>,
  from: Switches = NO_SWITCHES,
  called: (name: string) => string = (name) => `switch "${name}"`,
): Switches {
  const read: Record<string, unknown> = { ...from };
  for (const [name, value] of Object.entries(given)) {
    const reason = Object.hasOwn(WITHOUT_EFFECT, name) ? WITHOUT_EFFECT[name] : undefined;
    if (reason !== undefined) throw error('not-supported', { what: `${called(name)} (${reason})` });
    if (!isSwitchName(name)) {
      const hint = didYouMean(name, Object.keys(RANGES));
      throw error('usage/option', { detail: `there is no ${called(name)}` }, { hint });
    }
    const expected = expectedInstead(RANGES[name], value);
    if (expected !== undefined) {
      throw error('usage/option', { detail: `${called(name)} is ${JSON.stringify(value)}, expected ${expected}` });
    }
    read[name] = value;
  }
  return read as unknown as Switches; // every field comes from `from` or was checked against its range
}

/** A value of a command line as JSON would hold it; what is no number stays text, for the error to show. */
export function switchValue(text: string): unknown {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}

function isSwitchName(name: string): name is SwitchName {
  return Object.hasOwn(RANGES, name);
}

function expectedInstead(range: Range | 'flag', value: unknown): string | undefined {
  if (range === 'flag') return typeof value === 'boolean' ? undefined : 'true or false';
  const { most, whole, unit } = range;
  const fits = typeof value === 'number' && value >= 0 && value <= most && (!whole || Number.isInteger(value));
  return fits ? undefined : `${unit} from 0 to ${most}`;
}
