// Grammar layer 8: more of the outside world: the master key, models, COPY INTO, what can be altered.

import { error } from '../common/errors.ts';
import type {
  AlterDataSource,
  AlterModel,
  CopyColumn,
  CopyInto,
  CreateModel,
  MasterKey,
  StringLiteral,
} from './ast.ts';
import { copyOptionsOf } from './copy-into.ts';
import { alteredSourceOf } from './external-table.ts';
import { Externals } from './externals.ts';
import type { Rule } from './kit.ts';
import { binaryOf, moneyOf, stringOf } from './literals.ts';
import { modelOf } from './model.ts';
import type { RawOption } from './options.ts';
import { unexpected } from './syntax-error.ts';
import { spanOf } from './token-span.ts';
import * as T from './tokens.ts';

export abstract class ExternalObjects extends Externals {
  /** After CREATE: `MASTER KEY [ENCRYPTION BY PASSWORD = '…']`. */
  readonly createMasterKey: Rule<MasterKey, [start: number]> = this.rule('createMasterKey', (start) => {
    this.CONSUME(T.K.MASTER);
    this.CONSUME(T.K.KEY);
    const password = this.OPTION(() => {
      this.CONSUME(T.K.ENCRYPTION);
      return this.SUBRULE(this.byPassword);
    });
    return this.ACTION(() => ({
      kind: 'master-key',
      action: 'create',
      password: password?.value,
      span: this.since(start),
    }));
  });

  /** `[FORCE] REGENERATE WITH ENCRYPTION BY PASSWORD = '…'`, `ADD ENCRYPTION BY …`. */
  readonly alterMasterKey: Rule<MasterKey, [start: number]> = this.rule('alterMasterKey', (start) => {
    this.CONSUME(T.K.MASTER);
    this.CONSUME(T.K.KEY);
    const action = this.OR<MasterKey['action']>({
      ERR_MSG: 'REGENERATE, ADD or DROP',
      DEF: [
        {
          ALT: () => {
            this.OPTION(() => this.CONSUME(T.K.FORCE));
            this.CONSUME(T.K.REGENERATE);
            this.CONSUME(T.K.WITH);
            return 'regenerate';
          },
        },
        { ALT: () => this.CONSUME(T.K.ADD) && 'add-encryption' },
        { ALT: () => this.CONSUME(T.K.DROP) && 'drop-encryption' },
      ],
    });
    this.CONSUME(T.K.ENCRYPTION);
    const isService = this.ACTION(() => action !== 'regenerate' && this.next(T.K.SERVICE, 2));
    const password = this.branch<StringLiteral | undefined>(
      1,
      () => isService,
      () => {
        this.CONSUME(T.K.BY);
        this.CONSUME(T.K.SERVICE);
        this.CONSUME1(T.K.MASTER);
        this.CONSUME1(T.K.KEY);
        return undefined;
      },
      () => this.SUBRULE(this.byPassword),
    );
    return this.ACTION(() => ({ kind: 'master-key', action, password: password?.value, span: this.since(start) }));
  });

  /** `OPEN MASTER KEY DECRYPTION BY PASSWORD = '…'`. */
  readonly openMasterKey: Rule<MasterKey> = this.rule('openMasterKey', () => {
    const start = this.here();
    this.CONSUME(T.K.OPEN);
    this.CONSUME(T.K.MASTER);
    this.CONSUME(T.K.KEY);
    this.CONSUME(T.K.DECRYPTION);
    const password = this.SUBRULE(this.byPassword);
    return this.ACTION(() => ({
      kind: 'master-key',
      action: 'open',
      password: password.value,
      span: this.since(start),
    }));
  });

  readonly closeMasterKey: Rule<MasterKey> = this.rule('closeMasterKey', () => {
    const start = this.here();
    this.CONSUME(T.K.CLOSE);
    this.CONSUME(T.K.MASTER);
    this.CONSUME(T.K.KEY);
    return this.ACTION(() => ({ kind: 'master-key', action: 'close', password: undefined, span: this.since(start) }));
  });

  readonly byPassword: Rule<StringLiteral> = this.rule('byPassword', () => {
    this.CONSUME(T.K.BY);
    this.CONSUME(T.K.PASSWORD);
    return this.SUBRULE(this.credentialText);
  });

