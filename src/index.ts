// What `import … from 'sqlc'` gives.

export type { ErrorCode } from './common/catalogue.ts';
export { SqlcError } from './common/errors.ts';
export type { Span } from './common/span.ts';
export { Engine, type Parameters, type RunOptions, type ScriptStep } from './engine/engine.ts';
export type { FunctionDefinition, FunctionGroupDefinition } from './engine/function-definition.ts';
export type { EngineOptions } from './engine/open.ts';
export type { ParameterInput } from './engine/parameters.ts';
export { Result } from './engine/result.ts';
export { renderError } from './engine/script.ts';
export type { Explanation } from './engine/statements/explain.ts';
export type { CallProgress } from './exec/progress.ts';
export type { RunReport } from './exec/run-report.ts';
export type { Statement } from './parser/ast.ts';
export { parse } from './parser/parse.ts';
