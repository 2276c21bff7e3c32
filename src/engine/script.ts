// Scripts as text, for whoever reads them line by line: the shell.

import { renderError as render, type SqlcError } from '../common/errors.ts';
import { maskSecrets } from '../parser/mask-secrets.ts';

export { parse } from '../parser/parse.ts';

/** `renderError` for text that may hold secrets: the source line it shows is masked. */
export function renderError(found: SqlcError, source?: { readonly text: string; readonly name?: string }): string {
  return render(found, source === undefined ? undefined : { ...source, text: maskSecrets(source.text) });
}

type Inside = 'code' | "'" | '"' | ']' | '--' | '/*';

/**
 * How much of what was typed so far is complete: the offset after its last separator (";" or GO alone on a line)
 * outside quotes and comments; 0 when nothing is.
 */
export function completeUpTo(text: string): number {
  let inside: Inside = 'code';
  let depth = 0;
  let complete = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    const two = text.slice(i, i + 2);
    if (inside === 'code') {
      if (two === '--') inside = '--';
      else if (two === '/*') {
        inside = '/*';
        depth = 1;
        i++;
      } else if (c === "'" || c === '"') inside = c;
      else if (c === '[') inside = ']';
      else if (c === ';') complete = i + 1;
      else if (c === '\n' && /(^|\n)[ \t]*go[ \t]*\r?$/i.test(text.slice(Math.max(complete, i - 200), i)))
        complete = i + 1;
    } else if (inside === '--') {
      if (c === '\n') inside = 'code';
    } else if (inside === '/*') {
      if (two === '/*') depth++;
      if (two === '*/') depth--;
      if (two === '/*' || two === '*/') i++;
      if (depth === 0) inside = 'code';
    } else if (c === inside) {
      // A doubled quote closes and opens again, which comes to the same.
      inside = 'code';
    }
  }
  return complete;
}
