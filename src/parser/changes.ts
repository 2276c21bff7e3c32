// Grammar layer 11: INSERT, UPDATE, DELETE, MERGE, TRUNCATE.

import { error } from '../common/errors.ts';
import { spanning } from '../common/span.ts';
import type {
  Assignment,
  BulkInsert,
  CommonTable,
  Delete,
  Expression,
  Identifier,
  Insert,
  Merge,
  MergeAction,
  MergeClause,
  MergeInsert,
  Output,
  Query,
  QueryOption,
  Target,
  Top,
  Truncate,
  Update,
} from './ast.ts';
import type { Rule } from './kit.ts';
import { aliasOf, identifierOf } from './literals.ts';
import { Objects } from './objects.ts';
import { compounded } from './operators.ts';
import { unexpected } from './syntax-error.ts';
import { spanOf } from './token-span.ts';
import * as T from './tokens.ts';

type Change = Insert | Update | Delete | Merge;

interface Head {
  readonly start: number;
  readonly ctes: readonly CommonTable[];
}
interface InsertSource {
  readonly columns: readonly Identifier[];
  readonly query: Query | undefined;
  readonly output: Output | undefined;
  readonly secondOutput: Output | undefined;
}

export abstract class Changes extends Objects {
  /** `[WITH …] INSERT | UPDATE | DELETE | MERGE`. */
  readonly change: Rule<Change> = this.rule('change', () => {
    const start = this.here();
    const ctes = this.OPTION(() => this.SUBRULE(this.commonTables)) ?? [];
    const head: Head = { start, ctes };
    return this.OR<Change>({
      ERR_MSG: 'INSERT, UPDATE, DELETE or MERGE',
      DEF: [
        { ALT: () => this.SUBRULE(this.insert, { ARGS: [head] }) },
        { ALT: () => this.SUBRULE(this.update, { ARGS: [head] }) },
        { ALT: () => this.SUBRULE(this.delete, { ARGS: [head] }) },
        { ALT: () => this.SUBRULE(this.merge, { ARGS: [head] }) },
      ],
    });
  });

  readonly insert: Rule<Insert, [head: Head]> = this.rule('insert', (head) => {
    this.CONSUME(T.K.INSERT);
    const top = this.OPTION(() => this.SUBRULE(this.changeTop));
    this.OPTION1(() => this.CONSUME(T.K.INTO));
    const target = this.SUBRULE(this.target);
    const source = this.SUBRULE(this.insertSource);
    const options = this.OPTION2(() => this.SUBRULE(this.queryOptions)) ?? [];
    return this.ACTION(() => ({
      kind: 'insert',
      ...changeOf(head, top, target, options),
      ...source,
      span: this.since(head.start),
    }));
  });

