// Grammar layer 13: statements that are not queries. Built only when a script holds one.

import type { IOrAlt, IToken } from 'chevrotain';
import { error } from '../common/errors.ts';
import type { Block, SetIdentityInsert, SetStatement, Statement } from './ast.ts';
import type { Outcome, Reading, Rule } from './kit.ts';
import { joinedName } from './queries.ts';
import { MAX_DEPTH } from './scan.ts';
import { Scripts } from './scripts.ts';
import { changesRows } from './statement-heads.ts';
import { spanOf } from './token-span.ts';
import * as T from './tokens.ts';
import { unsupportedStatement } from './unsupported.ts';

/** Statements inside statements: IF in WHILE in BEGIN. */
const MAX_STATEMENT_DEPTH = MAX_DEPTH;
/** Settings of several words, by the first one: how many words their names have. */
const SETTING_WORDS: ReadonlyMap<string, number> = new Map([
  ['STATISTICS', 2],
  ['TRANSACTION', 3],
]);
const ISOLATION_LEVELS: ReadonlySet<string> = new Set(['READ', 'REPEATABLE']);

export class StatementParser extends Scripts {
  private depth = 0;

  override reset(): void {
    super.reset();
    this.depth = 0;
  }

  /**
   * Reads one statement that is not a query alone.
   *
   * @throws SqlcError syntax/*, not-supported
   */
  readOtherStatement(tokens: IToken[], from: number, reading: Reading): Outcome<Statement> {
    return this.read(this.script, tokens, from, reading);
  }

  readonly script: Rule<Statement> = this.rule('script', () => {
    const start = this.here();
    const explain = this.OPTION(() => this.SUBRULE(this.explain));
    const statement = this.SUBRULE(this.statement);
    return this.ACTION(() =>
      explain === undefined
        ? statement
        : { kind: 'explain', analyze: explain === 'analyze', statement, span: this.since(start) },
    );
  });

  readonly statement: Rule<Statement> = this.rule('statement', () => {
    this.ACTION(() => this.enter());
    const statement = this.OR<Statement>({ ERR_MSG: 'a statement', DEF: this.alternatives });
    this.ACTION(() => this.depth--);
    return statement;
  });

  private readonly alternatives: IOrAlt<Statement>[] = [
    {
      GATE: () => this.next(T.K.STATISTICS, 2),
      ALT: () => {
        const start = this.here();
        this.CONSUME(T.K.UPDATE);
        return this.SUBRULE(this.updateStatistics, { ARGS: [start] });
      },
      IGNORE_AMBIGUITIES: true,
    },
    { GATE: () => this.next(T.K.BULK, 2), ALT: () => this.SUBRULE(this.insertBulk), IGNORE_AMBIGUITIES: true },
    {
      GATE: () => !this.next(T.K.WITH) || this.changeFollows(),
      ALT: () => this.SUBRULE(this.change),
      IGNORE_AMBIGUITIES: true,
    },
    { ALT: () => this.SUBRULE(this.selectStatement) },
    { ALT: () => this.SUBRULE(this.createStatement) },
    { ALT: () => this.SUBRULE(this.alterStatement) },
    { ALT: () => this.SUBRULE(this.dropStatement) },
    { ALT: () => this.SUBRULE(this.setStatement) },
    { ALT: () => this.SUBRULE(this.declare) },
    { ALT: () => this.SUBRULE(this.if) },
    { ALT: () => this.SUBRULE(this.while) },
    { ALT: () => this.SUBRULE(this.begin) },
    { ALT: () => this.SUBRULE(this.loopControl) },
    { ALT: () => this.SUBRULE(this.return) },
    { ALT: () => this.SUBRULE(this.print) },
    { ALT: () => this.SUBRULE(this.throw) },
    { ALT: () => this.SUBRULE(this.raiserror) },
    { ALT: () => this.SUBRULE(this.endTransaction) },
    { ALT: () => this.SUBRULE(this.truncate) },
    { ALT: () => this.SUBRULE(this.use) },
    { ALT: () => this.SUBRULE(this.rename) },
    { ALT: () => this.SUBRULE(this.permission) },
    { ALT: () => this.SUBRULE(this.copyInto) },
    { ALT: () => this.SUBRULE(this.execute) },
    { ALT: () => this.SUBRULE(this.bulkInsert) },
    { ALT: () => this.SUBRULE(this.openMasterKey) },
    { ALT: () => this.SUBRULE(this.closeMasterKey) },
  ];

