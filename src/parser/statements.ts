// Grammar layer 8: statements that are not queries. Built only when a script holds one.

import type { IToken } from 'chevrotain';
import { error } from '../common/errors.ts';
import { didYouMean } from '../common/suggest.ts';
import type {
  AlterCredential,
  AlterService,
  CreateTableAs,
  DropObject,
  Explain,
  Identifier,
  ObjectName,
  SetStatement,
  Statement,
} from './ast.ts';
import { Externals } from './externals.ts';
import { type Outcome, type Rule, spanOf } from './kit.ts';
import { either } from './options.ts';
import { joinedName } from './queries.ts';
import type { Scan } from './scan.ts';
import * as T from './tokens.ts';

const TABLE_OPTIONS = ['DISTRIBUTION', 'CLUSTERED', 'HEAP', 'PARTITION', 'LOCATION'];
const DISTRIBUTIONS = ['HASH', 'ROUND_ROBIN', 'REPLICATE'];
/** Settings of several words, by the first one: how many words their names have. */
const SETTING_WORDS: ReadonlyMap<string, number> = new Map([
  ['STATISTICS', 2],
  ['TRANSACTION', 3],
]);
const ISOLATION_LEVELS: ReadonlySet<string> = new Set(['READ', 'REPEATABLE']);

export class StatementParser extends Externals {
  /**
   * Reads one statement that is not a query from the start of the tokens.
   *
   * @throws SqlcError syntax/*, not-supported
   */
  readOtherStatement(tokens: IToken[], scan: Scan): Outcome<Statement> {
    return this.read(this.statement, tokens, scan);
  }

  readonly statement: Rule<Statement> = this.rule('statement', () => {
    const start = this.here();
    const explain = this.OPTION(() => this.SUBRULE(this.explain));
    const statement = this.OR<Exclude<Statement, Explain>>({
      ERR_MSG: 'a statement',
      DEF: [
        { ALT: () => this.SUBRULE(this.createStatement) },
        { ALT: () => this.SUBRULE(this.alterStatement) },
        { ALT: () => this.SUBRULE(this.dropStatement) },
        { ALT: () => this.SUBRULE(this.setStatement) },
      ],
    });
    return this.ACTION(() =>
      explain === undefined
        ? statement
        : { kind: 'explain', analyze: explain === 'analyze', statement, span: this.since(start) },
    );
  });

  readonly createStatement: Rule<Exclude<Statement, Explain>> = this.rule('createStatement', () => {
    const start = this.here();
    this.CONSUME(T.K.CREATE);
    return this.OR<Exclude<Statement, Explain>>([
      { ALT: () => this.SUBRULE(this.createTableAs, { ARGS: [start] }) },
      { ALT: () => this.SUBRULE(this.createCredential, { ARGS: [start] }) },
      {
        ALT: () => {
          this.CONSUME(T.K.EXTERNAL);
          return this.OR1<Exclude<Statement, Explain>>([
            { ALT: () => this.SUBRULE(this.createDataSource, { ARGS: [start] }) },
            { ALT: () => this.SUBRULE(this.createFileFormat, { ARGS: [start] }) },
            { ALT: () => this.SUBRULE(this.createExternalTable, { ARGS: [start] }) },
            { ALT: () => this.SUBRULE(this.createService, { ARGS: [start] }) },
          ]);
        },
      },
    ]);
  });

  readonly alterStatement: Rule<AlterCredential | AlterService> = this.rule('alterStatement', () => {
    const start = this.here();
    this.CONSUME(T.K.ALTER);
    return this.OR<AlterCredential | AlterService>([
      { ALT: () => this.SUBRULE(this.alterCredential, { ARGS: [start] }) },
      { ALT: () => this.SUBRULE(this.alterService, { ARGS: [start] }) },
    ]);
  });

  readonly createTableAs: Rule<CreateTableAs, [start: number]> = this.rule('createTableAs', (start) => {
    this.CONSUME(T.K.TABLE);
    const name = this.SUBRULE(this.objectName);
    const columns = this.OPTION(() => this.SUBRULE(this.newColumns)) ?? [];
    this.OPTION1(() => this.SUBRULE(this.tableOptions));
    this.CONSUME(T.K.AS);
    const query = this.SUBRULE(this.query);
    const options = this.OPTION2(() => this.SUBRULE(this.queryOptions)) ?? [];
    return this.ACTION(() => ({
      kind: 'create-table-as',
      existing: 'fail',
      name,
      columns,
      layout: { distribution: undefined, index: undefined, partition: undefined },
      query,
      options,
      span: this.since(start),
    }));
  });

  /** Names only: types come from the query. */
  readonly newColumns: Rule<Identifier[]> = this.rule('newColumns', () => {
    this.CONSUME(T.LeftParen);
    const columns = this.list(() => {
      const column = this.SUBRULE(this.identifier);
      this.ACTION(() => {
        if (!this.next(T.Comma) && !this.next(T.RightParen) && !this.atEnd())
          this.refuse('CREATE TABLE with column types');
      });
      return column;
    });
    this.closeList();
    return columns;
  });

