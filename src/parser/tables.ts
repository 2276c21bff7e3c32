// Grammar layer 9: tables: their columns, constraints and layout, CREATE TABLE with and without a query, ALTER TABLE.

import type { TokenType } from 'chevrotain';
import { error } from '../common/errors.ts';
import type {
  AddColumns,
  AlterColumn,
  AlterTable,
  CreateTable,
  CreateTableAs,
  DefaultConstraint,
  DropColumns,
  DropConstraints,
  Expression,
  Identifier,
  OtherTableChange,
  TableColumn,
  TableConstraint,
} from './ast.ts';
import { ExternalObjects } from './external-objects.ts';
import type { Rule } from './kit.ts';
import { identifierOf } from './literals.ts';
import { joinedName } from './queries.ts';
import { unexpected } from './syntax-error.ts';
import {
  type ColumnParts,
  checkTyped,
  columnOf,
  layoutOf,
  nameOnly,
  newColumn,
  type RawLayoutOption,
  typedInAs,
} from './table-parts.ts';
import { spanOf } from './token-span.ts';
import * as T from './tokens.ts';

interface Elements {
  readonly columns: TableColumn[];
  readonly constraints: TableConstraint[];
}

export abstract class Tables extends ExternalObjects {
  readonly createTable: Rule<CreateTable | CreateTableAs, [start: number]> = this.rule('createTable', (start) => {
    this.CONSUME(T.K.TABLE);
    const existing = this.SUBRULE(this.ifNotExists);
    const name = this.SUBRULE(this.objectName);
    const elements = this.OPTION(() => this.SUBRULE(this.tableElements)) ?? newElements();
    this.OPTION1(() => this.SUBRULE(this.fileGroup));
    const options = this.OPTION2(() => this.SUBRULE(this.layoutOptions)) ?? [];
    this.OPTION3(() => this.SUBRULE1(this.fileGroup));
    const graph = this.OPTION6({
      GATE: () => this.word(2) === 'NODE' || this.word(2) === 'EDGE',
      DEF: () => {
        const words = [this.CONSUME1(T.K.AS), this.CONSUME(T.Word)];
        return this.ACTION(() => joinedName(words));
      },
    });
    const body = this.OPTION4(() => {
      this.CONSUME(T.K.AS);
      const query = this.SUBRULE(this.query);
      return { query, options: this.OPTION5(() => this.SUBRULE(this.queryOptions)) ?? [] };
    });
    return this.ACTION(() => {
      const layout = layoutOf(options);
      const span = this.since(start);
      if (body === undefined) {
        if (elements.columns.length === 0 && graph === undefined)
          throw unexpected(this.foundNext(), this.LA(0), '"(" or AS');
        for (const column of elements.columns) checkTyped(column);
        return { kind: 'create-table', existing, name, ...elements, layout, deferred: graph, span };
      }
      const columns = elements.columns.map(nameOnly);
      const [constraint] = elements.constraints;
      if (constraint !== undefined) throw typedInAs(constraint.span);
      return { kind: 'create-table-as', existing, name, columns, layout, ...body, span };
    });
  });

  readonly tableElements: Rule<Elements> = this.rule('tableElements', () => {
    const elements = newElements();
    this.CONSUME(T.LeftParen);
    // T-SQL lets a comma end the list.
    this.list(() =>
      this.when(
        0,
        () => !this.next(T.RightParen),
        () => this.SUBRULE(this.tableElement, { ARGS: [elements] }),
      ),
    );
    this.closeList();
    return elements;
  });

  readonly tableElement: Rule<void, [elements: Elements]> = this.rule('tableElement', (elements = newElements()) => {
    this.OR({
      IGNORE_AMBIGUITIES: true,
      ERR_MSG: 'a column or a constraint',
      DEF: [
        {
          GATE: () => this.constraintFollows(),
          ALT: () => elements.constraints.push(this.SUBRULE(this.tableConstraint)),
        },
        {
          GATE: () => this.indexFollows(),
          ALT: () => this.SUBRULE(this.inlineIndex),
          IGNORE_AMBIGUITIES: true,
        },
        { ALT: () => elements.columns.push(this.SUBRULE(this.tableColumn)) },
      ],
    });
  });

