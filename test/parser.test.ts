// The parser against its goldens, and what goldens cannot say: spans, depth, size, and the shape of the grammar.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../src/common/catalogue.ts';
import { renderError, SqlcError } from '../src/common/errors.ts';
import type { Expression, QueryBody, Statement, TableSource } from '../src/parser/ast.ts';
import { maskSecrets } from '../src/parser/mask-secrets.ts';
import { parse } from '../src/parser/parse.ts';
import { QueryParser } from '../src/parser/queries.ts';
import { childrenOf, queryOf } from '../src/parser/shape.ts';
import { StatementParser } from '../src/parser/statements.ts';
import { readBlocks, runDatadriven, writeBlock } from './support/datadriven.ts';
import { printAst } from './support/print-ast.ts';

type AnyKind = (Expression | QueryBody | TableSource | Statement)['kind'];
type Unprinted = 'column' | 'number' | 'string' | 'list' | 'struct' | 'subscript';

const goldens = new URL('./golden/parse/', import.meta.url);

for (const file of readdirSync(goldens).filter((name) => name.endsWith('.test'))) {
  runDatadriven(new URL(file, goldens).pathname, (directive, _, input) => {
    expect(directive).toBe('parse');
    try {
      return parse(input).map(printAst).join('\n');
    } catch (found) {
      if (!(found instanceof SqlcError)) throw found;
      return renderError(found, { text: maskSecrets(input) });
    }
  });
}

describe('goldens', () => {
  const text = readdirSync(goldens)
    .map((file) => readFileSync(new URL(file, goldens), 'utf8'))
    .join('\n');

  test('show every syntax error', () => {
    const raisedElsewhere = ['syntax/empty-script', 'syntax/one-statement'];
    const codes = Object.keys(catalogue).filter(
      (code) => code.startsWith('syntax/') && !raisedElsewhere.includes(code),
    );
    expect(codes.filter((code) => !text.includes(`error ${code}`))).toEqual([]);
  });

  test('show every kind of node', () => {
    // Columns, numbers and strings are printed as written; [1, 2], {'a': 1} and a[1] have no syntax yet.
    const kinds: Partial<Record<Exclude<AnyKind, Unprinted>, true>> = {
      ...{ star: true, 'binary-literal': true, null: true, boolean: true, parameter: true, unary: true, binary: true },
      ...{ 'is-null': true, 'is-distinct': true, between: true, 'in-list': true, 'in-query': true, like: true },
      ...{ exists: true, quantified: true, case: true, cast: true, call: true, 'scalar-query': true, field: true },
      ...{ select: true, 'set-operation': true, values: true, nested: true, table: true, derived: true, join: true },
      ...{ 'table-function': true, 'select-statement': true, explain: true, set: true, 'create-table-as': true },
      ...{ drop: true, 'create-credential': true, 'create-data-source': true, 'create-file-format': true },
      ...{ 'create-external-table': true, 'create-service': true, 'alter-service': true, 'alter-credential': true },
    };
    expect(Object.keys(kinds).filter((kind) => !new RegExp(`\\(${kind}[\\s)]`).test(text))).toEqual([]);
  });
});

function expressionOf(text: string): Expression {
  const [statement] = parse(`SELECT ${text}`);
  if (statement?.kind !== 'select-statement' || statement.query.body.kind !== 'select') throw new Error('not a select');
  const [item] = statement.query.body.items;
  if (item === undefined) throw new Error('no item');
  return item.expression;
}

function failureOf(text: string): SqlcError | undefined {
  try {
    parse(text);
    return undefined;
  } catch (found) {
    if (found instanceof SqlcError) return found;
    throw found;
  }
}

function codeOf(text: string): string | undefined {
  return failureOf(text)?.code;
}

describe('spans', () => {
  const text = (sql: string) => parse(sql).map(({ span }) => sql.slice(span.start, span.end));

  test('a statement is exactly its text', () => {
    expect(text('  SELECT 1 ;; -- one\n\tselect 2 AS b  ; SET a = 1')).toEqual([
      'SELECT 1',
      'select 2 AS b',
      'SET a = 1',
    ]);
  });

  test('without separators', () => {
    expect(text('SELECT 1 SELECT 2 a SET x ON WITH c AS (SELECT 1 AS a) SELECT * FROM c')).toEqual([
      'SELECT 1',
      'SELECT 2 a',
      'SET x ON',
      'WITH c AS (SELECT 1 AS a) SELECT * FROM c',
    ]);
  });

  test('GO separates only alone on its line', () => {
    expect(text('SELECT 1\nGO\nSELECT 2 go\n  go -- again\nSELECT go FROM t')).toEqual([
      'SELECT 1',
      'SELECT 2 go',
      'SELECT go FROM t',
    ]);
  });

  test('parentheses belong to what they hold', () => {
    const sql = 'SELECT (a + b) * c';
    const [{ start, end } = { start: 0, end: 0 }] = childrenOf(expressionOf('(a + b) * c')).map(({ span }) => span);
    expect(sql.slice(start, end)).toBe('(a + b)');
  });

  test('nothing to run', () => {
    expect(parse('')).toEqual([]);
    expect(parse(' ; -- nothing\n/* at /* all */ */\nGO\n')).toEqual([]);
  });
});

