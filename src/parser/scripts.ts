// Grammar layer 12: what makes a script of statements: variables, control flow, errors, transactions.

import { error } from '../common/errors.ts';
import type {
  Declare,
  DeclareTable,
  Execute,
  Expression,
  If,
  LoopControl,
  ObjectName,
  Print,
  Raiserror,
  Return,
  SetVariable,
  Statement,
  Throw,
  Transaction,
  Try,
  Use,
  VariableDeclaration,
  While,
} from './ast.ts';
import { Changes } from './changes.ts';
import type { Rule } from './kit.ts';
import { binaryOf, identifierOf, moneyOf } from './literals.ts';
import { compounded } from './operators.ts';
import { unexpected } from './syntax-error.ts';
import { checkTyped } from './table-parts.ts';
import { spanOf } from './token-span.ts';
import * as T from './tokens.ts';

const RAISERROR_OPTIONS = ['log', 'nowait', 'seterror'] as const;

export abstract class Scripts extends Changes {
  abstract readonly statement: Rule<Statement>;

  readonly declare: Rule<Declare | DeclareTable> = this.rule('declare', () => {
    const start = this.here();
    this.CONSUME(T.K.DECLARE);
    this.ACTION(() => {
      if (this.word(2) === 'CURSOR' || this.word(2) === 'INSENSITIVE' || this.word(2) === 'SCROLL')
        this.refuse('a cursor', 2);
    });
    const isTable = this.ACTION(() => this.next(T.K.TABLE, 2) || (this.next(T.K.AS, 2) && this.next(T.K.TABLE, 3)));
    return this.branch<Declare | DeclareTable>(
      0,
      () => isTable,
      () => {
        const variable = this.CONSUME(T.Variable);
        this.OPTION(() => this.CONSUME(T.K.AS));
        this.CONSUME(T.K.TABLE);
        const elements = this.SUBRULE(this.tableElements);
        return this.ACTION(() => {
          for (const column of elements.columns) checkTyped(column);
          return { kind: 'declare-table', name: variable.image.slice(1), ...elements, span: this.since(start) };
        });
      },
      () => {
        const variables = this.list(() => this.SUBRULE(this.variableDeclaration));
        return this.ACTION(() => ({ kind: 'declare', variables, span: this.since(start) }));
      },
    );
  });

  readonly variableDeclaration: Rule<VariableDeclaration> = this.rule('variableDeclaration', () => {
    const start = this.here();
    const variable = this.CONSUME(T.Variable);
    this.OPTION(() => this.CONSUME(T.K.AS));
    this.ACTION(() => {
      if (this.word() === 'CURSOR') this.refuse('a cursor');
      if (this.next(T.K.TABLE)) this.refuse('a table variable beside others');
    });
    const type = this.SUBRULE(this.typeName);
    const value = this.OPTION1(() => {
      this.CONSUME(T.Equal);
      return this.SUBRULE(this.expression);
    });
    return this.ACTION(() => ({ name: userVariable(variable), type, value, span: this.since(start) }));
  });

  /** After SET: `@x = e`, `@x += e`. */
  readonly setVariable: Rule<SetVariable, [start: number]> = this.rule('setVariable', (start) => {
    const variable = this.CONSUME(T.Variable);
    this.ACTION(() => {
      if (this.next(T.Dot)) this.refuse('a method of a variable');
      if (this.next(T.Equal) && this.word(2) === 'CURSOR') this.refuse('a cursor', 2);
    });
    const operator = this.SUBRULE(this.assignOperator);
    const written = this.SUBRULE(this.expression);
    return this.ACTION(() => {
      const name = userVariable(variable);
      const value = compounded(operator, { kind: 'parameter', name, span: spanOf(variable) }, written);
      return { kind: 'set-variable', name, value, span: this.since(start) };
    });
  });

  readonly if: Rule<If> = this.rule('if', () => {
    const start = this.here();
    this.CONSUME(T.K.IF);
    const condition = this.SUBRULE(this.expression);
    const then = this.SUBRULE(this.statement);
    const otherwise = this.OPTION({
      GATE: () => this.elseFollows(),
      DEF: () => {
        this.MANY(() => this.CONSUME(T.Separator));
        this.CONSUME(T.K.ELSE);
        return this.SUBRULE1(this.statement);
      },
    });
    return this.ACTION(() => ({ kind: 'if', condition, then, otherwise, span: this.since(start) }));
  });

  readonly while: Rule<While> = this.rule('while', () => {
    const start = this.here();
    this.CONSUME(T.K.WHILE);
    const condition = this.SUBRULE(this.expression);
    const body = this.SUBRULE(this.statement);
    return this.ACTION(() => ({ kind: 'while', condition, body, span: this.since(start) }));
  });

