// The syntax tree: what was written, with its place, and no meaning yet.
// Closed unions with literal kinds; shape.ts knows the children.

export type * from './ast/change.ts';
export type * from './ast/expression.ts';
export type * from './ast/external.ts';
export type * from './ast/names.ts';
export type * from './ast/object.ts';
export type * from './ast/query.ts';
export type * from './ast/script.ts';
export type * from './ast/statement.ts';