  readonly createStatement: Rule<Statement> = this.rule('createStatement', () => {
    const start = this.here();
    this.CONSUME(T.K.CREATE);
    const existing = this.OPTION(() => this.SUBRULE(this.orReplace)) ?? 'fail';
    return this.OR<Statement>({
      ERR_MSG: 'a kind of object',
      DEF: [
        { ALT: () => this.SUBRULE(this.createTable, { ARGS: [start] }) },
        { ALT: () => this.SUBRULE(this.createView, { ARGS: [start, existing] }) },
        { ALT: () => this.SUBRULE(this.createSchema, { ARGS: [start] }) },
        { ALT: () => this.SUBRULE(this.createSequence, { ARGS: [start, existing] }) },
        { ALT: () => this.SUBRULE(this.createStatistics, { ARGS: [start] }) },
        { ALT: () => this.SUBRULE(this.createIndex, { ARGS: [start] }) },
        { ALT: () => this.SUBRULE(this.createMasterKey, { ARGS: [start] }) },
        {
          GATE: () => this.next(T.K.SCOPED, 2) && this.next(T.K.CREDENTIAL, 3),
          ALT: () => this.SUBRULE(this.createCredential, { ARGS: [start] }),
          IGNORE_AMBIGUITIES: true,
        },
        { ALT: () => this.SUBRULE(this.createDatabase, { ARGS: [start] }) },
        {
          ALT: () => {
            this.CONSUME(T.K.EXTERNAL);
            return this.OR1<Statement>({
              ERR_MSG: 'TABLE, DATA SOURCE, FILE FORMAT, SERVICE or MODEL',
              DEF: [
                { ALT: () => this.SUBRULE(this.createDataSource, { ARGS: [start] }) },
                { ALT: () => this.SUBRULE(this.createFileFormat, { ARGS: [start] }) },
                { ALT: () => this.SUBRULE(this.createExternalTable, { ARGS: [start] }) },
                { ALT: () => this.SUBRULE(this.createService, { ARGS: [start] }) },
                { ALT: () => this.SUBRULE(this.createModel, { ARGS: [start] }) },
              ],
            });
          },
        },
      ],
    });
  });

  /** `OR ALTER`, and DuckDB's `OR REPLACE`, where a definition can be replaced. */
  readonly orReplace: Rule<'replace'> = this.rule('orReplace', () => {
    this.CONSUME(T.K.OR);
    this.OR([{ ALT: () => this.CONSUME(T.K.ALTER) }, { ALT: () => this.CONSUME(T.K.REPLACE) }]);
    this.ACTION(() => {
      if (this.next(T.K.VIEW) || this.next(T.K.SEQUENCE) || this.atEnd()) return;
      this.refuse(`CREATE OR ALTER ${this.word()}`);
    });
    return 'replace';
  });

  readonly alterStatement: Rule<Statement> = this.rule('alterStatement', () => {
    const start = this.here();
    this.CONSUME(T.K.ALTER);
    return this.OR<Statement>({
      ERR_MSG: 'a kind of object',
      DEF: [
        { ALT: () => this.SUBRULE(this.alterTable, { ARGS: [start] }) },
        { ALT: () => this.SUBRULE(this.alterMaterializedView, { ARGS: [start] }) },
        {
          GATE: () => !this.next(T.K.MATERIALIZED),
          ALT: () => this.SUBRULE(this.createView, { ARGS: [start, 'must-exist'] }),
          IGNORE_AMBIGUITIES: true,
        },
        { ALT: () => this.SUBRULE(this.alterSequence, { ARGS: [start] }) },
        { ALT: () => this.SUBRULE(this.alterCredential, { ARGS: [start] }) },
        { ALT: () => this.SUBRULE(this.alterMasterKey, { ARGS: [start] }) },
        {
          ALT: () => {
            this.CONSUME(T.K.EXTERNAL);
            return this.OR1<Statement>({
              ERR_MSG: 'DATA SOURCE, SERVICE or MODEL',
              DEF: [
                { ALT: () => this.SUBRULE(this.alterDataSource, { ARGS: [start] }) },
                { ALT: () => this.SUBRULE(this.alterService, { ARGS: [start] }) },
                { ALT: () => this.SUBRULE(this.alterModel, { ARGS: [start] }) },
              ],
            });
          },
        },
      ],
    });
  });

