// How an operator is spelled: a function from the SQL of its arguments to its own.

import type { OperatorExpr } from '../expression.ts';
import { bindOnce } from './bind-once.ts';

export type Spell = (args: readonly string[], expr: OperatorExpr) => string;

/** By the name of the operator. */
export type Operators = Readonly<Record<string, Spell>>;

export const infix =
  (op: string): Spell =>
  ([a, b]) =>
    `(${a} ${op} ${b})`;
export const chain =
  (op: string): Spell =>
  (args) =>
    `(${args.join(` ${op} `)})`;
export const call =
  (fn: string): Spell =>
  (args) =>
    `${fn}(${args.join(', ')})`;

/** DuckDB is about cubic in the depth of an expression: long chains of an associative operator become a tree. */
export function balanced(op: string): Spell {
  const build = (args: readonly string[]): string => {
    if (args.length <= 1) return args[0] ?? '';
    const half = args.length >> 1;
    return `(${build(args.slice(0, half))} ${op} ${build(args.slice(half))})`;
  };
  return build;
}

/** A body that may mention its arguments as often as it likes. */
export function once(body: Spell): Spell {
  return (args, expr) => bindOnce(args, (names) => body(names, expr));
}
