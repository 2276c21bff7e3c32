// A group of functions that one call answers together, for tests of fusion: what they say of a text is easily told by
// reading. TAGS its first letter, CAPTION the text in capitals, SIZE its length, SCORE its digits as hundredths.

import type { FunctionGroupDefinition } from '../../src/engine/function-definition.ts';

export interface LookOptions {
  /** Dollars: of 1,000 calls, and of 1,000 rows of each function. */
  readonly prices?: { readonly calls: number; readonly rows: number } | undefined;
  readonly batchSize?: number;
  readonly cache?: boolean;
  /** Called with what each call is asked. */
  readonly onCall?: (functions: readonly string[], rows: number) => void;
}

const ANSWERS = {
  TAGS: (text: string) => text.slice(0, 1),
  CAPTION: (text: string) => text.toUpperCase(),
  SIZE: (text: string) => text.length,
  SCORE: (text: string) => Number(text.replace(/\D/g, '') || '0') / 100,
};

export const LOOK_FUNCTIONS = Object.keys(ANSWERS);

/** Texts with a "!" have no caption. */
export function lookFunctions({
  prices,
  batchSize = 1,
  cache = false,
  onCall,
}: LookOptions = {}): FunctionGroupDefinition {
  return {
    name: 'LOOK',
    params: ['nvarchar'],
    returns: { TAGS: 'nvarchar', CAPTION: 'nvarchar', SIZE: 'int', SCORE: 'float' },
    batchSize,
    cache,
    ...(prices && {
      pricePer1000: {
        calls: prices.calls,
        rows: Object.fromEntries(LOOK_FUNCTIONS.map((name) => [name, prices.rows])),
      },
    }),
    call(rows, { functions }) {
      onCall?.(functions, rows.length);
      return rows.map(([value]) => {
        const text = String(value);
        const answers = functions.map((name): [string, string | number | Error] => {
          if (name === 'CAPTION' && text.includes('!')) return [name, new RangeError(`no caption of ${text}`)];
          return [name, ANSWERS[name as keyof typeof ANSWERS](text)]; // the engine asks for those of `returns`
        });
        return Object.fromEntries(answers);
      });
    },
  };
}
