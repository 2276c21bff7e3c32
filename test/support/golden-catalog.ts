// The catalog of a golden file. `ddl` takes `table name (column type, …)`, one a line, for planning alone, or real
// statements, one a line: CREATE TABLE … AS (which also has rows, for `run` and `calls`), credentials, data sources,
// file formats, external tables, services. `table …` is a CREATE TABLE AS of no rows, so both take the same way.

import { typeName } from '../../src/arrow/sql-type.ts';
import type { StoredTable, TableDefinition } from '../../src/catalog/definitions.ts';
import { EMPTY_SNAPSHOT, type Snapshot } from '../../src/catalog/snapshot.ts';
import type { Statement } from '../../src/parser/ast.ts';
import { parse } from '../../src/parser/parse.ts';
import {
  bindCredential,
  bindDataSource,
  bindExternalTable,
  bindFileFormat,
  newTableName,
} from '../../src/planner/bind/objects.ts';
import { renamed } from '../../src/planner/bind/query.ts';
import { bindService } from '../../src/planner/bind/services.ts';
import { allFunctions } from '../../src/udf/functions/index.generated.ts';
import { isLocal } from '../../src/udf/operation.ts';
import { planGolden } from './golden-plan.ts';

const OPERATIONS = allFunctions.flatMap(({ operation }) => (isLocal(operation) ? [] : [operation]));

export class GoldenCatalog {
  snapshot: Snapshot = EMPTY_SNAPSHOT;
  /** Statements no engine has run yet. */
  #pending: string[] = [];

  /** Adds what the text defines; answers what each line made. */
  async define(text: string): Promise<string> {
    const made: string[] = [];
    for (const line of statementLines(text)) {
      const sql = /^table\s/i.test(line) ? emptyTable(line) : line;
      for (const statement of parse(sql)) {
        this.snapshot = await withObject(this.snapshot, statement);
        made.push(describe(this.snapshot, statement));
      }
      this.#pending.push(sql);
    }
    return made.join('\n');
  }

  /** What an engine has to run before the next query; nothing the second time. */
  takePending(): string {
    const script = this.#pending.join(';\n');
    this.#pending = [];
    return script;
  }
}

/** A statement goes on in the next line when that one is indented. */
function statementLines(text: string): string[] {
  return text.split(/\n(?=\S)/).filter((line) => line.trim() !== '');
}

function emptyTable(line: string): string {
  const [, name, columns] = line.match(/^table\s+(\[[^\]]+\]|\S+)\s*\(([\s\S]*)\)\s*$/i) ?? [];
  if (name === undefined || columns === undefined) throw new Error(`not a table: ${line}`);
  const items = columns.split(/,(?![^(]*\))/).map((column) => {
    const [, label, type] = column.trim().match(/^(\[[^\]]+\]|\S+)\s+([\s\S]+)$/) ?? [];
    return `CAST(NULL AS ${type}) AS ${label}`;
  });
  return `CREATE TABLE ${name} AS SELECT ${items.join(', ')} WHERE 1 = 0`;
}

async function withObject(snapshot: Snapshot, statement: Statement): Promise<Snapshot> {
  switch (statement.kind) {
    case 'create-table-as': {
      const plan = await planGolden(statement.query, snapshot, { consumer: 'blocking' });
      const columns = renamed(plan.logical, statement.columns, 'column list', statement.name.span);
      const table: StoredTable = {
        kind: 'stored',
        ...newTableName(statement.name, snapshot),
        columns: columns.map((c) => ({ name: c.name, type: c.type, nullable: true })),
        database: undefined,
      };
      return { ...snapshot, tables: [...snapshot.tables, table] };
    }
    case 'create-credential':
      return { ...snapshot, credentials: [...snapshot.credentials, bindCredential(statement, snapshot, false)] };
    case 'create-data-source':
      return { ...snapshot, dataSources: [...snapshot.dataSources, bindDataSource(statement, snapshot)] };
    case 'create-file-format':
      return { ...snapshot, fileFormats: [...snapshot.fileFormats, bindFileFormat(statement, snapshot)] };
    case 'create-external-table':
      return { ...snapshot, tables: [...snapshot.tables, bindExternalTable(statement, snapshot)] };
    case 'create-service':
      return { ...snapshot, services: [...snapshot.services, bindService(statement, snapshot, OPERATIONS)] };
    default:
      throw new Error(`ddl does not take ${statement.kind}`);
  }
}

function describe(snapshot: Snapshot, statement: Statement): string {
  if (statement.kind !== 'create-table-as' && statement.kind !== 'create-external-table') return 'ok';
  const table: TableDefinition | undefined = snapshot.tables.at(-1);
  const columns = table?.columns.map((c) => `${c.name} ${typeName(c.type)}`) ?? [];
  return `${table?.schema}.${table?.name} (${columns.join(', ')})`;
}