  /** BEGIN … END, BEGIN TRY …, BEGIN TRANSACTION. */
  readonly begin: Rule<Statement> = this.rule('begin', () => {
    const start = this.here();
    this.CONSUME(T.K.BEGIN);
    this.ACTION(() => {
      const word = this.word();
      if (word === 'DISTRIBUTED' || word === 'ATOMIC' || word === 'DIALOG' || word === 'CONVERSATION')
        this.refuse(`BEGIN ${word}`);
    });
    return this.OR<Statement>({
      ERR_MSG: 'a statement, TRY or TRANSACTION',
      DEF: [
        { ALT: () => this.SUBRULE(this.transactionTail, { ARGS: ['begin', start] }) },
        { ALT: () => this.SUBRULE(this.tryTail, { ARGS: [start] }) },
        {
          ALT: () => {
            const statements = this.SUBRULE(this.statements);
            this.CONSUME(T.K.END, { ERR_MSG: 'a statement or END' });
            return this.ACTION(() => ({ kind: 'block', statements, span: this.since(start) }));
          },
        },
      ],
    });
  });

  /** Statements with or without ";" between them; at least one. */
  readonly statements: Rule<Statement[]> = this.rule('statements', () => {
    const statements: Statement[] = [];
    this.MANY(() => this.CONSUME(T.Separator));
    this.AT_LEAST_ONE({
      DEF: () => {
        statements.push(this.SUBRULE(this.statement));
        this.MANY1(() => this.CONSUME1(T.Separator));
        this.ACTION(() => this.refuseUnsupported());
      },
      ERR_MSG: 'a statement',
    });
    return statements;
  });

  readonly tryTail: Rule<Try, [start: number]> = this.rule('tryTail', (start) => {
    this.CONSUME(T.K.TRY);
    const statements = this.SUBRULE(this.statements);
    this.CONSUME(T.K.END, { ERR_MSG: 'a statement or END TRY' });
    this.CONSUME1(T.K.TRY);
    this.OPTION(() => this.CONSUME(T.Separator));
    this.CONSUME(T.K.BEGIN, { ERR_MSG: 'BEGIN CATCH' });
    this.CONSUME(T.K.CATCH);
    this.MANY(() => this.CONSUME1(T.Separator));
    const handler = this.OPTION1({ GATE: () => !this.next(T.K.END), DEF: () => this.SUBRULE1(this.statements) }) ?? [];
    this.CONSUME1(T.K.END, { ERR_MSG: 'a statement or END CATCH' });
    this.CONSUME1(T.K.CATCH);
    return this.ACTION(() => ({ kind: 'try', statements, handler, span: this.since(start) }));
  });

  readonly loopControl: Rule<LoopControl> = this.rule('loopControl', () => {
    const kind = this.OR<LoopControl['kind']>([
      { ALT: () => this.CONSUME(T.K.BREAK) && 'break' },
      { ALT: () => this.CONSUME(T.K.CONTINUE) && 'continue' },
    ]);
    return this.ACTION(() => ({ kind, span: spanOf(this.LA(0)) }));
  });

  readonly return: Rule<Return> = this.rule('return', () => {
    const token = this.CONSUME(T.K.RETURN);
    this.ACTION(() => {
      if (this.next(T.Integer) || this.next(T.Minus) || this.next(T.Variable) || this.next(T.LeftParen))
        this.refuse('RETURN with a value');
    });
    return this.ACTION(() => ({ kind: 'return', span: spanOf(token) }));
  });

  readonly print: Rule<Print> = this.rule('print', () => {
    const start = this.here();
    this.CONSUME(T.K.PRINT);
    const value = this.SUBRULE(this.expression);
    return this.ACTION(() => ({ kind: 'print', value, span: this.since(start) }));
  });

  readonly throw: Rule<Throw> = this.rule('throw', () => {
    const start = this.here();
    this.CONSUME(T.K.THROW);
    const given = this.OPTION(() => {
      const number = this.SUBRULE(this.constant);
      this.CONSUME(T.Comma);
      const message = this.SUBRULE1(this.constant);
      this.CONSUME1(T.Comma);
      return { number, message, state: this.SUBRULE2(this.constant) };
    });
    return this.ACTION(() => ({ kind: 'throw', error: given, span: this.since(start) }));
  });

  /** A literal or a variable. */
  readonly constant: Rule<Expression> = this.rule('constant', () =>
    this.OR<Expression>({ ERR_MSG: 'a literal or a variable', DEF: this.constants }),
  );