  /** `SET @x = e`, `SET IDENTITY_INSERT t ON`, `SET name value`. */
  readonly setStatement: Rule<Statement> = this.rule('setStatement', () => {
    const start = this.here();
    this.CONSUME(T.K.SET);
    return this.OR<Statement>({
      ERR_MSG: 'a variable or the name of a setting',
      DEF: [
        { ALT: () => this.SUBRULE(this.setVariable, { ARGS: [start] }) },
        {
          GATE: () => !this.next(T.Equal, 2),
          ALT: () => this.SUBRULE(this.setIdentityInsert, { ARGS: [start] }),
          IGNORE_AMBIGUITIES: true,
        },
        {
          GATE: () => this.next(T.Comma, this.next(T.K.STATISTICS) ? 3 : 2),
          ALT: () => this.SUBRULE(this.settings, { ARGS: [start] }),
          IGNORE_AMBIGUITIES: true,
        },
        { ALT: () => this.SUBRULE(this.setting, { ARGS: [start] }) },
      ],
    });
  });

  /** `SET NOCOUNT, XACT_ABORT ON`, `SET STATISTICS IO, TIME ON`: as many settings of one value. */
  readonly settings: Rule<Block, [start: number]> = this.rule('settings', (start) => {
    const kind = this.OPTION({ GATE: () => this.next(T.K.STATISTICS), DEF: () => this.CONSUME(T.K.STATISTICS) });
    const names = this.list(() => this.SUBRULE(this.identifier));
    const value = this.SUBRULE(this.settingValue);
    return this.ACTION(() => {
      const span = this.since(start);
      const statements = names.map(({ name, ...rest }): SetStatement => {
        const whole = kind === undefined ? name : `${kind.image} ${name}`;
        return { kind: 'set', name: { ...rest, name: whole.toLowerCase() }, value, span };
      });
      return { kind: 'block', statements, span };
    });
  });

  readonly setIdentityInsert: Rule<SetIdentityInsert, [start: number]> = this.rule('setIdentityInsert', (start) => {
    this.CONSUME(T.K.IDENTITY_INSERT);
    const table = this.SUBRULE(this.objectName);
    const value = this.SUBRULE(this.settingValue);
    return this.ACTION(() => {
      const word = value.kind === 'word' ? value.value.toUpperCase() : '';
      if (word !== 'ON' && word !== 'OFF') {
        const params = { name: 'IDENTITY_INSERT', found: String(value.value), expected: 'ON or OFF' };
        throw error('syntax/option-value', params, { span: value.span });
      }
      return { kind: 'set-identity-insert', table, on: word === 'ON', span: this.since(start) };
    });
  });

  /** `SET name = value`, `SET NOCOUNT ON`, `SET TRANSACTION ISOLATION LEVEL READ COMMITTED`. */
  readonly setting: Rule<SetStatement, [start: number]> = this.rule('setting', (start) => {
    const words = [this.CONSUME(T.Name)];
    const count = this.ACTION(() => SETTING_WORDS.get(words[0]?.image.toUpperCase() ?? '') ?? 1);
    this.MANY({ GATE: () => words.length < count, DEF: () => words.push(this.CONSUME1(T.Name)) });
    this.OPTION(() => this.CONSUME(T.Equal));
    let value = this.OR<SetStatement['value']>({
      ERR_MSG: 'a number, a string or a word',
      DEF: [
        {
          ALT: () => {
            const token = this.CONSUME(T.Variable);
            return this.ACTION(() => ({ kind: 'parameter', name: token.image.slice(1), span: spanOf(token) }));
          },
        },
        { ALT: () => this.SUBRULE(this.settingValue) },
      ],
    });
    this.OPTION1({
      GATE: () => count > 2 && value.kind === 'word' && ISOLATION_LEVELS.has(value.value.toUpperCase()),
      DEF: () => {
        const second = this.CONSUME2(T.Name);
        this.ACTION(() => {
          if (value.kind !== 'word') return;
          value = { kind: 'word', value: `${value.value} ${second.image}`, span: this.since(value.span.start) };
        });
      },
    });
    return this.ACTION(() => {
      const name = joinedName(words);
      return { kind: 'set', name: { ...name, name: name.name.toLowerCase() }, value, span: this.since(start) };
    });
  });

  protected override refuseUnsupported(): void {
    const found = unsupportedStatement((ahead) => this.LA(ahead + 1));
    if (found !== undefined) throw found;
  }

  private enter(): void {
    if (++this.depth > MAX_STATEMENT_DEPTH)
      throw error('syntax/too-deep', { limit: MAX_STATEMENT_DEPTH }, { span: spanOf(this.LA(1)) });
    this.refuseUnsupported();
  }

  /** Whether WITH introduces a statement that changes rows. */
  private changeFollows(): boolean {
    return changesRows((ahead) => this.LA(ahead + 1));
  }
}
