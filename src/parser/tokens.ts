// The alphabet of the grammar: token types, the keyword table, and which words are reserved.
// Token types carry no patterns: scan.ts makes the tokens, and tells keywords from names by the table here.
// Categories nest: filler > any word > name > bare name (a name that may be an alias without AS).

import { createToken, type TokenType } from 'chevrotain';

function token(name: string, label: string, categories: TokenType[]): TokenType {
  return createToken({ name, label, categories });
}

/** Everything that may stand between the parentheses of a hint we accept and ignore. */
export const Filler = token('Filler', 'a hint', []);
/** Any word, reserved or not: for hints and values of settings. */
export const AnyWord = token('AnyWord', 'a word', [Filler]);
export const Name = token('Name', 'a name', [AnyWord]);
export const BareName = token('BareName', 'an alias', [Name]);

export const Word = token('Word', 'a name', [BareName]);
export const QuotedName = token('QuotedName', 'a name', [BareName]);
/** Reserved, without a part in the grammar: mostly the first words of statements not supported yet. */
export const ReservedWord = token('ReservedWord', 'a reserved word', [AnyWord]);
/** CURRENT_TIMESTAMP and its like: functions called without parentheses. */
export const NiladicFunction = token('NiladicFunction', 'a function', [AnyWord]);
/** A name, but no alias without AS, because it often starts what follows. */
export const ClauseWord = token('ClauseWord', 'a name', [Name]);

export const Numeric = token('Numeric', 'a number', [Filler]);
export const Integer = token('Integer', 'a whole number', [Numeric]);
export const Decimal = token('Decimal', 'a number', [Numeric]);
export const Money = token('Money', 'an amount of money', [Filler]);
export const StringText = token('StringText', 'a string', [Filler]);
export const Binary = token('Binary', 'a binary value', [Filler]);
export const Variable = token('Variable', 'a parameter', [Filler]);

/** Operators between two operands, except comparisons. */
export const Infix = token('Infix', 'an operator', []);
export const Arithmetic = token('Arithmetic', 'an operator', [Infix, Filler]);
/** `+=`: an operator and an assignment. */
export const CompoundAssign = token('CompoundAssign', 'an assignment', [Filler]);
export const Comparison = token('Comparison', 'a comparison', [Filler]);
export const Prefix = token('Prefix', 'an operator', []);

export const Plus = token('Plus', '"+"', [Arithmetic, Prefix]);
export const Minus = token('Minus', '"-"', [Arithmetic, Prefix]);
export const Star = token('Star', '"*"', [Arithmetic]);
export const Slash = token('Slash', '"/"', [Arithmetic]);
export const Modulo = token('Modulo', '"%"', [Arithmetic]);
export const Concat = token('Concat', '"||"', [Arithmetic]);
export const BitAnd = token('BitAnd', '"&"', [Arithmetic]);
export const BitOr = token('BitOr', '"|"', [Arithmetic]);
export const BitXor = token('BitXor', '"^"', [Arithmetic]);
export const ShiftLeft = token('ShiftLeft', '"<<"', [Arithmetic]);
export const ShiftRight = token('ShiftRight', '">>"', [Arithmetic]);
export const Tilde = token('Tilde', '"~"', [Prefix, Filler]);
export const Equal = token('Equal', '"="', [Comparison]);
export const NotEqual = token('NotEqual', '"<>"', [Comparison]);
export const Less = token('Less', '"<"', [Comparison]);
export const LessEqual = token('LessEqual', '"<="', [Comparison]);
export const Greater = token('Greater', '">"', [Comparison]);
export const GreaterEqual = token('GreaterEqual', '">="', [Comparison]);