describe('long and deep', () => {
  const depthOf = (expression: Expression): number => {
    let depth = 0;
    for (let at: Expression | undefined = expression; at !== undefined; at = childrenOf(at)[0]) depth++;
    return depth;
  };

  test('chains of operators are flat in the parser', () => {
    expect(depthOf(expressionOf(Array(5000).fill('a').join(' AND ')))).toBe(5000);
    expect(depthOf(expressionOf(Array(5000).fill('1').join('+')))).toBe(5000);
    expect(depthOf(expressionOf(`b OR ${Array(5000).fill("a = 'x'").join(' OR ')}`))).toBe(5001);
  });

  test('long lists', () => {
    const list = expressionOf(`a IN (${Array.from({ length: 20_000 }, (_, i) => i).join(', ')})`);
    expect(childrenOf(list)).toHaveLength(20_001);
    expect(parse(`SELECT ${Array(1000).fill('f(a, 1) + b AS c').join(', ')} FROM t`)).toHaveLength(1);
    expect(parse(Array(2000).fill('SELECT 1').join(' UNION ALL '))).toHaveLength(1);
    expect(parse(Array(2000).fill('SELECT 1').join('\n'))).toHaveLength(2000);
  });

  const nested: Record<string, (n: number) => string> = {
    parentheses: (n) => `SELECT ${'('.repeat(n)}1${')'.repeat(n)}`,
    operands: (n) => `SELECT ${'(1 + 2 * '.repeat(n)}1${')'.repeat(n)}`,
    calls: (n) => `SELECT ${'f(1, '.repeat(n)}1${')'.repeat(n)}`,
    CASE: (n) => `SELECT ${'CASE WHEN 1 = 2 THEN 1 ELSE '.repeat(n)}1${' END'.repeat(n)}`,
    CAST: (n) => `SELECT ${'CAST('.repeat(n)}1${' AS int)'.repeat(n)}`,
    'IN lists': (n) => `SELECT 1 WHERE ${'a = 1 AND 1 IN ('.repeat(n)}1${')'.repeat(n)}`,
  };
  for (const [name, make] of Object.entries(nested)) {
    test(`250 levels of ${name}, not 251`, () => {
      expect(codeOf(make(250))).toBeUndefined();
      expect(codeOf(make(251))).toBe('syntax/too-deep');
      expect(codeOf(make(100_000))).toBe('syntax/too-deep');
    });
  }

  const queries: Record<string, (n: number) => string> = {
    subqueries: (n) => `SELECT ${'1 + (SELECT '.repeat(n)}1${')'.repeat(n)}`,
    'derived tables': (n) => `SELECT * FROM ${'(SELECT * FROM '.repeat(n)} t ${') t'.repeat(n)}`,
    EXISTS: (n) => `SELECT 1 WHERE ${'a = 1 AND EXISTS (SELECT 1 WHERE '.repeat(n)}1 = 1${')'.repeat(n)}`,
    'set operands': (n) => `${'(SELECT 1 UNION '.repeat(n)}SELECT 1${')'.repeat(n)}`,
    'WITH clauses': (n) => `${'WITH a AS ('.repeat(n)}SELECT 1${') SELECT 1'.repeat(n)}`,
    'queries and parentheses': (n) => `SELECT ${'((SELECT '.repeat(n / 2)}1${'))'.repeat(n / 2)}`,
  };
  for (const [name, make] of Object.entries(queries)) {
    test(`250 levels of ${name}, not more`, () => {
      expect(codeOf(make(250))).toBeUndefined();
      expect(codeOf(make(252))).toBe('syntax/too-deep');
      expect(codeOf(make(100_000))).toBe('syntax/too-deep');
    });
  }

  test('60 levels of windows, not 61', () => {
    const windows = (n: number) => `SELECT ${'SUM(1) OVER (ORDER BY 1 * '.repeat(n)}1${')'.repeat(n)}`;
    expect(codeOf(windows(60))).toBeUndefined();
    expect(codeOf(windows(61))).toBe('syntax/too-deep');
  });

  test('what is wrong deep inside is reported at its place, once', () => {
    const sql = `SELECT * FROM ${'(SELECT a FROM '.repeat(100)}t WHERE ORDER${') x'.repeat(100)}; SELECT 1 +; SELECT 2`;
    const failure = failureOf(sql);
    expect(failure?.code).toBe('syntax/unexpected-keyword');
    expect(failure?.span?.start).toBe(sql.indexOf('ORDER'));
    expect(failure?.others).toHaveLength(1);
  });

  test('prefixes, postfixes, predicates and joins that nest without parentheses', () => {
    expect(codeOf(`SELECT ${'- '.repeat(100_000)}1`)).toBe('syntax/too-deep');
    expect(codeOf(`SELECT 1 WHERE ${'NOT '.repeat(100_000)}a`)).toBe('syntax/too-deep');
    expect(codeOf(`SELECT a${'::int'.repeat(100_000)}`)).toBe('syntax/too-deep');
    expect(codeOf(`SELECT a${' IS NULL'.repeat(100_000)}`)).toBe('syntax/too-deep');
    expect(codeOf(`SELECT a${' = 1'.repeat(100_000)}`)).toBe('syntax/too-deep');
    expect(codeOf(`SELECT * FROM a${' JOIN a'.repeat(10_000)}${' ON 1 = 1'.repeat(10_000)}`)).toBe('syntax/too-deep');
    expect(codeOf(`SELECT * FROM a${' JOIN a ON 1 = 1'.repeat(2000)}`)).toBeUndefined();
    expect(codeOf(`SELECT * FROM t WITH (INDEX ${'('.repeat(100_000)}`)).toBe('syntax/too-deep');
  });
});

