// What the grammar reads and the binder does not build yet: refused by name, at its place.
// Each check goes when its construct is built.

import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type * as ast from '../../parser/ast.ts';

type Part = readonly [what: string, found: { readonly span: Span } | undefined];

/** @throws SqlcError not-supported */
export function refuseUnbuiltSelect(select: ast.Select): void {
  refuse(
    ['SELECT INTO here', select.into],
    ['assigning a variable in SELECT', select.items.find((item) => item.variable !== undefined)],
  );
}

/** @throws SqlcError not-supported */
export function refuseUnbuiltCall(call: ast.FunctionCall): void {
  refuse(['USE MODEL', call.model?.name]);
}

function refuse(...parts: readonly Part[]): void {
  for (const [what, found] of parts) if (found !== undefined) throw notSupported(what, found.span);
}

function notSupported(what: string, span: Span) {
  return error('not-supported', { what }, { span });
}
