// Grammar layer 7: what CREATE and ALTER make of the outside world: credentials, services, data sources, file formats,
// external tables.
// Option lists are read as `name = value`; what the names and values may be is checked by options.ts and its users.

import { error } from '../common/errors.ts';
import type {
  AlterCredential,
  AlterService,
  ColumnDefinition,
  CreateCredential,
  CreateDataSource,
  CreateExternalTable,
  CreateExternalTableAs,
  CreateFileFormat,
  CreateService,
  Identifier,
  IfExists,
  StringLiteral,
} from './ast.ts';
import { dataSourceOf, exportedTableOf, externalTableOf } from './external-table.ts';
import { fileFormatOf } from './file-format.ts';
import type { Rule } from './kit.ts';
import { identifierOf, stringOf } from './literals.ts';
import type { RawOption, RawValue } from './options.ts';
import { QueryParser } from './queries.ts';
import { serviceOf } from './service.ts';
import { unexpected } from './syntax-error.ts';
import { typedInAs, untyped } from './table-parts.ts';
import { spanOf } from './token-span.ts';
import * as T from './tokens.ts';

/** A column before it is known whether AS follows. */
type WrittenColumn = Omit<ColumnDefinition, 'type'> & { readonly type: ColumnDefinition['type'] | undefined };
type CredentialParts = Pick<CreateCredential, 'existing' | 'name' | 'identity' | 'secret'>;

export abstract class Externals extends QueryParser {
  readonly createCredential: Rule<CreateCredential, [start: number]> = this.rule('createCredential', (start) => {
    const definition = this.SUBRULE(this.credentialDefinition);
    return this.ACTION(() => ({ kind: 'create-credential', ...definition, span: this.since(start) }));
  });

  readonly alterCredential: Rule<AlterCredential, [start: number]> = this.rule('alterCredential', (start) => {
    const { existing, ...definition } = this.SUBRULE(this.credentialDefinition);
    return this.ACTION(() => ({ kind: 'alter-credential', ...definition, span: this.since(start) }));
  });

  readonly credentialDefinition: Rule<CredentialParts> = this.rule('credentialDefinition', () => {
    this.CONSUME(T.K.DATABASE);
    this.CONSUME(T.K.SCOPED);
    this.CONSUME(T.K.CREDENTIAL);
    const existing = this.SUBRULE(this.ifNotExists);
    const name = this.SUBRULE(this.identifier);
    this.ACTION(() => {
      const { span } = name;
      if (name.name.startsWith('#'))
        throw error('syntax/name', { name: name.name, reason: 'starts with "#"' }, { span });
      if (name.name.length > 128)
        throw error(
          'syntax/name',
          { name: `${name.name.slice(0, 20)}…`, reason: 'is longer than 128 characters' },
          { span },
        );
    });
    this.CONSUME(T.K.WITH);
    this.CONSUME(T.K.IDENTITY);
    const identity = this.SUBRULE(this.credentialText);
    this.ACTION(() => {
      if (!this.next(T.K.SECRET)) return;
      throw unexpected(this.LA(1), this.LA(0), '","', 'missing comma before "SECRET"');
    });
    const secret = this.OPTION(() => {
      this.CONSUME(T.Comma);
      this.CONSUME(T.K.SECRET);
      return this.SUBRULE1(this.credentialText);
    });
    return this.ACTION(() => ({ existing, name, identity: identity.value, secret: secret?.value }));
  });

  /** `= 'text'`; a wrong value is never repeated, it may be the secret. */
  readonly credentialText: Rule<StringLiteral> = this.rule('credentialText', () => {
    const name = this.LA(0);
    this.CONSUME(T.Equal);
    this.ACTION(() => {
      if (this.next(T.StringText) || this.atEnd()) return;
      const params = { name: name.image.toUpperCase(), found: 'not quoted', expected: 'a string' };
      throw error('syntax/option-value', params, { span: spanOf(this.LA(1)) });
    });
    const value = this.CONSUME(T.StringText);
    return this.ACTION(() => stringOf(value));
  });

