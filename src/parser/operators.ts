// Operators to trees by precedence, without recursion, so that a chain of thousands needs no stack.
// Precedence is T-SQL's: ~, then * / %, then + - & ^ | || with unary minus among them, comparisons and predicates,
// NOT, AND, OR.

import type { IToken } from 'chevrotain';
import { error, invariant } from '../common/errors.ts';
import { spanning } from '../common/span.ts';
import type { BinaryOperator, Expression, Unary } from './ast.ts';
import { MAX_DEPTH } from './scan.ts';
import { spanOf } from './token-span.ts';

const NOT = 3;
const PREDICATE = 4;
const SUM = 5;
const TILDE = 7;

const BINARY: ReadonlyMap<string, readonly [BinaryOperator, precedence: number]> = new Map([
  ['OR', ['or', 1]],
  ['AND', ['and', 2]],
  ['=', ['=', PREDICATE]],
  ['<>', ['<>', PREDICATE]],
  ['!=', ['<>', PREDICATE]],
  ['<', ['<', PREDICATE]],
  ['<=', ['<=', PREDICATE]],
  ['!>', ['<=', PREDICATE]],
  ['>', ['>', PREDICATE]],
  ['>=', ['>=', PREDICATE]],
  ['!<', ['>=', PREDICATE]],
  ['+', ['+', SUM]],
  ['-', ['-', SUM]],
  ['||', ['||', SUM]],
  ['&', ['&', SUM]],
  ['|', ['|', SUM]],
  ['^', ['^', SUM]],
  ['<<', ['<<', SUM]],
  ['>>', ['>>', SUM]],
  ['*', ['*', 6]],
  ['/', ['/', 6]],
  ['%', ['%', 6]],
]);

type Waiting =
  | {
      readonly kind: 'unary';
      readonly operator: Unary['operator'];
      readonly precedence: number;
      readonly token: IToken;
    }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly precedence: number };

export type Relation = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** The relation a comparison token stands for. */
export function relationOf(token: IToken): Relation {
  return (BINARY.get(token.image)?.[0] ?? '=') as Relation; // the token type allows comparisons only
}

/** `x += e` is `x = x + e`, and `x = e` is `e`. */
export function compounded(assign: IToken, old: Expression, written: Expression): Expression {
  const [operator] = BINARY.get(assign.image.slice(0, -1)) ?? [];
  if (operator === undefined) return written;
  return { kind: 'binary', operator, left: old, right: written, span: spanning(old.span, written.span) };
}

/** Operands and operators of one expression, in the order of the text. */
export class OperatorStack {
  private readonly values: Expression[] = [];
  private readonly waiting: Waiting[] = [];
  private predicates = 0;

  prefix(token: IToken): void {
    const operator = token.image.toLowerCase() as Unary['operator']; // the token type allows these only
    const precedence = operator === 'not' ? NOT : operator === '~' ? TILDE : SUM;
    if (this.waiting.length >= MAX_DEPTH) throw tooDeep(token);
    this.waiting.push({ kind: 'unary', operator, precedence, token });
  }

  operand(value: Expression): void {
    this.values.push(value);
  }

  infix(token: IToken): void {
    const [operator, precedence] = BINARY.get(token.image.toUpperCase()) ?? ['=', PREDICATE];
    if (precedence === PREDICATE) this.countPredicate(token);
    else if (precedence < PREDICATE) this.predicates = 0;
    this.reduce(precedence);
    this.waiting.push({ kind: 'binary', operator, precedence });
  }

  /** The expression to the left of a predicate such as IS NULL; the predicate becomes the next operand. */
  left(token: IToken): Expression {
    this.countPredicate(token);
    this.reduce(PREDICATE);
    return this.pop();
  }

  result(): Expression {
    this.reduce(0);
    return this.pop();
  }

  private reduce(precedence: number): void {
    for (let top = this.waiting.at(-1); top !== undefined && top.precedence >= precedence; top = this.waiting.at(-1)) {
      this.waiting.pop();
      const right = this.pop();
      if (top.kind === 'unary') {
        const span = spanning(spanOf(top.token), right.span);
        this.values.push({ kind: 'unary', operator: top.operator, operand: right, span });
      } else {
        const left = this.pop();
        this.values.push({
          kind: 'binary',
          operator: top.operator,
          left,
          right,
          span: spanning(left.span, right.span),
        });
      }
    }
  }

  private pop(): Expression {
    const value = this.values.pop();
    invariant(value !== undefined, 'operator without operand');
    return value;
  }

  /** `a = b = c …` and `a IS NULL IS NULL …` nest; unlike AND they cannot be flattened later. */
  private countPredicate(token: IToken): void {
    if (++this.predicates > MAX_DEPTH) throw tooDeep(token);
  }
}

function tooDeep(token: IToken): Error {
  return error('syntax/too-deep', { limit: MAX_DEPTH }, { span: spanOf(token) });
}