  /** `WITH (DISTRIBUTION = HASH (a), HEAP)`: checked and dropped, they say how a warehouse lays the table out. */
  readonly tableOptions: Rule<void> = this.rule('tableOptions', () => {
    const names: string[] = [];
    this.CONSUME(T.K.WITH);
    this.CONSUME(T.LeftParen);
    this.list(() => {
      const name = this.SUBRULE(this.tableOption);
      this.ACTION(() => {
        if (names.includes(name.image.toUpperCase())) {
          throw error('syntax/repeated-option', { name: name.image.toUpperCase() }, { span: spanOf(name) });
        }
        names.push(name.image.toUpperCase());
      });
    });
    this.closeList();
  });

  readonly tableOption: Rule<IToken> = this.rule('tableOption', () => {
    const name = this.CONSUME(T.AnyWord);
    this.ACTION(() => {
      if (TABLE_OPTIONS.includes(name.image.toUpperCase())) return;
      const hint = didYouMean(name.image, TABLE_OPTIONS);
      throw error(
        'syntax/unknown-option',
        { name: name.image, statement: 'CREATE TABLE' },
        { span: spanOf(name), hint },
      );
    });
    this.MANY(() => this.CONSUME1(T.AnyWord));
    this.OPTION(() => {
      this.CONSUME(T.Equal);
      const value = this.CONSUME2(T.AnyWord);
      this.ACTION(() => {
        if (name.image.toUpperCase() !== 'DISTRIBUTION' || DISTRIBUTIONS.includes(value.image.toUpperCase())) return;
        const params = { name: 'DISTRIBUTION', found: value.image, expected: either(DISTRIBUTIONS) };
        throw error('syntax/option-value', params, {
          span: spanOf(value),
          hint: didYouMean(value.image, DISTRIBUTIONS),
        });
      });
    });
    this.MANY1(() => {
      this.OR([{ ALT: () => this.SUBRULE(this.ignored) }, { ALT: () => this.CONSUME3(T.K.ORDER) }]);
    });
    return name;
  });

  readonly dropStatement: Rule<DropObject> = this.rule('dropStatement', () => {
    const start = this.here();
    this.CONSUME(T.K.DROP);
    const object = this.SUBRULE(this.droppable);
    const ifExists = this.OPTION(() => {
      this.CONSUME(T.K.IF);
      return this.CONSUME(T.K.EXISTS);
    });
    const names: ObjectName[] = this.list(() => this.SUBRULE(this.objectName));
    return this.ACTION(() => ({
      kind: 'drop',
      object,
      names,
      ifExists: ifExists !== undefined,
      span: this.since(start),
    }));
  });

  readonly droppable: Rule<DropObject['object']> = this.rule('droppable', () =>
    this.OR<DropObject['object']>([
      { ALT: () => this.CONSUME(T.K.TABLE) && 'table' },
      {
        ALT: () => {
          this.CONSUME(T.K.DATABASE);
          this.CONSUME(T.K.SCOPED);
          this.CONSUME(T.K.CREDENTIAL);
          return 'credential';
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.K.EXTERNAL);
          return this.OR1<DropObject['object']>([
            { ALT: () => this.CONSUME1(T.K.TABLE) && 'external table' },
            { ALT: () => this.CONSUME(T.K.DATA) && this.CONSUME(T.K.SOURCE) && 'data source' },
            { ALT: () => this.CONSUME(T.K.FILE) && this.CONSUME(T.K.FORMAT) && 'file format' },
            { ALT: () => this.CONSUME(T.K.SERVICE) && 'service' },
          ]);
        },
      },
    ]),
  );

  /** `SET name = value`, `SET NOCOUNT ON`, `SET TRANSACTION ISOLATION LEVEL READ COMMITTED`. */
  readonly setStatement: Rule<SetStatement> = this.rule('setStatement', () => {
    const start = this.here();
    this.CONSUME(T.K.SET);
    this.ACTION(() => {
      if (this.next(T.Variable)) this.refuse('SET of a variable');
    });
    const words = [this.CONSUME(T.Name)];
    const count = this.ACTION(() => SETTING_WORDS.get(words[0]?.image.toUpperCase() ?? '') ?? 1);
    this.MANY({ GATE: () => words.length < count, DEF: () => words.push(this.CONSUME1(T.Name)) });
    this.OPTION(() => this.CONSUME(T.Equal));
    let value = this.SUBRULE(this.settingValue);
    this.OPTION1({
      GATE: () => count > 2 && value.kind === 'word' && ISOLATION_LEVELS.has(value.value.toUpperCase()),
      DEF: () => {
        const first = value;
        const second = this.CONSUME2(T.Name);
        this.ACTION(() => {
          value = { kind: 'word', value: `${first.value} ${second.image}`, span: this.since(first.span.start) };
        });
      },
    });
    return this.ACTION(() => {
      const name = joinedName(words);
      return { kind: 'set', name: { ...name, name: name.name.toLowerCase() }, value, span: this.since(start) };
    });
  });
}