  /** After ALTER EXTERNAL: `DATA SOURCE d SET LOCATION = '…', CREDENTIAL = c`, without parentheses. */
  readonly alterDataSource: Rule<AlterDataSource, [start: number]> = this.rule('alterDataSource', (start) => {
    this.CONSUME(T.K.DATA);
    this.CONSUME(T.K.SOURCE);
    const name = this.SUBRULE(this.identifier);
    this.CONSUME(T.K.SET);
    const options: RawOption[] = this.list(() => this.SUBRULE(this.namedOption));
    return this.ACTION(() => {
      if (this.next(T.Word) && this.next(T.Equal, 2))
        throw unexpected(this.LA(1), this.LA(0), '","', `missing comma before "${this.LA(1).image}"`);
      const span = this.since(start);
      return { kind: 'alter-data-source', name, ...alteredSourceOf(options, span), span };
    });
  });

  readonly createModel: Rule<CreateModel, [start: number]> = this.rule('createModel', (start) => {
    this.CONSUME(T.K.MODEL);
    const existing = this.SUBRULE(this.ifNotExists);
    const name = this.SUBRULE(this.identifier);
    this.OPTION(() => {
      this.CONSUME(T.K.AUTHORIZATION);
      this.SUBRULE1(this.identifier);
    });
    this.CONSUME(T.K.WITH);
    const options = this.SUBRULE(this.optionList);
    return this.ACTION(() => {
      const span = this.since(start);
      return { kind: 'create-model', existing, name, options: modelOf('CREATE', options, span), span };
    });
  });

  readonly alterModel: Rule<AlterModel, [start: number]> = this.rule('alterModel', (start) => {
    this.CONSUME(T.K.MODEL);
    const name = this.SUBRULE(this.identifier);
    this.CONSUME(T.K.SET);
    const options = this.SUBRULE(this.optionList);
    return this.ACTION(() => {
      const span = this.since(start);
      return { kind: 'alter-model', name, options: modelOf('ALTER', options, span), span };
    });
  });

  /** `COPY INTO t (a DEFAULT 1 2) FROM 'url', … WITH (…)`. */
  readonly copyInto: Rule<CopyInto> = this.rule('copyInto', () => {
    const start = this.here();
    this.CONSUME(T.K.COPY);
    this.CONSUME(T.K.INTO);
    const target = this.SUBRULE(this.objectName);
    const columns = this.OPTION(() => this.SUBRULE(this.copyColumns)) ?? [];
    this.CONSUME(T.K.FROM);
    const from = this.list(() => {
      const token = this.CONSUME(T.StringText);
      return this.ACTION(() => stringOf(token));
    });
    const options = this.OPTION1(() => {
      this.CONSUME(T.K.WITH);
      return this.SUBRULE(this.optionList);
    });
    const hints = this.OPTION2(() => this.SUBRULE(this.queryOptions)) ?? [];
    return this.ACTION(() => {
      const span = this.since(start);
      const checked = copyOptionsOf(options ?? [], columns, span);
      return { kind: 'copy-into', target, columns, from, options: checked, hints, span };
    });
  });

  readonly copyColumns: Rule<CopyColumn[]> = this.rule('copyColumns', () => {
    this.CONSUME(T.LeftParen);
    const columns = this.list(() => this.SUBRULE(this.copyColumn));
    this.closeList();
    return columns;
  });

  readonly copyColumn: Rule<CopyColumn> = this.rule('copyColumn', () => {
    const start = this.here();
    const name = this.SUBRULE(this.identifier);
    const value = this.OPTION(() => {
      this.CONSUME(T.K.DEFAULT);
      return this.OR({
        ERR_MSG: 'a literal',
        DEF: [
          ...this.constants,
          { ALT: () => this.leaf(this.CONSUME(T.K.NULL), (token) => ({ kind: 'null', span: spanOf(token) })) },
          { ALT: () => this.leaf(this.CONSUME(T.Binary), binaryOf) },
          { ALT: () => this.leaf(this.CONSUME(T.Money), moneyOf) },
        ],
      });
    });
    const field = this.OPTION1(() => this.CONSUME(T.Integer));
    return this.ACTION(() => {
      const position = field === undefined ? undefined : Number(field.image);
      if (field !== undefined && position === 0) {
        const params = { name: 'the field of a column', found: 0, expected: 'a whole number, 1 or more' };
        throw error('syntax/option-range', params, { span: spanOf(field) });
      }
      return { name, default: value, field: position, span: this.since(start) };
    });
  });
}