  readonly raiserror: Rule<Raiserror> = this.rule('raiserror', () => {
    const start = this.here();
    this.CONSUME(T.K.RAISERROR);
    this.CONSUME(T.LeftParen);
    const message = this.SUBRULE(this.constant);
    this.CONSUME(T.Comma);
    const severity = this.SUBRULE(this.expression);
    this.CONSUME1(T.Comma);
    const state = this.SUBRULE1(this.expression);
    const args: Expression[] = [];
    this.MANY(() => {
      this.CONSUME2(T.Comma);
      args.push(this.SUBRULE2(this.expression));
    });
    this.CONSUME(T.RightParen);
    const options = this.OPTION(() => {
      this.CONSUME(T.K.WITH);
      return this.list(() => this.SUBRULE(this.raiserrorOption));
    });
    return this.ACTION(() => ({
      kind: 'raiserror',
      message,
      severity,
      state,
      args,
      options: options ?? [],
      span: this.since(start),
    }));
  });

  readonly raiserrorOption: Rule<Raiserror['options'][number]> = this.rule('raiserrorOption', () => {
    const name = this.CONSUME(T.Name);
    return this.ACTION(() => {
      const option = RAISERROR_OPTIONS.find((known) => known.toUpperCase() === name.image.toUpperCase());
      if (option !== undefined) return option;
      throw error('syntax/unknown-option', { name: name.image, statement: 'RAISERROR' }, { span: spanOf(name) });
    });
  });

  readonly endTransaction: Rule<Transaction> = this.rule('endTransaction', () => {
    const start = this.here();
    const action = this.OR<Transaction['action']>([
      { ALT: () => this.CONSUME(T.K.COMMIT) && 'commit' },
      { ALT: () => this.CONSUME(T.K.ROLLBACK) && 'rollback' },
      { ALT: () => this.CONSUME(T.K.SAVE) && 'save' },
    ]);
    const full = this.OPTION(() => this.SUBRULE(this.transactionTail, { ARGS: [action, start] }));
    return this.ACTION(() => full ?? { kind: 'transaction', action, name: undefined, span: this.since(start) });
  });

  /** `TRANSACTION [name | @variable]`, `TRAN`, `WORK`. */
  readonly transactionTail: Rule<Transaction, [action: Transaction['action'], start: number]> = this.rule(
    'transactionTail',
    (action, start) => {
      this.OR([
        { ALT: () => this.CONSUME(T.K.TRANSACTION) },
        { ALT: () => this.CONSUME(T.K.TRAN) },
        { ALT: () => this.CONSUME(T.K.WORK) },
      ]);
      const name = this.OPTION(() =>
        this.OR1([{ ALT: () => this.CONSUME(T.BareName) }, { ALT: () => this.CONSUME(T.Variable) }]),
      );
      this.OPTION1({
        GATE: () => this.word(2) === 'MARK' || this.next(T.LeftParen, 2),
        DEF: () => {
          this.CONSUME(T.K.WITH);
          this.OR2([
            { ALT: () => this.SUBRULE(this.ignored) },
            { ALT: () => this.CONSUME1(T.BareName) && this.OPTION2(() => this.CONSUME(T.StringText)) },
          ]);
        },
      });
      return this.ACTION(() => {
        const text = name?.tokenType === T.Variable ? name.image : name && identifierOf(name).name;
        return { kind: 'transaction', action, name: text, span: this.since(start) };
      });
    },
  );

  /** `EXEC [@rc =] p [@a =] 1, …`, `EXEC ('text')`. */
  readonly execute: Rule<Execute> = this.rule('execute', () => {
    const start = this.here();
    this.OR([{ ALT: () => this.CONSUME(T.K.EXEC) }, { ALT: () => this.CONSUME(T.K.EXECUTE) }]);
    return this.branch<Execute>(
      1,
      () => this.next(T.LeftParen),
      () => {
        this.CONSUME(T.LeftParen);
        const text = this.SUBRULE(this.expression);
        this.CONSUME(T.RightParen);
        this.OPTION3({
          GATE: () => this.isA(T.Name, 2),
          DEF: () => {
            this.CONSUME(T.K.AT);
            this.SUBRULE1(this.identifier);
          },
        });
        return this.ACTION(() => ({ kind: 'execute', procedure: undefined, args: [text], span: this.since(start) }));
      },
      () => {
        this.OPTION({
          GATE: () => this.next(T.Equal, 2),
          DEF: () => {
            this.CONSUME(T.Variable);
            this.CONSUME(T.Equal);
          },
        });
        const procedure = this.SUBRULE(this.procedure);
        const args = this.OPTION1({
          GATE: () => this.argumentFollows(),
          DEF: () => this.SUBRULE(this.executeArguments),
        });
        this.OPTION2(() => {
          this.CONSUME(T.K.WITH);
          this.SUBRULE(this.executeOption);
        });
        return this.ACTION(() => ({ kind: 'execute', procedure, args: args ?? [], span: this.since(start) }));
      },
    );
  });

