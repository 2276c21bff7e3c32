// JSON paths of T-SQL, "[lax|strict] $.key[0]", as the relational engine spells them ("JSON Path Expressions").

import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';

export interface JsonPath {
  readonly strict: boolean;
  /** `$`, then `."key"` and `[n]` parts. */
  readonly path: string;
  /** Keys are text, places in an array numbers. */
  readonly steps: readonly (string | number)[];
}

const STEP = /^\s*(?:\.\s*(?:"((?:[^"\\]|\\.)*)"|([\p{L}_$@#][\p{L}\p{N}_$@#-]*))|\[\s*(?:(\d+)|(\*)|(last))\s*\])/iu;

/**
 * @param many whether `[*]` and `[last]` may stand in it, as in the functions that take several values
 * @throws SqlcError bind/json-path
 */
export function jsonPath(text: string, span: Span, many = false): JsonPath {
  const refused = () => error('bind/json-path', { found: text }, { span });
  const [, mode = '', rest] = text.match(/^\s*(?:(lax|strict)\s+)?\$([\s\S]*)$/i) ?? [];
  if (rest === undefined) throw refused();
  const steps: (string | number)[] = [];
  let path = '$';
  for (let left = rest; left.trim() !== ''; ) {
    const [whole, quoted, plain, index, all, last] = left.match(STEP) ?? [];
    if (whole === undefined || (!many && (all !== undefined || last !== undefined))) throw refused();
    if (index !== undefined) {
      steps.push(Number(index));
      path += `[${index}]`;
    } else if (all !== undefined || last !== undefined) {
      path += all === undefined ? '[#-1]' : '[*]';
    } else {
      const key = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '';
      steps.push(key);
      path += keyStep(key);
    }
    left = left.slice(whole.length);
  }
  return { strict: mode.toLowerCase() === 'strict', path, steps };
}

/** The step to a key. */
export function keyStep(key: string): string {
  return `."${key.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
