// Scripts as the command line reads them: which result is the last, and errors without their secrets.

import { renderError as render, type SqlcError } from '../common/errors.ts';
import type { Batch, Statement } from '../parser/ast.ts';
import { maskSecrets } from '../parser/mask-secrets.ts';

export { parse, parseBatches } from '../parser/parse.ts';

/** Which result of a script is its last: that of the statement at an offset, or known only when it is over. */
export type LastResult = { readonly kind: 'none' | 'open' } | { readonly kind: 'statement'; readonly start: number };

export function lastResult(batches: readonly Batch[]): LastResult {
  const [last] = batches
    .flatMap(({ statements, repeat }) => statements.map((statement) => ({ statement, repeat })))
    .filter(({ statement }) => mayHaveResult(statement))
    .slice(-1);
  if (last === undefined) return { kind: 'none' };
  const { statement, repeat } = last;
  const isSimple = statement.kind === 'select-statement' || statement.kind === 'explain';
  return isSimple && repeat === 1 ? { kind: 'statement', start: statement.span.start } : { kind: 'open' };
}

function mayHaveResult(statement: Statement): boolean {
  switch (statement.kind) {
    case 'explain':
      return true;
    case 'select-statement': {
      const { body } = statement.query;
      return body.kind !== 'select' || (body.into === undefined && body.items.every((i) => i.variable === undefined));
    }
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return statement.output !== undefined && statement.output.into === undefined;
    case 'if':
      return mayHaveResult(statement.then) || (statement.otherwise !== undefined && mayHaveResult(statement.otherwise));
    case 'while':
      return mayHaveResult(statement.body);
    case 'block':
      return statement.statements.some(mayHaveResult);
    case 'try':
      return [...statement.statements, ...statement.handler].some(mayHaveResult);
    default:
      return false;
  }
}

/** `renderError` for text that may hold secrets: the source line it shows is masked. */
export function renderError(found: SqlcError, source?: { readonly text: string; readonly name?: string }): string {
  return render(found, source === undefined ? undefined : { ...source, text: maskSecrets(source.text) });
}