export const LeftParen = token('LeftParen', '"("', []);
export const RightParen = token('RightParen', '")"', []);
export const Comma = token('Comma', '","', [Filler]);
export const Dot = token('Dot', '"."', [Filler]);
export const DoubleColon = token('DoubleColon', '"::"', []);
/** `[` of a list, `ARRAY[`; other brackets enclose names. */
export const ListStart = token('ListStart', '"["', []);
/** `[` of a subscript. */
export const SubscriptStart = token('SubscriptStart', '"["', []);
export const RightBracket = token('RightBracket', '"]"', []);
export const LeftBrace = token('LeftBrace', '"{"', []);
export const RightBrace = token('RightBrace', '"}"', []);
export const Colon = token('Colon', '":"', []);
export const Separator = token('Separator', '";"', []);
/** A character outside the language; never part of a rule, so it is reported where it stands. */
export const Unknown = token('Unknown', 'a character', []);

type WordsIn<S extends string> = S extends `${infer W} ${infer Rest}` ? W | WordsIn<Rest> : S;

function words<const S extends string>(list: S, categories: TokenType[]): Record<WordsIn<S>, TokenType> {
  const made = list.split(' ').map((word) => [word, token(word, word, categories)] as const);
  return Object.fromEntries(made) as Record<WordsIn<S>, TokenType>; // fromEntries forgets the keys
}

/** Never a name unless quoted. */
const reserved = {
  ...words('AND OR', [AnyWord, Infix]),
  ...words('NOT', [AnyWord, Prefix]),
  ...words('ALL ALTER ANY AS ASC BETWEEN BY CASE COLLATE CREATE CROSS DEFAULT DESC DISTINCT DROP ELSE END', [AnyWord]),
  ...words('ESCAPE EXCEPT EXISTS EXTERNAL FALSE FETCH FOR FROM FULL GROUP HAVING IF IN INNER', [AnyWord]),
  ...words('INTERSECT INTO IS JOIN LEFT LIKE NULL ON OPTION ORDER OUTER OVER PIVOT RIGHT SELECT SET', [AnyWord]),
  ...words('SOME TABLE TABLESAMPLE THEN TOP TRUE UNION UNPIVOT VALUES WHEN WHERE WITH', [AnyWord]),
  ...words(
    'AUTHORIZATION BEGIN BREAK EXEC EXECUTE COMMIT CONSTRAINT CONTINUE DECLARE DELETE DENY FOREIGN GRANT INSERT MERGE OF',
    [AnyWord],
  ),
  ...words('PRIMARY PRINT RAISERROR REFERENCES RETURN REVOKE ROLLBACK TO TRUNCATE UNIQUE UPDATE USE WHILE', [AnyWord]),
};

/** Names that also play a part in the grammar. */
const namesToo = {
  ...words('ANALYZE APPLY BOTH CREDENTIAL CURRENT DATA DATABASE FILE FIRST FOLLOWING FORMAT IDENTITY', [BareName]),
  ...words('LEADING MAX NEXT NULLS ONLY PARTITION PERCENT PRECEDING RANGE ROW ROWS SCOPED SECRET', [BareName]),
  ...words('SERVICE SOURCE TIES TRAILING UNBOUNDED', [BareName]),
  ...words(
    'ABSENT ADD APPROXIMATE ARRAY AUTO BULK CACHE CASCADE CATCH CHANGE_TRACKING_CONTEXT CHECK CLUSTERED COLUMN COLUMNSTORE CYCLE DECRYPTION ENCRYPTION ENFORCED',
    [BareName],
  ),
  ...words(
    'IDENTITY_INSERT INCLUDE INCREMENT INDEX ENCRYPTED FILESTREAM HIDDEN MASKED RECOMPILE ROWGUIDCOL SPARSE JSON KEY MATERIALIZED FORCE REGENERATE MASTER MATCHED MAXVALUE MINVALUE MODEL NO NOCHECK PATH',
    [BareName],
  ),
  ...words(
    'INCLUDE_NULL_VALUES WITHOUT_ARRAY_WRAPPER NONCLUSTERED OBJECT PARAMETERS PASSWORD PROVIDER PERSISTED REPEATABLE REPLACE RESTART ROOT SAVE SCHEMA SEQUENCE START STATISTICS',
    [BareName],
  ),
  ...words(
    'SETS SYSTEM TARGET TIME TRAN TRANSACTION TRY VALUE VIEW WORK WRAPPER ZONE CUBE ROLLUP GROUPING OPENROWSET',
    [BareName],
  ),
};