  readonly createService: Rule<CreateService, [start: number]> = this.rule('createService', (start) => {
    this.CONSUME(T.K.SERVICE);
    const existing = this.SUBRULE(this.ifNotExists);
    const name = this.SUBRULE(this.identifier);
    this.CONSUME(T.K.WITH);
    const options = this.SUBRULE(this.optionList);
    return this.ACTION(() => {
      const span = this.since(start);
      return { kind: 'create-service', existing, name, options: serviceOf('CREATE', options, span), span };
    });
  });

  readonly alterService: Rule<AlterService, [start: number]> = this.rule('alterService', (start) => {
    this.CONSUME(T.K.SERVICE);
    const name = this.SUBRULE(this.identifier);
    this.CONSUME(T.K.SET);
    this.ACTION(() => {
      if (this.next(T.LeftParen) || this.atEnd()) return;
      throw unexpected(this.LA(1), this.LA(0), '"("', 'Put the options in parentheses: SET (WEIGHT = 2).');
    });
    const options = this.SUBRULE(this.optionList);
    return this.ACTION(() => {
      const span = this.since(start);
      return { kind: 'alter-service', name, options: serviceOf('ALTER', options, span), span };
    });
  });

  readonly createDataSource: Rule<CreateDataSource, [start: number]> = this.rule('createDataSource', (start) => {
    this.CONSUME(T.K.DATA);
    this.CONSUME(T.K.SOURCE);
    const existing = this.SUBRULE(this.ifNotExists);
    const name = this.SUBRULE(this.identifier);
    this.CONSUME(T.K.WITH);
    const options = this.SUBRULE(this.optionList);
    return this.ACTION(() => {
      const span = this.since(start);
      return { kind: 'create-data-source', existing, name, ...dataSourceOf(options, span), span };
    });
  });

  readonly createFileFormat: Rule<CreateFileFormat, [start: number]> = this.rule('createFileFormat', (start) => {
    this.CONSUME(T.K.FILE);
    this.CONSUME(T.K.FORMAT);
    const existing = this.SUBRULE(this.ifNotExists);
    const name = this.SUBRULE(this.identifier);
    this.CONSUME(T.K.WITH);
    const options = this.SUBRULE(this.optionList);
    return this.ACTION(() => {
      const span = this.since(start);
      return { kind: 'create-file-format', existing, name, ...fileFormatOf(options, span), span };
    });
  });

  /** `IF NOT EXISTS`, ours. */
  readonly ifNotExists: Rule<IfExists> = this.rule('ifNotExists', () => {
    const skip = this.OPTION(() => {
      this.CONSUME(T.K.IF);
      this.CONSUME(T.K.NOT);
      this.CONSUME(T.K.EXISTS);
      return true;
    });
    return skip === true ? 'skip' : 'fail';
  });

  /** With typed columns; with names of columns, or none, and AS with a query. */
  readonly createExternalTable: Rule<CreateExternalTable | CreateExternalTableAs, [start: number]> = this.rule(
    'createExternalTable',
    (start) => {
      this.CONSUME(T.K.TABLE);
      const existing = this.SUBRULE(this.ifNotExists);
      const name = this.SUBRULE(this.objectName);
      const columns = this.OPTION(() => this.SUBRULE(this.externalColumns)) ?? [];
      this.CONSUME(T.K.WITH);
      const options = this.SUBRULE(this.optionList);
      const body = this.OPTION1(() => {
        this.CONSUME(T.K.AS);
        const query = this.SUBRULE(this.query);
        return { query, options: this.OPTION2(() => this.SUBRULE(this.queryOptions)) ?? [] };
      });
      return this.ACTION(() => {
        const span = this.since(start);
        if (body !== undefined) {
          const names = columns.map(nameOnly);
          const exported = exportedTableOf(options, span);
          return { kind: 'create-external-table-as', existing, name, columns: names, ...exported, ...body, span };
        }
        if (columns.length === 0) throw unexpected(undefined, this.LA(0), 'AS and a query');
        const typed = columns.map(typedColumn);
        return {
          kind: 'create-external-table',
          existing,
          name,
          columns: typed,
          ...externalTableOf(options, span),
          span,
        };
      });
    },
  );