  /** `p`, `@p`: the procedure's name may be in a variable. */
  readonly procedure: Rule<ObjectName> = this.rule('procedure', () =>
    this.OR<ObjectName>({
      ERR_MSG: 'a procedure',
      DEF: [
        { ALT: () => this.SUBRULE(this.objectName) },
        {
          ALT: () => {
            const variable = this.CONSUME(T.Variable);
            return this.ACTION(() => ({ parts: [identifierOf(variable)], span: spanOf(variable) }));
          },
        },
      ],
    }),
  );

  /** RECOMPILE, `RESULT SETS NONE`, `RESULT SETS ((a int))`. */
  readonly executeOption: Rule<void> = this.rule('executeOption', () => {
    this.OR([
      { ALT: () => this.CONSUME(T.K.RECOMPILE) },
      {
        ALT: () => {
          const word = this.CONSUME(T.Word);
          this.ACTION(() => {
            if (word.image.toUpperCase() !== 'RESULT') throw unexpected(word, this.LA(-1), 'RECOMPILE or RESULT SETS');
          });
          this.CONSUME(T.K.SETS);
          this.OR1([{ ALT: () => this.CONSUME1(T.Word) }, { ALT: () => this.SUBRULE(this.ignored) }]);
        },
      },
    ]);
  });

  readonly executeArguments: Rule<Expression[]> = this.rule('executeArguments', () =>
    this.list(() => this.SUBRULE(this.executeArgument)),
  );

  /** `1`, `@a = 1`, `@a OUTPUT`, DEFAULT, and a bare name, which is a string. */
  readonly executeArgument: Rule<Expression> = this.rule('executeArgument', () => {
    this.OPTION({
      GATE: () => this.next(T.Equal, 2),
      DEF: () => {
        this.CONSUME(T.Variable);
        this.CONSUME(T.Equal);
      },
    });
    const value = this.OR<Expression>({
      ERR_MSG: 'a literal or a variable',
      DEF: [
        ...this.constants,
        { ALT: () => this.leaf(this.CONSUME(T.K.NULL), (token) => ({ kind: 'null', span: spanOf(token) })) },
        { ALT: () => this.leaf(this.CONSUME(T.K.DEFAULT), (token) => ({ kind: 'default', span: spanOf(token) })) },
        { ALT: () => this.leaf(this.CONSUME(T.Binary), binaryOf) },
        { ALT: () => this.leaf(this.CONSUME(T.Money), moneyOf) },
        {
          ALT: () =>
            this.leaf(this.CONSUME(T.Name), (token) => {
              const { name, span } = identifierOf(token);
              return { kind: 'string', value: name, national: true, span };
            }),
        },
      ],
    });
    this.OPTION1(() =>
      this.OR1([
        { ALT: () => this.CONSUME(T.K.OUTPUT) },
        { GATE: () => this.word() === 'OUT', ALT: () => this.CONSUME(T.Word), IGNORE_AMBIGUITIES: true },
      ]),
    );
    return value;
  });

  readonly use: Rule<Use> = this.rule('use', () => {
    const start = this.here();
    this.CONSUME(T.K.USE);
    const database = this.SUBRULE(this.identifier);
    return this.ACTION(() => ({ kind: 'use', database, span: this.since(start) }));
  });

  private argumentFollows(): boolean {
    const type = this.LA(1).tokenType;
    if ([T.Variable, T.StringText, T.Integer, T.Decimal, T.Minus, T.Binary, T.Money].includes(type)) return true;
    return type === T.K.NULL || type === T.K.DEFAULT || this.isA(T.BareName);
  }

  /** `IF …; ELSE …` is one statement. */
  private elseFollows(): boolean {
    let ahead = 1;
    while (this.next(T.Separator, ahead)) ahead++;
    return this.next(T.K.ELSE, ahead);
  }

  protected abstract refuseUnsupported(): void;
}

/** The name of a variable that may be declared and set. */
function userVariable({ image, ...token }: Parameters<typeof spanOf>[0]): string {
  if (!image.startsWith('@@')) return image.slice(1);
  const params = { name: image, reason: 'belongs to the system' };
  throw error('syntax/name', params, { span: spanOf({ image, ...token }) });
}