/** The same, but no alias without AS: `FROM t LIMIT 5` limits, it does not rename t. */
const clauseWords = {
  ...words(
    'AT CLOSE COPY EXCLUDE EXPLAIN ILIKE RETURNING IGNORE LIMIT OFFSET OPEN OUTPUT QUALIFY RENAME RESPECT THROW USING',
    [Name],
  ),
  ...words('WINDOW WITHIN', [Name]),
};

/** Keywords only before "(": elsewhere they are names like any other. */
const callWords = words('CAST CONVERT PARSE TRIM TRY_PARSE TRY_CAST TRY_CONVERT', [AnyWord]);

/** The token type of each keyword, by its upper-case text. */
export const K = { ...reserved, ...namesToo, ...clauseWords, ...callWords };

const RESERVED_ELSEWHERE = [...'CHECKPOINT DBCC DEALLOCATE GOTO KILL RECONFIGURE REVERT SHUTDOWN WAITFOR'.split(' ')];
const NILADIC = 'CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER SESSION_USER SYSTEM_USER'.split(' ');
const STATEMENT_WORDS = 'BACKUP RESTORE'.split(' ');

/** From upper-case text to token type; a word that is not here is a name. */
export const keywords: ReadonlyMap<string, TokenType> = new Map([
  ...Object.entries(K),
  ...RESERVED_ELSEWHERE.map((word) => [word, ReservedWord] as const),
  ...NILADIC.map((word) => [word, NiladicFunction] as const),
  ...STATEMENT_WORDS.map((word) => [word, ClauseWord] as const),
]);

export const callOnly: ReadonlySet<string> = new Set(Object.keys(callWords));
/** Keywords that are functions before "(": `LEFT(s, 2)`. */
export const functionToo: ReadonlySet<string> = new Set(['LEFT', 'RIGHT', 'UPDATE']);

export const vocabulary: TokenType[] = [
  ...[Filler, AnyWord, Name, BareName, Word, QuotedName, ReservedWord, NiladicFunction, ClauseWord],
  ...[Numeric, Integer, Decimal, Money, StringText, Binary, Variable],
  ...[Infix, Arithmetic, Comparison, Prefix, CompoundAssign],
  ...[Plus, Minus, Star, Slash, Modulo, Concat, BitAnd, BitOr, BitXor, ShiftLeft, ShiftRight, Tilde],
  ...[Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual],
  ...[LeftParen, RightParen, ListStart, SubscriptStart, RightBracket, LeftBrace, RightBrace, Colon],
  ...[Comma, Dot, DoubleColon, Separator, Unknown],
  ...Object.values(K),
];

/** The words of the language by class; for the generated keyword list. */
export function wordClasses(): Readonly<Record<string, readonly string[]>> {
  return {
    reserved: [...Object.keys(reserved), ...RESERVED_ELSEWHERE].sort(),
    'called without parentheses': [...NILADIC].sort(),
    name: Object.keys(namesToo).sort(),
    'name, no bare alias': [...Object.keys(clauseWords), ...STATEMENT_WORDS].sort(),
    'keyword before "(", else a name': [...callOnly].sort(),
    'name before "(", else reserved': [...functionToo].sort(),
  };
}

/** Whether a token may never be read as a name. */
export function isReserved(type: TokenType): boolean {
  if (type === ReservedWord || type === NiladicFunction) return true;
  return Object.values<TokenType>(reserved).includes(type) || Object.values<TokenType>(callWords).includes(type);
}