  readonly externalColumns: Rule<WrittenColumn[]> = this.rule('externalColumns', () => {
    this.CONSUME(T.LeftParen);
    const columns = this.list(() => this.SUBRULE(this.columnDefinition));
    this.closeList();
    return columns;
  });

  readonly columnDefinition: Rule<WrittenColumn> = this.rule('columnDefinition', () => {
    const start = this.here();
    const name = this.SUBRULE(this.identifier);
    const type = this.OPTION(() => this.SUBRULE(this.typeName));
    const collation = this.OPTION1(() => {
      this.CONSUME(T.K.COLLATE);
      return this.SUBRULE1(this.identifier);
    });
    const negated = this.OPTION2(() => {
      const not = this.OPTION3(() => this.CONSUME(T.K.NOT));
      this.CONSUME(T.K.NULL);
      return not !== undefined;
    });
    this.ACTION(() => {
      if (this.next(T.Comma) || this.next(T.RightParen) || this.atEnd()) return;
      const hint = 'Give each column of an external table a name, a type, a collation and NULL or NOT NULL only.';
      throw unexpected(this.LA(1), this.LA(0), '"," or ")"', hint);
    });
    return this.ACTION(() => ({ name, type, collation, nullable: negated !== true, span: this.since(start) }));
  });

  readonly optionList: Rule<RawOption[]> = this.rule('optionList', () => {
    this.CONSUME(T.LeftParen);
    const options = this.list(() => this.SUBRULE(this.namedOption));
    this.closeList();
    return options;
  });

  readonly namedOption: Rule<RawOption> = this.rule('namedOption', () => {
    const token = this.CONSUME(T.AnyWord);
    const value = this.OR<RawValue>({
      ERR_MSG: '"="',
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.Equal);
            return this.SUBRULE(this.optionValue);
          },
        },
        {
          ALT: () => {
            const start = this.here();
            return this.branch<RawValue>(
              1,
              () => this.next(T.Comma, 3) || this.next(T.RightParen, 3),
              () => {
                const names = this.SUBRULE(this.columnList);
                return this.ACTION(() => ({ kind: 'names', names, span: this.since(start) }));
              },
              () => {
                const options = this.SUBRULE(this.optionList);
                return this.ACTION(() => ({ kind: 'list', options, span: this.since(start) }));
              },
            );
          },
        },
      ],
    });
    return this.ACTION(() => ({ name: identifierOf(token), value }));
  });

  readonly optionValue: Rule<RawValue> = this.rule('optionValue', () => {
    const start = this.here();
    return this.OR<RawValue>({
      ERR_MSG: 'a string, a number or a name',
      DEF: [
        { ALT: () => this.SUBRULE(this.literalOption) },
        {
          ALT: () => {
            const token = this.CONSUME(T.AnyWord);
            const names = this.OPTION1(() => this.SUBRULE(this.columnList));
            return this.ACTION(() => ({
              kind: 'word',
              name: identifierOf(token),
              arguments: names,
              span: this.since(start),
            }));
          },
        },
        {
          ALT: () =>
            this.branch<RawValue>(
              1,
              () => !this.next(T.Equal, 3),
              () => {
                const literals = this.SUBRULE(this.stringList);
                return this.ACTION(() => ({ kind: 'strings', literals, span: this.since(start) }));
              },
              () => {
                const options = this.SUBRULE(this.optionList);
                return this.ACTION(() => ({ kind: 'list', options, span: this.since(start) }));
              },
            ),
        },
      ],
    });
  });

  readonly stringList: Rule<StringLiteral[]> = this.rule('stringList', () => {
    this.CONSUME(T.LeftParen);
    const literals = this.list(() => {
      const token = this.CONSUME(T.StringText);
      return this.ACTION(() => stringOf(token));
    });
    this.closeList();
    return literals;
  });
}

function typedColumn({ type, ...column }: WrittenColumn): ColumnDefinition {
  if (type === undefined) throw untyped(column.name);
  return { ...column, type };
}

function nameOnly({ name, type, collation, nullable, span }: WrittenColumn): Identifier {
  if (type !== undefined || collation !== undefined || !nullable) throw typedInAs(span);
  return name;
}