describe('the grammar', () => {
  test('has no ambiguity that is not meant', () => {
    expect(() => new StatementParser({ validate: true }).ready()).not.toThrow();
  });

  test('the query parser is part of the statement parser', () => {
    const queries = Object.keys(new QueryParser().ready().getGAstProductions());
    const all = Object.keys(new StatementParser().ready().getGAstProductions());
    expect(all).toEqual(expect.arrayContaining(queries));
  });
});

describe('shape', () => {
  test('children stand in the order of the text', () => {
    const call = expressionOf(
      'f(DISTINCT a, b) WITHIN GROUP (ORDER BY c) OVER (PARTITION BY d ORDER BY e ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING)',
    );
    expect(childrenOf(call).map(printAst)).toEqual(['a', 'b', 'c', 'd', 'e', '1', '2']);
    expect(childrenOf(expressionOf('CASE a WHEN 1 THEN b ELSE c END')).map(printAst)).toEqual(['a', '1', 'b', 'c']);
    expect(childrenOf(expressionOf("a LIKE b ESCAPE '!'")).map(printAst)).toEqual(['a', 'b', "'!'"]);
    expect(queryOf(expressionOf('a IN (SELECT 1)'))?.kind).toBe('query');
    expect(queryOf(expressionOf('a'))).toBeUndefined();
  });
});

describe('golden files', () => {
  test('are read block by block', () => {
    const text = '# why\nparse a=1 b\nin\nput\n----\nout\n\nparse\n----\n----\none\n\ntwo\n----\n----\n\n# end\n';
    const { blocks, tail } = readBlocks(text, 'x.test');
    expect(tail).toBe('# end\n');
    expect(blocks.map(({ line, before, args, input, expected }) => [line, before, [...args], input, expected])).toEqual(
      [
        [
          2,
          '# why\n',
          [
            ['a', '1'],
            ['b', true],
          ],
          'in\nput',
          'out',
        ],
        [8, '', [], '', 'one\n\ntwo'],
      ],
    );
    expect(blocks.map((block) => writeBlock(block, block.expected)).join('') + tail).toBe(text);
  });
});

describe('secrets', () => {
  test('are blotted out where they stand', () => {
    const text = "WITH IDENTITY = 'i', SECRET = 'a''b\nc' x\nPASSWORD=N'pw', SECRET = bare; SECRET = 'open";
    const masked = maskSecrets(text);
    expect(masked).toBe("WITH IDENTITY = 'i', SECRET = '****\n*' x\nPASSWORD=N'**', SECRET = ****; SECRET = '****");
    expect(masked).toHaveLength(text.length);
  });

  test('are blotted out of URLs, but not containers of blobs', () => {
    const url = "'https://user:pass@host/p?Subscription-Key=abc&x=1&sig=a%2Bb' wasbs://c@account/p a@b k=v";
    const masked = "'https://*********@host/p?Subscription-Key=***&x=1&sig=*****' wasbs://c@account/p a@b k=v";
    expect(maskSecrets(url)).toBe(masked);
  });

  test('are in no message', () => {
    const written = [
      "CREATE DATABASE SCOPED CREDENTIAL c WITH IDENTITY = 'i', SECRET = hunter2",
      "CREATE DATABASE SCOPED CREDENTIAL c WITH IDENTITY = 'i', SECRET 'hunter2'",
      "CREATE DATABASE SCOPED CREDENTIAL c WITH IDENTITY = 'i', SECRET = [hunter2]",
      "CREATE DATABASE SCOPED CREDENTIAL c WITH SECRET = 'hunter2'",
      "CREATE DATABASE SCOPED CREDENTIAL c WITH IDENTITY = 'i', SECRET = 'hunter2' 'hunter2'",
      "CREATE DATABASE SCOPED CREDENTIAL c WITH IDENTITY = 'i', SECRET = 'hunter2",
    ];
    for (const sql of written) {
      let message = '';
      try {
        parse(sql);
      } catch (found) {
        if (found instanceof SqlcError) message = [found.message, found.hint].join('\n');
      }
      expect(message, sql).not.toBe('');
      expect(message, sql).not.toContain('hunter2');
    }
  });
});