  /** A name alone is a column of CREATE TABLE … AS. */
  readonly tableColumn: Rule<TableColumn> = this.rule('tableColumn', () => {
    const start = this.here();
    const name = this.SUBRULE(this.identifier);
    const parts: ColumnParts = newColumn();
    this.OPTION(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(T.K.AS);
            parts.computed = this.SUBRULE(this.operation);
            this.OPTION1(() => this.CONSUME(T.K.PERSISTED));
          },
        },
        {
          ALT: () => {
            parts.type = this.SUBRULE(this.typeName);
          },
        },
      ]);
      this.MANY(() => this.SUBRULE(this.columnAttribute, { ARGS: [parts] }));
    });
    return this.ACTION(() => columnOf(name, parts, this.since(start)));
  });

  readonly columnAttribute: Rule<void, [parts: ColumnParts]> = this.rule('columnAttribute', (parts = newColumn()) => {
    const start = this.LA(1);
    const once = (what: string, given: unknown) =>
      this.ACTION(() => {
        if (given !== undefined) throw error('syntax/repeated-option', { name: what }, { span: spanOf(start) });
      });
    const constraintName = this.OPTION(() => {
      this.CONSUME(T.K.CONSTRAINT);
      return this.SUBRULE(this.identifier);
    });
    this.OR({
      ERR_MSG: 'NULL, DEFAULT, PRIMARY KEY, UNIQUE, CHECK or REFERENCES',
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.K.COLLATE);
            once('COLLATE', parts.collation);
            parts.collation = this.SUBRULE1(this.identifier);
          },
        },
        {
          GATE: () => this.next(T.K.FOR, 2),
          ALT: () => this.SUBRULE(this.notForReplication),
          IGNORE_AMBIGUITIES: true,
        },
        {
          ALT: () => {
            const not = this.OPTION1(() => this.CONSUME(T.K.NOT));
            this.CONSUME(T.K.NULL);
            once('NULL', parts.nullable);
            parts.nullable = not === undefined;
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.DEFAULT);
            once('DEFAULT', parts.default);
            parts.default = this.SUBRULE(this.operation);
            // The new column of a table that has rows gets the default there anyhow.
            this.OPTION3({
              GATE: () => this.next(T.K.VALUES, 2),
              DEF: () => {
                this.CONSUME1(T.K.WITH);
                this.CONSUME(T.K.VALUES);
              },
            });
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.IDENTITY);
            once('IDENTITY', parts.identity);
            const given = this.OPTION2(() => this.SUBRULE(this.identityValues));
            parts.identity = given ?? { seed: 1, increment: 1 };
          },
        },
        { ALT: () => this.SUBRULE(this.inlineIndex) },
        {
          ALT: () => {
            const token = this.OR1([
              { ALT: () => this.CONSUME(T.K.SPARSE) },
              { ALT: () => this.CONSUME(T.K.FILESTREAM) },
              { ALT: () => this.CONSUME(T.K.ROWGUIDCOL) },
              { ALT: () => this.CONSUME(T.K.HIDDEN) },
            ]);
            parts.deferred.push(this.ACTION(() => identifierOf(token)));
          },
        },
        {
          ALT: () => {
            const token = this.OR2([
              { ALT: () => this.CONSUME(T.K.MASKED) },
              { ALT: () => this.CONSUME(T.K.ENCRYPTED) },
            ]);
            this.CONSUME(T.K.WITH);
            this.SUBRULE(this.ignored);
            parts.deferred.push(this.ACTION(() => identifierOf(token)));
          },
        },
        {
          ALT: () => {
            const constraint = this.SUBRULE(this.columnConstraint);
            parts.constraints.push(this.ACTION(() => ({ ...constraint, name: constraintName })));
          },
        },
      ],
    });
  });

  /** `INDEX i NONCLUSTERED (a)` in a table, `INDEX i` beside a column: none changes an answer. */
  readonly inlineIndex: Rule<void> = this.rule('inlineIndex', () => {
    this.CONSUME(T.K.INDEX);
    this.SUBRULE(this.identifier);
    this.OPTION(() => this.CONSUME(T.K.UNIQUE));
    this.OPTION1(() => this.SUBRULE(this.clustering));
    this.OPTION2(() => this.CONSUME(T.K.COLUMNSTORE));
    this.OPTION7({ GATE: () => this.word() === 'HASH', DEF: () => this.CONSUME(T.Word) });
    this.OPTION3(() => this.SUBRULE(this.sortedColumns));
    this.OPTION4(() => {
      this.CONSUME(T.K.INCLUDE);
      this.SUBRULE(this.columnList);
    });
    this.OPTION5(() => {
      this.CONSUME(T.K.WHERE);
      this.SUBRULE(this.expression);
    });
    this.OPTION6({
      GATE: () => this.next(T.LeftParen, 2),
      DEF: () => {
        this.CONSUME(T.K.WITH);
        this.SUBRULE(this.ignored);
      },
    });
  });

  readonly identityValues: Rule<{ seed: number; increment: number }> = this.rule('identityValues', () => {
    this.CONSUME(T.LeftParen);
    const seed = this.SUBRULE(this.wholeNumber);
    this.CONSUME(T.Comma);
    const increment = this.SUBRULE1(this.wholeNumber);
    this.CONSUME(T.RightParen);
    return this.ACTION(() => ({ seed: Number(seed), increment: Number(increment) }));
  });

  readonly wholeNumber: Rule<bigint> = this.rule('wholeNumber', () => {
    const sign = this.OPTION(() =>
      this.OR([{ ALT: () => this.CONSUME(T.Minus) }, { ALT: () => this.CONSUME(T.Plus) }]),
    );
    const token = this.CONSUME(T.Integer);
    return this.ACTION(() => (sign?.image === '-' ? -BigInt(token.image) : BigInt(token.image)));
  });

  /** A constraint beside a column: without its columns. */
  readonly columnConstraint: Rule<TableConstraint> = this.rule('columnConstraint', () => {
    const start = this.here();
    return this.OR<TableConstraint>([
      {
        ALT: () => {
          const kind = this.SUBRULE(this.keyKind);
          const enforced = this.SUBRULE(this.enforcement);
          return this.ACTION(() => ({ kind, name: undefined, columns: [], enforced, span: this.since(start) }));
        },
      },
      { ALT: () => this.SUBRULE(this.check) },
      {
        ALT: () => {
          this.OPTION(() => {
            this.CONSUME(T.K.FOREIGN);
            this.CONSUME(T.K.KEY);
          });
          return this.SUBRULE(this.references, { ARGS: [start, []] });
        },
      },
    ]);
  });

  readonly tableConstraint: Rule<TableConstraint> = this.rule('tableConstraint', () => {
    const start = this.here();
    const name = this.OPTION(() => {
      this.CONSUME(T.K.CONSTRAINT);
      return this.SUBRULE(this.identifier);
    });
    const constraint = this.OR<TableConstraint>({
      ERR_MSG: 'PRIMARY KEY, UNIQUE, CHECK or FOREIGN KEY',
      DEF: [
        {
          ALT: () => {
            const kind = this.SUBRULE(this.keyKind);
            const columns = this.SUBRULE(this.sortedColumns);
            const enforced = this.SUBRULE(this.enforcement);
            return this.ACTION(() => ({ kind, name, columns, enforced, span: this.since(start) }));
          },
        },
        { ALT: () => this.SUBRULE(this.check) },
        {
          ALT: () => {
            this.CONSUME(T.K.FOREIGN);
            this.CONSUME(T.K.KEY);
            const columns = this.SUBRULE(this.columnList);
            return this.SUBRULE(this.references, { ARGS: [start, columns] });
          },
        },
        { ALT: () => this.SUBRULE(this.defaultFor) },
      ],
    });
    return this.ACTION(() => ({ ...constraint, name, span: this.since(start) }));
  });

  /** `PRIMARY KEY NONCLUSTERED`: clustering has no effect. */
  readonly keyKind: Rule<'primary-key' | 'unique'> = this.rule('keyKind', () => {
    const kind = this.OR<'primary-key' | 'unique'>([
      { ALT: () => this.CONSUME(T.K.PRIMARY) && this.CONSUME(T.K.KEY) && 'primary-key' },
      { ALT: () => this.CONSUME(T.K.UNIQUE) && 'unique' },
    ]);
    this.OPTION(() => this.SUBRULE(this.clustering));
    return kind;
  });

  readonly clustering: Rule<void> = this.rule('clustering', () => {
    this.OR([{ ALT: () => this.CONSUME(T.K.CLUSTERED) }, { ALT: () => this.CONSUME(T.K.NONCLUSTERED) }]);
  });

  /** `[WITH (…)] [ON filegroup] [NOT ENFORCED]`. */
  readonly enforcement: Rule<boolean> = this.rule('enforcement', () => {
    this.OPTION(() => {
      this.CONSUME(T.K.WITH);
      this.SUBRULE(this.ignored);
    });
    this.OPTION1(() => this.SUBRULE(this.fileGroup));
    const not = this.OPTION2({
      GATE: () => this.next(T.K.ENFORCED, 2),
      DEF: () => {
        this.CONSUME(T.K.NOT);
        return this.CONSUME(T.K.ENFORCED);
      },
    });
    return not === undefined;
  });

  readonly check: Rule<TableConstraint> = this.rule('check', () => {
    const start = this.here();
    this.CONSUME(T.K.CHECK);
    this.OPTION(() => this.SUBRULE(this.notForReplication));
    this.CONSUME(T.LeftParen);
    const condition = this.SUBRULE(this.expression);
    this.CONSUME(T.RightParen);
    return this.ACTION(() => ({ kind: 'check', name: undefined, condition, span: this.since(start) }));
  });

  readonly references: Rule<TableConstraint, [start: number, columns: readonly Identifier[]]> = this.rule(
    'references',
    (start, columns) => {
      this.CONSUME(T.K.REFERENCES);
      const table = this.SUBRULE(this.objectName);
      const referenced = this.OPTION(() => this.SUBRULE(this.columnList)) ?? [];
      const actions: Identifier[] = [];
      this.MANY({ GATE: () => this.referentialFollows(), DEF: () => actions.push(this.SUBRULE(this.referential)) });
      this.OPTION1({
        GATE: () => this.next(T.K.FOR, 2),
        DEF: () => this.SUBRULE(this.notForReplication),
      });
      this.SUBRULE(this.enforcement);
      return this.ACTION(() => ({
        kind: 'foreign-key',
        name: undefined,
        columns,
        table,
        referenced,
        deferred: actions.filter(({ name }) => !name.endsWith('NO ACTION')),
        span: this.since(start),
      }));
    },
  );

  /** `ON DELETE CASCADE`, `ON UPDATE SET NULL`, `ON DELETE NO ACTION`. */
  readonly referential: Rule<Identifier> = this.rule('referential', () => {
    const words = [this.CONSUME(T.K.ON)];
    words.push(this.OR([{ ALT: () => this.CONSUME(T.K.DELETE) }, { ALT: () => this.CONSUME(T.K.UPDATE) }]));
    this.OR1({
      ERR_MSG: 'NO ACTION, CASCADE, SET NULL or SET DEFAULT',
      DEF: [
        { ALT: () => words.push(this.CONSUME(T.K.NO), this.CONSUME(T.Word)) },
        { ALT: () => words.push(this.CONSUME(T.K.CASCADE)) },
        {
          ALT: () => {
            words.push(this.CONSUME(T.K.SET));
            words.push(this.OR2([{ ALT: () => this.CONSUME(T.K.NULL) }, { ALT: () => this.CONSUME(T.K.DEFAULT) }]));
          },
        },
      ],
    });
    return this.ACTION(() => joinedName(words));
  });

  /** `NOT FOR REPLICATION`: nothing is replicated. */
  readonly notForReplication: Rule<void> = this.rule('notForReplication', () => {
    this.CONSUME(T.K.NOT);
    this.CONSUME(T.K.FOR);
    this.CONSUME(T.Name);
  });

  readonly defaultFor: Rule<DefaultConstraint> = this.rule('defaultFor', () => {
    const start = this.here();
    this.CONSUME(T.K.DEFAULT);
    const value = this.SUBRULE(this.operation);
    this.CONSUME(T.K.FOR);
    const column = this.SUBRULE(this.identifier);
    return this.ACTION(() => ({ kind: 'default-for', name: undefined, value, column, span: this.since(start) }));
  });

  /** `(a, b DESC)`: the direction changes no answer. */
  readonly sortedColumns: Rule<Identifier[]> = this.rule('sortedColumns', () => {
    this.CONSUME(T.LeftParen);
    const columns = this.list(() => {
      const column = this.SUBRULE(this.identifier);
      this.OPTION(() => this.OR([{ ALT: () => this.CONSUME(T.K.ASC) }, { ALT: () => this.CONSUME(T.K.DESC) }]));
      return column;
    });
    this.closeList();
    return columns;
  });

  /** `ON [PRIMARY]`: where the files lie, without effect. */
  readonly fileGroup: Rule<void> = this.rule('fileGroup', () => {
    this.CONSUME(T.K.ON);
    this.SUBRULE(this.identifier);
    this.OPTION(() => this.SUBRULE(this.columnList));
    this.OPTION1({
      GATE: () => this.word() === 'TEXTIMAGE_ON' || this.word() === 'FILESTREAM_ON',
      DEF: () => {
        this.CONSUME(T.Word);
        this.SUBRULE1(this.identifier);
      },
    });
  });

  /** `WITH (DISTRIBUTION = HASH (a), CLUSTERED COLUMNSTORE INDEX, PARTITION (a RANGE FOR VALUES (1)))`. */
  readonly layoutOptions: Rule<RawLayoutOption[]> = this.rule('layoutOptions', () => {
    this.CONSUME(T.K.WITH);
    this.CONSUME(T.LeftParen);
    const options = this.list(() => this.SUBRULE(this.layoutOption));
    this.closeList();
    return options;
  });

  readonly layoutOption: Rule<RawLayoutOption> = this.rule('layoutOption', () => {
    const words = [this.CONSUME(T.AnyWord)];
    const isPartition = this.ACTION(() => this.next(T.LeftParen) && words[0]?.image.toUpperCase() === 'PARTITION');
    return this.branch<RawLayoutOption>(
      0,
      () => isPartition,
      () => {
        const partition = this.SUBRULE(this.tablePartition);
        return { words, value: undefined, columns: [], partition };
      },
      () => {
        this.MANY({ GATE: () => !this.next(T.K.ORDER), DEF: () => words.push(this.CONSUME1(T.AnyWord)) });
        const value = this.OPTION(() => {
          this.CONSUME(T.Equal);
          return this.CONSUME2(T.AnyWord);
        });
        const columns = this.OPTION1(() => this.SUBRULE(this.sortedColumns)) ?? [];
        // DATA_COMPRESSION = PAGE ON PARTITIONS (1 TO 3)
        this.OPTION3({
          GATE: () => words[0]?.image.toUpperCase() === 'DATA_COMPRESSION',
          DEF: () => {
            this.CONSUME(T.K.ON);
            this.CONSUME3(T.AnyWord);
            this.SUBRULE(this.ignored);
          },
        });
        const ordered = this.OPTION2(() => {
          this.CONSUME(T.K.ORDER);
          return this.SUBRULE1(this.sortedColumns);
        });
        return { words, value, columns: ordered ?? columns, partition: undefined };
      },
    );
  });

  /** `(a RANGE [LEFT | RIGHT] FOR VALUES (1, 2))`. */
  readonly tablePartition: Rule<RawLayoutOption['partition']> = this.rule('tablePartition', () => {
    this.CONSUME(T.LeftParen);
    const column = this.SUBRULE(this.identifier);
    this.CONSUME(T.K.RANGE);
    const side = this.OPTION(() =>
      this.OR<'left' | 'right'>([
        { ALT: () => this.CONSUME(T.K.LEFT) && 'left' },
        { ALT: () => this.CONSUME(T.K.RIGHT) && 'right' },
      ]),
    );
    this.CONSUME(T.K.FOR);
    this.CONSUME(T.K.VALUES);
    this.CONSUME1(T.LeftParen);
    const values: Expression[] = this.list(() => this.SUBRULE(this.expression), T.RightParen);
    this.CONSUME(T.RightParen);
    this.CONSUME1(T.RightParen);
    return { column, range: side ?? 'left', values };
  });

  readonly alterTable: Rule<AlterTable, [start: number]> = this.rule('alterTable', (start) => {
    this.CONSUME(T.K.TABLE);
    const name = this.SUBRULE(this.objectName);
    this.OPTION(() => {
      this.CONSUME(T.K.WITH);
      this.SUBRULE(this.checkWord);
    });
    const action = this.OR<AlterTable['action']>({
      ERR_MSG: 'ADD, DROP or ALTER COLUMN',
      DEF: [
        {
          GATE: () => this.otherChangeFollows(),
          ALT: () => this.SUBRULE(this.otherTableChange),
          IGNORE_AMBIGUITIES: true,
        },
        { ALT: () => this.SUBRULE(this.addColumns) },
        { ALT: () => this.SUBRULE(this.dropColumns) },
        { ALT: () => this.SUBRULE(this.alterColumn) },
      ],
    });
    return this.ACTION(() => ({ kind: 'alter-table', name, action, span: this.since(start) }));
  });

  /** `WITH CHECK`, `WITH NOCHECK` before ADD. */
  readonly checkWord: Rule<void> = this.rule('checkWord', () => {
    this.OR([{ ALT: () => this.CONSUME(T.K.CHECK) }, { ALT: () => this.CONSUME(T.K.NOCHECK) }]);
  });

  readonly addColumns: Rule<AddColumns> = this.rule('addColumns', () => {
    const start = this.here();
    const elements = newElements();
    this.CONSUME(T.K.ADD);
    this.list(() => this.SUBRULE(this.tableElement, { ARGS: [elements] }));
    return this.ACTION(() => {
      for (const column of elements.columns) checkTyped(column);
      return { kind: 'add', ...elements, span: this.since(start) };
    });
  });

  readonly dropColumns: Rule<DropColumns | DropConstraints | OtherTableChange> = this.rule('dropColumns', () => {
    const start = this.here();
    this.CONSUME(T.K.DROP);
    const kinds: (TokenType | undefined)[] = [];
    let ifExists = false;
    const names = this.list(() => {
      const written = this.OPTION(() =>
        this.OR([{ ALT: () => this.CONSUME(T.K.COLUMN) }, { ALT: () => this.CONSUME(T.K.CONSTRAINT) }]),
      );
      this.ACTION(() => kinds.push(written?.tokenType ?? kinds.at(-1)));
      ifExists = this.SUBRULE(this.ifExists) || ifExists;
      return this.SUBRULE(this.identifier);
    });
    this.OPTION2({ GATE: () => this.next(T.LeftParen, 2), DEF: () => this.SUBRULE(this.withoutEffect) });
    return this.ACTION(() => {
      const span = this.since(start);
      const isColumn = kinds[0] === T.K.COLUMN;
      if (kinds.some((kind) => (kind === T.K.COLUMN) !== isColumn))
        return { kind: 'other', what: 'DROP of columns and constraints at once', span };
      return isColumn
        ? { kind: 'drop-columns', columns: names, ifExists, span }
        : { kind: 'drop-constraints', constraints: names, ifExists, span };
    });
  });

  /** `WITH (ONLINE = ON)`. */
  readonly withoutEffect: Rule<void> = this.rule('withoutEffect', () => {
    this.CONSUME(T.K.WITH);
    this.SUBRULE(this.ignored);
  });

  readonly ifExists: Rule<boolean> = this.rule('ifExists', () => {
    const found = this.OPTION(() => {
      this.CONSUME(T.K.IF);
      return this.CONSUME(T.K.EXISTS);
    });
    return found !== undefined;
  });

  /** `SET (SYSTEM_VERSIONING = ON (…))`, `REBUILD WITH (…)`, `NOCHECK CONSTRAINT ALL`, `SWITCH TO t`: to the statement's end. */
  readonly otherTableChange: Rule<OtherTableChange> = this.rule('otherTableChange', () => {
    const start = this.here();
    const words = [this.CONSUME(T.AnyWord)];
    this.ACTION(() => {
      if (words[0]?.tokenType === T.K.ALTER || words[0]?.tokenType === T.K.ADD) words.push(this.LA(1));
    });
    this.MANY({
      GATE: () => !this.statementFollows(),
      DEF: () => {
        this.OR([{ ALT: () => this.CONSUME(T.Filler) }, { ALT: () => this.SUBRULE(this.ignored) }]);
      },
    });
    return this.ACTION(() => {
      const what = words.map((word) => word.image.toUpperCase()).join(' ');
      return { kind: 'other', what, span: this.since(start) };
    });
  });

  readonly alterColumn: Rule<AlterColumn> = this.rule('alterColumn', () => {
    const start = this.here();
    this.CONSUME(T.K.ALTER);
    this.CONSUME(T.K.COLUMN);
    const column = this.SUBRULE(this.identifier);
    const type = this.SUBRULE(this.typeName);
    const collation = this.OPTION(() => {
      this.CONSUME(T.K.COLLATE);
      return this.SUBRULE1(this.identifier);
    });
    const nullable = this.OPTION1(() => {
      const not = this.OPTION2(() => this.CONSUME(T.K.NOT));
      this.CONSUME(T.K.NULL);
      return not === undefined;
    });
    this.OPTION3({ GATE: () => this.next(T.LeftParen, 2), DEF: () => this.SUBRULE(this.withoutEffect) });
    return this.ACTION(() => ({ kind: 'alter-column', column, type, collation, nullable, span: this.since(start) }));
  });

  private otherChangeFollows(): boolean {
    if (this.next(T.K.ALTER)) return this.next(T.K.ADD, 4) || this.next(T.K.DROP, 4);
    if (this.next(T.K.ADD)) return this.next(T.LeftParen, 2) || this.word(2) === 'PERIOD';
    if (this.next(T.K.DROP)) return this.word(2) === 'PERIOD';
    return OTHER_CHANGES.has(this.word());
  }

  /** Whether the next token starts another statement, and is none of the words of ALTER TABLE. */
  private statementFollows(): boolean {
    if (this.next(T.K.WITH)) return !this.next(T.LeftParen, 2);
    // ALTER COLUMN a DROP MASKED
    if (this.LA(-1).tokenType === T.K.COLUMN) return false;
    return this.LA(0).tokenType !== T.Comma && STATEMENTS.has(this.LA(1).tokenType);
  }

  /** `ON DELETE`, and not `ON filegroup`. */
  private referentialFollows(): boolean {
    return this.next(T.K.ON) && (this.next(T.K.DELETE, 2) || this.next(T.K.UPDATE, 2));
  }

  /** CONSTRAINT, or a constraint without a name: `PRIMARY KEY`, `CHECK (`. */
  private constraintFollows(): boolean {
    if (this.next(T.K.CONSTRAINT) || this.next(T.K.UNIQUE) || this.next(T.K.FOREIGN) || this.next(T.K.DEFAULT))
      return true;
    return this.next(T.K.PRIMARY) || (this.next(T.K.CHECK) && (this.next(T.LeftParen, 2) || this.next(T.K.NOT, 2)));
  }

  /** `INDEX i (a)`, `INDEX i UNIQUE`, and not a column named index. */
  private indexFollows(): boolean {
    if (!this.isA(T.Name, 2)) return false;
    const third = this.LA(3).tokenType;
    if (third === T.LeftParen) return !this.next(T.Integer, 4) && !this.next(T.K.MAX, 4);
    return INDEX_KINDS.has(third);
  }

  protected foundNext() {
    return this.atEnd() ? undefined : this.LA(1);
  }
}

const OTHER_CHANGES: ReadonlySet<string> = new Set([
  ...['SET', 'CHECK', 'NOCHECK', 'ENABLE', 'DISABLE', 'SWITCH', 'SPLIT', 'MERGE', 'REBUILD'],
]);
const STATEMENTS: ReadonlySet<unknown> = new Set([
  ...[T.K.SELECT, T.K.INSERT, T.K.UPDATE, T.K.DELETE, T.K.MERGE, T.K.CREATE, T.K.ALTER, T.K.DROP, T.K.DECLARE, T.K.SET],
  ...[T.K.IF, T.K.ELSE, T.K.WHILE, T.K.BEGIN, T.K.END, T.K.PRINT, T.K.EXEC, T.K.EXECUTE, T.K.TRUNCATE, T.K.GRANT],
]);
const INDEX_KINDS: ReadonlySet<unknown> = new Set([...[T.K.UNIQUE, T.K.CLUSTERED, T.K.NONCLUSTERED, T.K.COLUMNSTORE]]);

function newElements(): Elements {
  return { columns: [], constraints: [] };
}
