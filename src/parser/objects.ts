// Grammar layer 10: what a database holds beside tables: views, schemas, sequences, statistics, indexes; DROP and RENAME.

import { error } from '../common/errors.ts';
import type {
  AlterMaterializedView,
  AlterSequence,
  CreateDatabase,
  CreateIndex,
  CreateSchema,
  CreateSequence,
  CreateStatistics,
  CreateView,
  DropObject,
  Identifier,
  IfExists,
  MasterKey,
  ObjectName,
  Permission,
  RenameObject,
  SequenceOptions,
  UpdateStatistics,
} from './ast.ts';
import type { Rule } from './kit.ts';
import { unexpected } from './syntax-error.ts';
import { Tables } from './tables.ts';
import { spanOf } from './token-span.ts';
import * as T from './tokens.ts';

type SequenceParts = { -readonly [K in keyof SequenceOptions]: SequenceOptions[K] } & {
  restart: AlterSequence['restart'];
};

export abstract class Objects extends Tables {
  /** @param existing what CREATE OR ALTER said; IF NOT EXISTS may still say more */
  readonly createView: Rule<CreateView, [start: number, existing: CreateView['existing']]> = this.rule(
    'createView',
    (start, existing) => {
      // A materialised view answers as any other does.
      this.OPTION3(() => this.CONSUME(T.K.MATERIALIZED));
      this.CONSUME(T.K.VIEW);
      const skip = this.SUBRULE(this.ifNotExists);
      const name = this.SUBRULE(this.objectName);
      const columns = this.OPTION(() => this.SUBRULE(this.columnList)) ?? [];
      this.OPTION1(() => {
        this.CONSUME(T.K.WITH);
        this.OR([
          { ALT: () => this.SUBRULE(this.ignored) },
          { ALT: () => this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.viewAttribute) }) },
        ]);
      });
      this.CONSUME(T.K.AS);
      const query = this.SUBRULE(this.query);
      const checkOption = this.OPTION2(() => {
        this.CONSUME1(T.K.WITH);
        this.CONSUME(T.K.CHECK);
        return this.CONSUME(T.K.OPTION);
      });
      return this.ACTION(() => ({
        kind: 'create-view',
        existing: existing === 'fail' ? skip : existing,
        name,
        columns,
        query,
        checkOption: checkOption !== undefined,
        span: this.since(start),
      }));
    },
  );

  /** `ALTER MATERIALIZED VIEW v REBUILD`. */
  readonly alterMaterializedView: Rule<AlterMaterializedView, [start: number]> = this.rule(
    'alterMaterializedView',
    (start) => {
      this.CONSUME(T.K.MATERIALIZED);
      this.CONSUME(T.K.VIEW);
      const name = this.SUBRULE(this.objectName);
      const word = this.CONSUME(T.Name);
      return this.ACTION(() => {
        const action = MATERIALIZED_ACTIONS.find((known) => known === word.image.toLowerCase());
        if (action === undefined) throw unexpected(word, this.LA(-1), 'REBUILD or DISABLE');
        return { kind: 'alter-materialized-view', name, action, span: this.since(start) };
      });
    },
  );

  /** SCHEMABINDING, VIEW_METADATA, ENCRYPTION: without effect. */
  readonly viewAttribute: Rule<void> = this.rule('viewAttribute', () => {
    const name = this.CONSUME(T.Name);
    this.ACTION(() => {
      if (['SCHEMABINDING', 'VIEW_METADATA', 'ENCRYPTION'].includes(name.image.toUpperCase())) return;
      const params = { name: name.image, statement: 'CREATE VIEW' };
      throw error('syntax/unknown-option', params, { span: spanOf(name) });
    });
  });

  readonly createSchema: Rule<CreateSchema, [start: number]> = this.rule('createSchema', (start) => {
    this.CONSUME(T.K.SCHEMA);
    const existing = this.SUBRULE(this.ifNotExists);
    const name = this.OPTION1(() => this.SUBRULE(this.identifier));
    const owner = this.OPTION(() => {
      this.CONSUME(T.K.AUTHORIZATION);
      return this.SUBRULE1(this.identifier);
    });
    return this.ACTION(() => {
      // A schema without a name has its owner's.
      const named = name ?? owner;
      if (named === undefined) throw unexpected(this.atEnd() ? undefined : this.LA(1), this.LA(0), 'a name');
      return { kind: 'create-schema', existing, name: named, span: this.since(start) };
    });
  });

  readonly createDatabase: Rule<CreateDatabase, [start: number]> = this.rule('createDatabase', (start) => {
    this.CONSUME(T.K.DATABASE);
    const existing = this.SUBRULE(this.ifNotExists);
    const name = this.SUBRULE(this.identifier);
    return this.ACTION(() => ({ kind: 'create-database', existing, name, span: this.since(start) }));
  });

  readonly createSequence: Rule<CreateSequence, [start: number, existing: IfExists]> = this.rule(
    'createSequence',
    (start, existing) => {
      this.CONSUME(T.K.SEQUENCE);
      const skip = this.SUBRULE(this.ifNotExists);
      const name = this.SUBRULE(this.objectName);
      const type = this.OPTION(() => {
        this.CONSUME(T.K.AS);
        return this.SUBRULE(this.typeName);
      });
      const { restart, ...options } = this.SUBRULE(this.sequenceOptions, { ARGS: [false] }) ?? noSequenceOptions();
      return this.ACTION(() => ({
        kind: 'create-sequence',
        existing: existing === 'fail' ? skip : existing,
        name,
        type,
        options,
        span: this.since(start),
      }));
    },
  );

  readonly alterSequence: Rule<AlterSequence, [start: number]> = this.rule('alterSequence', (start) => {
    this.CONSUME(T.K.SEQUENCE);
    const name = this.SUBRULE(this.objectName);
    const { restart, ...options } = this.SUBRULE(this.sequenceOptions, { ARGS: [true] }) ?? noSequenceOptions();
    return this.ACTION(() => ({ kind: 'alter-sequence', name, options, restart, span: this.since(start) }));
  });

  readonly sequenceOptions: Rule<SequenceParts, [altered: boolean]> = this.rule('sequenceOptions', (altered) => {
    const parts = noSequenceOptions();
    const given = new Set<string>();
    this.MANY(() => {
      const first = this.LA(1);
      this.ACTION(() => {
        const name = this.next(T.K.NO) ? this.word(2) : this.word();
        const refused = altered ? 'START' : 'RESTART';
        if (name === refused)
          throw error(
            'syntax/unknown-option',
            { name, statement: `${altered ? 'ALTER' : 'CREATE'} SEQUENCE` },
            { span: spanOf(first) },
          );
        if (given.has(name)) throw error('syntax/repeated-option', { name }, { span: spanOf(first) });
        given.add(name);
      });
      this.SUBRULE(this.sequenceOption, { ARGS: [parts] });
    });
    return parts;
  });

  readonly sequenceOption: Rule<void, [parts: SequenceParts]> = this.rule(
    'sequenceOption',
    (parts = noSequenceOptions()) => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(T.K.START);
            this.CONSUME(T.K.WITH);
            parts.start = this.SUBRULE(this.wholeNumber);
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.RESTART);
            const at = this.OPTION(() => {
              this.CONSUME1(T.K.WITH);
              return this.SUBRULE1(this.wholeNumber);
            });
            parts.restart = at ?? 'start';
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.INCREMENT);
            this.CONSUME(T.K.BY);
            parts.increment = this.SUBRULE2(this.wholeNumber);
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.MINVALUE);
            parts.minimum = this.SUBRULE3(this.wholeNumber);
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.MAXVALUE);
            parts.maximum = this.SUBRULE4(this.wholeNumber);
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.CYCLE);
            parts.cycle = true;
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.CACHE);
            this.OPTION1(() => this.SUBRULE5(this.wholeNumber));
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.NO);
            this.OR1([
              {
                ALT: () => {
                  this.CONSUME1(T.K.MINVALUE);
                  parts.minimum = 'none';
                },
              },
              {
                ALT: () => {
                  this.CONSUME1(T.K.MAXVALUE);
                  parts.maximum = 'none';
                },
              },
              {
                ALT: () => {
                  this.CONSUME1(T.K.CYCLE);
                  parts.cycle = false;
                },
              },
              { ALT: () => void this.CONSUME1(T.K.CACHE) },
            ]);
          },
        },
      ]);
    },
  );

  readonly createStatistics: Rule<CreateStatistics, [start: number]> = this.rule('createStatistics', (start) => {
    this.CONSUME(T.K.STATISTICS);
    const existing = this.SUBRULE(this.ifNotExists);
    const name = this.SUBRULE(this.identifier);
    this.CONSUME(T.K.ON);
    const table = this.SUBRULE(this.objectName);
    const columns = this.SUBRULE(this.sortedColumns);
    this.OPTION(() => {
      this.CONSUME(T.K.WHERE);
      this.SUBRULE(this.expression);
    });
    this.OPTION1(() => this.SUBRULE(this.statisticsOptions));
    return this.ACTION(() => ({ kind: 'create-statistics', existing, name, table, columns, span: this.since(start) }));
  });

  readonly updateStatistics: Rule<UpdateStatistics, [start: number]> = this.rule('updateStatistics', (start) => {
    this.CONSUME(T.K.STATISTICS);
    const table = this.SUBRULE(this.objectName);
    const names = this.OPTION(() =>
      this.OR<Identifier[]>([
        { ALT: () => this.SUBRULE(this.columnList) },
        { ALT: () => [this.SUBRULE(this.identifier)] },
      ]),
    );
    this.OPTION1(() => this.SUBRULE(this.statisticsOptions));
    return this.ACTION(() => ({ kind: 'update-statistics', table, names: names ?? [], span: this.since(start) }));
  });

  /** `WITH FULLSCAN, NORECOMPUTE`, `WITH SAMPLE 10 PERCENT`: there is nothing to sample. */
  readonly statisticsOptions: Rule<void> = this.rule('statisticsOptions', () => {
    this.CONSUME(T.K.WITH);
    this.AT_LEAST_ONE_SEP({
      SEP: T.Comma,
      DEF: () => {
        const name = this.CONSUME(T.AnyWord);
        this.ACTION(() => {
          if (STATISTICS_OPTIONS.has(name.image.toUpperCase())) return;
          const params = { name: name.image, statement: 'STATISTICS' };
          throw error('syntax/unknown-option', params, { span: spanOf(name) });
        });
        const hasValue = this.ACTION(() => this.next(T.Equal) || this.isA(T.Numeric) || this.next(T.K.ON));
        this.OPTION({
          GATE: () => hasValue,
          DEF: () => {
            this.OPTION1(() => this.CONSUME(T.Equal));
            this.OR([
              {
                ALT: () => {
                  this.CONSUME(T.Numeric);
                  this.OPTION2(() =>
                    this.OR1([{ ALT: () => this.CONSUME(T.K.PERCENT) }, { ALT: () => this.CONSUME(T.K.ROWS) }]),
                  );
                },
              },
              { ALT: () => this.CONSUME(T.Binary) },
              {
                ALT: () => {
                  this.CONSUME1(T.AnyWord);
                  // RESAMPLE ON PARTITIONS (1, 2 TO 5)
                  this.OPTION3({ GATE: () => this.word() === 'PARTITIONS', DEF: () => this.CONSUME2(T.AnyWord) });
                  this.OPTION4(() => this.SUBRULE(this.ignored));
                },
              },
            ]);
          },
        });
      },
    });
  });

  /** Any index: none changes an answer. */
  readonly createIndex: Rule<CreateIndex, [start: number]> = this.rule('createIndex', (start) => {
    const unique = this.OPTION(() => this.CONSUME(T.K.UNIQUE)) !== undefined;
    this.OPTION1(() => this.SUBRULE(this.clustering));
    this.OPTION2(() => this.CONSUME(T.K.COLUMNSTORE));
    this.CONSUME(T.K.INDEX);
    const name = this.SUBRULE(this.identifier);
    this.CONSUME(T.K.ON);
    const table = this.SUBRULE(this.objectName);
    const columns = this.OPTION3(() => this.SUBRULE(this.sortedColumns)) ?? [];
    this.OPTION4(() => {
      this.CONSUME(T.K.INCLUDE);
      this.SUBRULE(this.columnList);
    });
    this.OPTION5(() => {
      this.CONSUME(T.K.WHERE);
      this.SUBRULE(this.expression);
    });
    this.OPTION6(() => {
      this.CONSUME(T.K.ORDER);
      this.SUBRULE1(this.columnList);
    });
    this.OPTION7(() => {
      this.CONSUME(T.K.WITH);
      this.SUBRULE(this.ignored);
    });
    this.OPTION8(() => this.SUBRULE(this.fileGroup));
    return this.ACTION(() => ({ kind: 'create-index', name, table, unique, columns, span: this.since(start) }));
  });

  /** `RENAME OBJECT a TO b`. */
  readonly rename: Rule<RenameObject> = this.rule('rename', () => {
    const start = this.here();
    this.CONSUME(T.K.RENAME);
    this.CONSUME(T.K.OBJECT);
    this.OPTION(() => {
      this.CONSUME(T.DoubleColon);
    });
    const from = this.SUBRULE(this.objectName);
    this.CONSUME(T.K.TO);
    const to = this.SUBRULE(this.identifier);
    return this.ACTION(() => ({ kind: 'rename', from, to, span: this.since(start) }));
  });

  /** GRANT, DENY, REVOKE: there are no users, so what is granted is read and dropped. */
  readonly permission: Rule<Permission> = this.rule('permission', () => {
    const start = this.here();
    const action = this.OR<Permission['action']>([
      { ALT: () => this.CONSUME(T.K.GRANT) && 'grant' },
      { ALT: () => this.CONSUME(T.K.DENY) && 'deny' },
      { ALT: () => this.CONSUME(T.K.REVOKE) && 'revoke' },
    ]);
    this.list(() => this.SUBRULE(this.permissionName));
    this.OPTION(() => {
      this.CONSUME(T.K.ON);
      this.SUBRULE(this.securable);
    });
    this.OR1([{ ALT: () => this.CONSUME(T.K.TO) }, { ALT: () => this.CONSUME(T.K.FROM) }]);
    this.SUBRULE(this.principals);
    this.OPTION1(() => {
      this.CONSUME(T.K.WITH);
      this.CONSUME1(T.K.GRANT);
      this.CONSUME(T.K.OPTION);
    });
    this.OPTION2(() => this.CONSUME(T.K.CASCADE));
    this.OPTION3(() => {
      this.CONSUME(T.K.AS);
      this.SUBRULE(this.identifier);
    });
    return this.ACTION(() => ({ kind: 'permission', action, span: this.since(start) }));
  });

  /** `SELECT (a, b)`, `VIEW DEFINITION`. */
  readonly permissionName: Rule<void> = this.rule('permissionName', () => {
    this.AT_LEAST_ONE({
      GATE: () => !this.next(T.K.ON) && !this.next(T.K.TO) && !this.next(T.K.FROM),
      DEF: () => this.CONSUME(T.AnyWord),
    });
    this.OPTION(() => this.SUBRULE(this.columnList));
  });

  /** `t`, `SCHEMA::s`, `DATABASE SCOPED CREDENTIAL::c`. */
  readonly securable: Rule<void> = this.rule('securable', () => {
    this.OPTION1(() => this.CONSUME(T.K.EXTERNAL));
    this.SUBRULE(this.objectName);
    this.MANY({
      GATE: () => !this.next(T.K.TO) && !this.next(T.K.FROM),
      DEF: () => this.OR([{ ALT: () => this.CONSUME(T.DoubleColon) }, { ALT: () => this.SUBRULE1(this.objectName) }]),
    });
    this.OPTION(() => this.SUBRULE(this.columnList));
  });

  readonly principals: Rule<void> = this.rule('principals', () => {
    this.list(() => this.SUBRULE(this.identifier));
  });

  readonly dropStatement: Rule<DropObject | MasterKey> = this.rule('dropStatement', () => {
    const start = this.here();
    this.CONSUME(T.K.DROP);
    return this.OR<DropObject | MasterKey>({
      ERR_MSG: 'a kind of object',
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.K.MASTER);
            this.CONSUME(T.K.KEY);
            return this.ACTION(() => ({
              kind: 'master-key',
              action: 'drop',
              password: undefined,
              span: this.since(start),
            }));
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.INDEX);
            const ifExists = this.SUBRULE(this.ifExists);
            const names = this.list(() => this.SUBRULE(this.droppedIndex));
            return this.ACTION(() => ({ kind: 'drop', object: 'index', names, ifExists, span: this.since(start) }));
          },
        },
        {
          ALT: () => {
            const object = this.SUBRULE(this.droppable);
            const ifExists = this.SUBRULE1(this.ifExists);
            const names = this.SUBRULE(this.objectNames);
            return this.ACTION(() => ({ kind: 'drop', object, names, ifExists, span: this.since(start) }));
          },
        },
      ],
    });
  });

  readonly objectNames: Rule<ObjectName[]> = this.rule('objectNames', () =>
    this.list(() => this.SUBRULE(this.objectName)),
  );

  /** `i ON t`, `t.i`. */
  readonly droppedIndex: Rule<ObjectName> = this.rule('droppedIndex', () => {
    const name = this.SUBRULE(this.objectName);
    const table = this.OPTION(() => {
      this.CONSUME(T.K.ON);
      return this.SUBRULE1(this.objectName);
    });
    this.OPTION1({ GATE: () => this.next(T.LeftParen, 2), DEF: () => this.SUBRULE(this.withoutEffect) });
    return this.ACTION(() =>
      table === undefined ? name : { parts: [...table.parts, ...name.parts], span: name.span },
    );
  });

  readonly droppable: Rule<DropObject['object']> = this.rule('droppable', () =>
    this.OR<DropObject['object']>({
      ERR_MSG: 'a kind of object',
      DEF: [
        { ALT: () => this.CONSUME(T.K.TABLE) && 'table' },
        { ALT: () => this.CONSUME(T.K.VIEW) && 'view' },
        { ALT: () => this.CONSUME(T.K.SCHEMA) && 'schema' },
        { ALT: () => this.CONSUME(T.K.SEQUENCE) && 'sequence' },
        { ALT: () => this.CONSUME(T.K.STATISTICS) && 'statistics' },
        {
          ALT: () => {
            this.CONSUME(T.K.DATABASE);
            const credential = this.OPTION({
              GATE: () => this.next(T.K.CREDENTIAL, 2),
              DEF: () => {
                this.CONSUME(T.K.SCOPED);
                return this.CONSUME(T.K.CREDENTIAL);
              },
            });
            return credential === undefined ? 'database' : 'credential';
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.EXTERNAL);
            return this.OR1<DropObject['object']>({
              ERR_MSG: 'TABLE, DATA SOURCE, FILE FORMAT, SERVICE or MODEL',
              DEF: [
                { ALT: () => this.CONSUME1(T.K.TABLE) && 'external table' },
                { ALT: () => this.CONSUME(T.K.DATA) && this.CONSUME(T.K.SOURCE) && 'data source' },
                { ALT: () => this.CONSUME(T.K.FILE) && this.CONSUME(T.K.FORMAT) && 'file format' },
                { ALT: () => this.CONSUME(T.K.SERVICE) && 'service' },
                { ALT: () => this.CONSUME(T.K.MODEL) && 'model' },
              ],
            });
          },
        },
      ],
    }),
  );
}

const MATERIALIZED_ACTIONS = ['rebuild', 'disable'] as const;
const STATISTICS_OPTIONS: ReadonlySet<string> = new Set([
  ...['FULLSCAN', 'SAMPLE', 'NORECOMPUTE', 'RESAMPLE', 'INCREMENTAL', 'MAXDOP', 'AUTO_DROP', 'PERSIST_SAMPLE_PERCENT'],
  ...['ROWCOUNT', 'PAGECOUNT', 'ALL', 'COLUMNS', 'INDEX', 'STATS_STREAM', 'NO_INVALIDATE'],
]);

function noSequenceOptions(): SequenceParts {
  return {
    start: undefined,
    increment: undefined,
    minimum: undefined,
    maximum: undefined,
    cycle: undefined,
    restart: undefined,
  };
}