  /** `[(a, b)] [OUTPUT …] VALUES … | SELECT … | DEFAULT VALUES`. */
  readonly insertSource: Rule<InsertSource> = this.rule('insertSource', () => {
    const isList = this.ACTION(() => this.next(T.LeftParen) && !this.queryFollows(1));
    const columns = this.OPTION({ GATE: () => isList, DEF: () => this.SUBRULE(this.insertColumns) }) ?? [];
    const outputs = this.SUBRULE(this.outputs);
    this.ACTION(() => {
      if (['EXEC', 'EXECUTE'].includes(this.word())) this.refuse('INSERT … EXEC');
    });
    const query = this.OR<Query | undefined>({
      ERR_MSG: 'VALUES, SELECT or DEFAULT VALUES',
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.K.DEFAULT);
            this.CONSUME(T.K.VALUES);
            return undefined;
          },
        },
        { ALT: () => this.SUBRULE(this.query) },
      ],
    });
    return { columns, query, ...outputs };
  });

  /** Names of columns; the table's own name may stand before them. */
  readonly insertColumns: Rule<Identifier[]> = this.rule('insertColumns', () => {
    this.CONSUME(T.LeftParen);
    const columns = this.list(() => {
      const name = this.SUBRULE(this.objectName);
      return this.ACTION(() => name.parts.at(-1) ?? { name: '', quoted: false, span: name.span });
    });
    this.closeList();
    return columns;
  });

  readonly update: Rule<Update, [head: Head]> = this.rule('update', (head) => {
    this.CONSUME(T.K.UPDATE);
    const top = this.OPTION(() => this.SUBRULE(this.changeTop));
    const target = this.SUBRULE(this.target);
    this.CONSUME(T.K.SET);
    const set = this.SUBRULE(this.assignments);
    const outputs = this.SUBRULE(this.outputs);
    const from = this.OPTION2(() => this.SUBRULE(this.from)) ?? [];
    const where = this.OPTION3(() => this.SUBRULE(this.changeWhere));
    const options = this.OPTION4(() => this.SUBRULE(this.queryOptions)) ?? [];
    return this.ACTION(() => ({
      kind: 'update',
      ...changeOf(head, top, target, options),
      set,
      ...outputs,
      from,
      where,
      span: this.since(head.start),
    }));
  });

  readonly assignments: Rule<Assignment[]> = this.rule('assignments', () =>
    this.list(() => this.SUBRULE(this.assignment)),
  );

  /** `a = e`, `t.a += e`, `@v = e`, `@v = a = e`. */
  readonly assignment: Rule<Assignment> = this.rule('assignment', () => {
    const start = this.here();
    return this.OR<Assignment>({
      ERR_MSG: 'a column or a variable',
      DEF: [
        {
          ALT: () => {
            const variable = this.CONSUME(T.Variable);
            const name = this.ACTION(() => variable.image.slice(1));
            const isBoth = this.ACTION(() => this.assignedColumnFollows());
            return this.branch<Assignment>(
              1,
              () => isBoth,
              () => {
                this.CONSUME(T.Equal);
                const both = this.SUBRULE(this.columnAssignment, { ARGS: [start] });
                return this.ACTION(() => ({ ...both, variable: name }));
              },
              () => {
                const operator = this.SUBRULE(this.assignOperator);
                const value = this.SUBRULE(this.expression);
                return this.ACTION(() => {
                  const span = this.since(start);
                  const old: Expression = { kind: 'parameter', name, span: spanOf(variable) };
                  return { column: undefined, variable: name, value: compounded(operator, old, value), span };
                });
              },
            );
          },
        },
        { ALT: () => this.SUBRULE1(this.columnAssignment, { ARGS: [start] }) },
      ],
    });
  });

  readonly columnAssignment: Rule<Assignment, [start: number]> = this.rule('columnAssignment', (start) => {
    const column = this.SUBRULE(this.objectName);
    this.ACTION(() => {
      if (this.next(T.LeftParen)) this.refuse('a method in SET');
    });
    const operator = this.SUBRULE(this.assignOperator);
    this.ACTION(() => {
      if (operator.tokenType !== T.Equal && this.next(T.K.DEFAULT))
        throw unexpected(this.LA(1), operator, 'a value to calculate with');
    });
    const written = this.SUBRULE(this.valueOrDefault);
    return this.ACTION(() => {
      const old: Expression = { kind: 'column', parts: column.parts, span: column.span };
      return { column, variable: undefined, value: compounded(operator, old, written), span: this.since(start) };
    });
  });

  readonly delete: Rule<Delete, [head: Head]> = this.rule('delete', (head) => {
    this.CONSUME(T.K.DELETE);
    const top = this.OPTION(() => this.SUBRULE(this.changeTop));
    this.OPTION1(() => this.CONSUME(T.K.FROM));
    const target = this.SUBRULE(this.target);
    const outputs = this.SUBRULE(this.outputs);
    const from = this.OPTION3(() => this.SUBRULE(this.from)) ?? [];
    const where = this.OPTION4(() => this.SUBRULE(this.changeWhere));
    const options = this.OPTION5(() => this.SUBRULE(this.queryOptions)) ?? [];
    return this.ACTION(() => ({
      kind: 'delete',
      ...changeOf(head, top, target, options),
      ...outputs,
      from,
      where,
      span: this.since(head.start),
    }));
  });

  readonly changeWhere: Rule<Expression> = this.rule('changeWhere', () => {
    this.CONSUME(T.K.WHERE);
    this.ACTION(() => {
      if (this.next(T.K.CURRENT) && this.next(T.K.OF, 2)) this.refuse('WHERE CURRENT OF', 2);
    });
    return this.SUBRULE(this.expression);
  });

  readonly merge: Rule<Merge, [head: Head]> = this.rule('merge', (head) => {
    this.CONSUME(T.K.MERGE);
    const top = this.OPTION(() => this.SUBRULE(this.changeTop));
    this.OPTION1(() => this.CONSUME(T.K.INTO));
    const target = this.SUBRULE(this.target);
    const alias = this.SUBRULE(this.sourceAlias);
    this.CONSUME(T.K.USING);
    const source = this.SUBRULE(this.tableSource);
    this.CONSUME(T.K.ON);
    const on = this.SUBRULE(this.expression);
    const clauses: MergeClause[] = [];
    this.AT_LEAST_ONE({ DEF: () => clauses.push(this.SUBRULE(this.mergeClause)), ERR_MSG: 'WHEN' });
    const outputs = this.SUBRULE(this.outputs);
    const options = this.OPTION3(() => this.SUBRULE(this.queryOptions)) ?? [];
    return this.ACTION(() => ({
      kind: 'merge',
      ...changeOf(head, top, { ...target, alias: alias.alias }, options),
      source,
      on,
      clauses,
      ...outputs,
      span: this.since(head.start),
    }));
  });

  readonly mergeClause: Rule<MergeClause> = this.rule('mergeClause', () => {
    const start = this.here();
    this.CONSUME(T.K.WHEN);
    const not = this.OPTION(() => this.CONSUME(T.K.NOT));
    this.CONSUME(T.K.MATCHED);
    const by = this.OPTION1({
      GATE: () => not !== undefined,
      DEF: () => {
        this.CONSUME(T.K.BY);
        return this.OR([{ ALT: () => this.CONSUME(T.K.TARGET) }, { ALT: () => this.CONSUME(T.K.SOURCE) }]);
      },
    });
    const condition = this.OPTION2(() => {
      this.CONSUME(T.K.AND);
      return this.SUBRULE(this.expression);
    });
    this.CONSUME(T.K.THEN);
    const match: MergeClause['match'] =
      not === undefined ? 'matched' : by?.tokenType === T.K.SOURCE ? 'not-matched-by-source' : 'not-matched';
    this.ACTION(() => {
      if (match === 'not-matched' ? this.next(T.K.INSERT) : !this.next(T.K.INSERT)) return;
      const second = match === 'matched' ? 'WHEN MATCHED' : 'WHEN NOT MATCHED';
      throw error('syntax/clause-combination', { first: this.word(), second }, { span: spanOf(this.LA(1)) });
    });
    const action = this.SUBRULE(this.mergeAction);
    return this.ACTION(() => ({ match, condition, action, span: this.since(start) }));
  });

  readonly mergeAction: Rule<MergeAction> = this.rule('mergeAction', () => {
    const start = this.here();
    return this.OR<MergeAction>({
      ERR_MSG: 'INSERT, UPDATE or DELETE',
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.K.UPDATE);
            this.CONSUME(T.K.SET);
            const set = this.SUBRULE(this.assignments);
            return this.ACTION(() => ({ kind: 'merge-update', set, span: this.since(start) }));
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.DELETE);
            return this.ACTION(() => ({ kind: 'merge-delete', span: this.since(start) }));
          },
        },
        { ALT: () => this.SUBRULE(this.mergeInsert) },
      ],
    });
  });

  readonly mergeInsert: Rule<MergeInsert> = this.rule('mergeInsert', () => {
    const start = this.here();
    this.CONSUME(T.K.INSERT);
    const columns = this.OPTION(() => this.SUBRULE(this.insertColumns)) ?? [];
    const values = this.OR<Expression[] | undefined>([
      {
        ALT: () => {
          this.CONSUME(T.K.DEFAULT);
          this.CONSUME(T.K.VALUES);
          return undefined;
        },
      },
      {
        ALT: () => {
          this.CONSUME1(T.K.VALUES);
          return this.SUBRULE(this.valuesRow);
        },
      },
    ]);
    return this.ACTION(() => ({ kind: 'merge-insert', columns, values, span: this.since(start) }));
  });

  /** `BULK INSERT t FROM 'file' [WITH (…)]`. */
  readonly bulkInsert: Rule<BulkInsert> = this.rule('bulkInsert', () => {
    const start = this.here();
    this.CONSUME(T.K.BULK);
    this.CONSUME(T.K.INSERT);
    const target = this.SUBRULE(this.objectName);
    this.CONSUME(T.K.FROM);
    const file = this.OR({
      ERR_MSG: 'the name of a file',
      DEF: [
        { ALT: () => this.CONSUME(T.StringText) },
        { ALT: () => this.CONSUME(T.Name) },
        { ALT: () => this.CONSUME(T.Integer) },
      ],
    });
    this.OPTION(() => {
      this.CONSUME(T.K.WITH);
      this.SUBRULE(this.ignored);
    });
    return this.ACTION(() => {
      const { name, span } = aliasOf(file);
      return {
        kind: 'bulk-insert',
        target,
        from: { kind: 'string', value: name, national: false, span },
        span: this.since(start),
      };
    });
  });

  /** `INSERT BULK t (a int) WITH (…)`: what drivers send. */
  readonly insertBulk: Rule<BulkInsert> = this.rule('insertBulk', () => {
    const start = this.here();
    this.CONSUME(T.K.INSERT);
    this.CONSUME(T.K.BULK);
    const target = this.SUBRULE(this.objectName);
    this.OPTION(() => this.SUBRULE(this.tableElements));
    this.OPTION1(() => {
      this.CONSUME(T.K.WITH);
      this.SUBRULE(this.ignored);
    });
    return this.ACTION(() => ({ kind: 'bulk-insert', target, from: undefined, span: this.since(start) }));
  });

  readonly truncate: Rule<Truncate> = this.rule('truncate', () => {
    const start = this.here();
    this.CONSUME(T.K.TRUNCATE);
    this.CONSUME(T.K.TABLE);
    const table = this.SUBRULE(this.objectName);
    const partitions = this.OPTION({
      GATE: () => this.next(T.LeftParen, 2),
      DEF: () => {
        const word = this.CONSUME(T.K.WITH);
        this.SUBRULE(this.ignored);
        return word;
      },
    });
    return this.ACTION(() => {
      const deferred = partitions === undefined ? undefined : { span: this.since(partitions.startOffset) };
      return { kind: 'truncate', table, deferred, span: this.since(start) };
    });
  });

  /** `TOP (n)` of a change; without parentheses for old scripts' sake. */
  readonly changeTop: Rule<Top> = this.rule('changeTop', () => {
    const top = this.SUBRULE(this.top);
    this.ACTION(() => {
      if (!top.withTies) return;
      throw error('syntax/clause-combination', { first: 'WITH TIES', second: 'a change of rows' }, { span: top.span });
    });
    return top;
  });

  /** A table or a table variable to write to; hints are dropped. */
  readonly target: Rule<Target> = this.rule('target', () => {
    const start = this.here();
    const target = this.OR<Target>({
      ERR_MSG: 'a table',
      DEF: [
        {
          ALT: () => {
            const token = this.CONSUME(T.Variable);
            return this.ACTION(() => ({
              kind: 'table-variable',
              name: token.image.slice(1),
              alias: undefined,
              columns: [],
              span: spanOf(token),
            }));
          },
        },
        {
          ALT: () => {
            const name = this.SUBRULE(this.objectName);
            this.ACTION(() => this.refuseSpecialSource(name));
            return this.ACTION(() => ({
              kind: 'table',
              name,
              alias: undefined,
              columns: [],
              sample: undefined,
              span: name.span,
            }));
          },
        },
      ],
    });
    this.OPTION({ GATE: () => this.next(T.LeftParen, 2), DEF: () => this.SUBRULE(this.tableHints) });
    return this.ACTION(() => ({ ...target, span: { start, end: target.span.end } }));
  });

  /** One OUTPUT, or one INTO a table and one returned. */
  readonly outputs: Rule<Pick<Change, 'output' | 'secondOutput'>> = this.rule('outputs', () => {
    const output = this.OPTION(() => this.SUBRULE(this.output));
    const secondOutput = this.OPTION1({
      GATE: () => output?.into !== undefined,
      DEF: () => this.SUBRULE1(this.output),
    });
    return { output, secondOutput };
  });

  /** `OUTPUT inserted.a AS b, $action INTO t (c)`. */
  readonly output: Rule<Output> = this.rule('output', () => {
    const start = this.here();
    this.CONSUME(T.K.OUTPUT);
    const items = this.list(() => this.SUBRULE(this.selectItem));
    const into = this.OPTION(() => {
      this.CONSUME(T.K.INTO);
      return this.SUBRULE(this.target);
    });
    const isList = this.ACTION(() => into !== undefined && this.next(T.LeftParen) && !this.queryFollows(1));
    const intoColumns = this.OPTION1({ GATE: () => isList, DEF: () => this.SUBRULE(this.columnList) }) ?? [];
    return this.ACTION(() => ({ items, into, intoColumns, span: this.since(start) }));
  });

  /** `= a =` and `= a +=`, where `a` is a column. */
  private assignedColumnFollows(): boolean {
    if (!this.next(T.Equal)) return false;
    let ahead = 2;
    while (this.next(T.Dot, ahead + 1)) ahead += 2;
    return (
      (this.next(T.Equal, ahead + 1) || this.next(T.CompoundAssign, ahead + 1)) &&
      identifierOf(this.LA(ahead)).name !== '' &&
      /^[\p{L}_#["]/u.test(this.LA(ahead).image)
    );
  }
}

function changeOf({ ctes }: Head, top: Top | undefined, target: Target, options: readonly QueryOption[]) {
  const span = spanning(target.span, target.span);
  return { ctes, top, target, options, output: undefined, secondOutput: undefined, span };
}
