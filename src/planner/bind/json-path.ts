// JSON paths of T-SQL, "[lax|strict] $.key[0]", as the relational engine spells them ("JSON Path Expressions").

import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';

export interface JsonPath {
  readonly strict: boolean;
  /** `$`, then `."key"` and `[n]` parts. */
  readonly path: string;
}

const STEP = /^\s*(?:\.\s*(?:"((?:[^"\\]|\\.)*)"|([\p{L}_$@#][\p{L}\p{N}_$@#-]*))|\[\s*(\d+)\s*\])/u;

/** @throws SqlcError bind/json-path */
export function jsonPath(text: string, span: Span): JsonPath {
  const [, mode = '', steps = ''] = text.match(/^\s*(?:(lax|strict)\s+)?\$([\s\S]*)$/i) ?? [];
  if (!/^\s*(?:(?:lax|strict)\s+)?\$/i.test(text)) throw error('bind/json-path', { found: text }, { span });
  let path = '$';
  let rest = steps;
  while (rest.trim() !== '') {
    const [whole, quoted, plain, index] = rest.match(STEP) ?? [];
    if (whole === undefined) throw error('bind/json-path', { found: text }, { span });
    path += index === undefined ? keyStep(quoted ?? plain ?? '') : `[${index}]`;
    rest = rest.slice(whole.length);
  }
  return { strict: mode.toLowerCase() === 'strict', path };
}

/** The step to a key. */
export function keyStep(key: string): string {
  return `."${key.replaceAll('"', '\\"')}"`;
}
