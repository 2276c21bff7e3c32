// Statements that make a script out of statements: variables, control flow, errors, transactions.

import type { Expression } from './expression.ts';
import type { Identifier, Node, ObjectName, TypeName } from './names.ts';
import type { TableColumn, TableConstraint } from './object.ts';
import type { Statement } from './statement.ts';

/** The statements between two GO lines; variables end with it. */
export interface Batch {
  readonly statements: readonly Statement[];
  /** How often it runs: the number of `GO 3`, else 1. */
  readonly repeat: number;
}

/** `DECLARE @a int, @b nvarchar(10) = 'x'`. */
export interface Declare extends Node {
  readonly kind: 'declare';
  readonly variables: readonly VariableDeclaration[];
}
/** The name without the @. */
export interface VariableDeclaration extends Node {
  readonly name: string;
  readonly type: TypeName;
  readonly value: Expression | undefined;
}
/** `DECLARE @t TABLE (…)`: name without the @. */
export interface DeclareTable extends Node {
  readonly kind: 'declare-table';
  readonly name: string;
  readonly columns: readonly TableColumn[];
  readonly constraints: readonly TableConstraint[];
}
/** `SET @x = e`; `SET @x += e` is `SET @x = @x + e`. Name without the @. */
export interface SetVariable extends Node {
  readonly kind: 'set-variable';
  readonly name: string;
  readonly value: Expression;
}

export interface If extends Node {
  readonly kind: 'if';
  readonly condition: Expression;
  readonly then: Statement;
  readonly otherwise: Statement | undefined;
}
export interface While extends Node {
  readonly kind: 'while';
  readonly condition: Expression;
  readonly body: Statement;
}
/** BEGIN … END. */
export interface Block extends Node {
  readonly kind: 'block';
  readonly statements: readonly Statement[];
}
/** BEGIN TRY … END TRY BEGIN CATCH … END CATCH. */
export interface Try extends Node {
  readonly kind: 'try';
  readonly statements: readonly Statement[];
  readonly handler: readonly Statement[];
}
/** BREAK and CONTINUE; inside a WHILE. */
export interface LoopControl extends Node {
  readonly kind: 'break' | 'continue';
}
/** RETURN without a value: those of procedures are refused. */
export interface Return extends Node {
  readonly kind: 'return';
}
export interface Print extends Node {
  readonly kind: 'print';
  readonly value: Expression;
}
/** `THROW number, message, state`; THROW alone, inside a CATCH, throws the caught error on. */
export interface Throw extends Node {
  readonly kind: 'throw';
  readonly error: { readonly number: Expression; readonly message: Expression; readonly state: Expression } | undefined;
}
/** `RAISERROR (message | number, severity, state, args …) [WITH LOG, NOWAIT, SETERROR]`. */
export interface Raiserror extends Node {
  readonly kind: 'raiserror';
  readonly message: Expression;
  readonly severity: Expression;
  readonly state: Expression;
  readonly args: readonly Expression[];
  readonly options: readonly ('log' | 'nowait' | 'seterror')[];
}
/** BEGIN, COMMIT, ROLLBACK and SAVE TRANSACTION; the name may be a variable, then with its @. */
export interface Transaction extends Node {
  readonly kind: 'transaction';
  readonly action: 'begin' | 'commit' | 'rollback' | 'save';
  readonly name: string | undefined;
}
/** `EXEC p 1, @a = 2`, `EXEC ('text')`. Refused when it runs: there are no procedures. */
export interface Execute extends Node {
  readonly kind: 'execute';
  readonly procedure: ObjectName | undefined;
  readonly args: readonly Expression[];
}
export interface Use extends Node {
  readonly kind: 'use';
  readonly database: Identifier;
}
