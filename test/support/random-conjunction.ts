// Random WHERE clauses of several conditions on answers, over a table large enough that their order matters, in every
// order they can be written. What draws the same numbers gives the same queries.

/** A hundred rows: repeated bodies, few titles, NULLs, a language that the service refuses. */
export const CONJUNCTION_TABLES: readonly string[] = [
  `CREATE TABLE posts AS
    SELECT id, CASE WHEN id % 41 = 0 THEN NULL ELSE word + other + CAST(id * 7 % 89 AS nvarchar(10)) END AS body,
      CASE WHEN id % 3 = 0 THEN word ELSE other END + CAST(id * 5 % 13 AS nvarchar(10)) AS title,
      CASE WHEN id % 29 = 0 THEN 'xx' WHEN id % 2 = 0 THEN 'en' END AS lang, id * 11 % 37 AS n
    FROM (SELECT a.x * 100 + b.x * 10 + c.x AS id,
        CASE (a.x * 3 + b.x + c.x * 7) % 5 WHEN 0 THEN N'good ' WHEN 1 THEN N'bad ' WHEN 2 THEN N'great ' WHEN 3 THEN N'Paris ' ELSE N'a ' END AS word,
        CASE (a.x + b.x * 3 + c.x) % 4 WHEN 0 THEN N'bonjour ' WHEN 1 THEN N'awful ' WHEN 2 THEN N'Rome ' ELSE N'table ' END AS other
      FROM (VALUES (0)) AS a (x)
        CROSS JOIN (VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) AS b (x)
        CROSS JOIN (VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) AS c (x)) AS t`,
  `CREATE TABLE topics (id, note) AS SELECT * FROM (VALUES (1, N'great'), (2, N'bad'), (5, N'good'), (12, NULL), (20, N'bonjour'), (33, N'awful')) AS v (id, note)`,
];

export interface RandomConjunction {
  /** Two to four; two or more of them read answers. */
  readonly conjuncts: readonly string[];
  sqlOf(conjuncts: readonly string[]): string;
}

/** @param below whole numbers from 0 and below what is asked for */
export function conjunctions(below: (limit: number) => number): () => RandomConjunction {
  const chance = (percent: number) => below(100) < percent;
  const pick = <T>(choices: readonly T[]): T => {
    const chosen = choices[below(choices.length)];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  };
  const text = () => pick(['d.body', 'd.body', 'd.title', 'UPPER(d.title)', "CONCAT(d.body, ' x')"]);
  const label = () => pick(['positive', 'negative', 'neutral']);
  const onAnswer = (): string =>
    pick([
      () => `SENTIMENT(${text()}) = '${label()}'`,
      () => `SENTIMENT(${text()}) <> '${label()}'`,
      () => `SENTIMENT_SCORE(${text()}) > 0.${below(9) + 1}`,
      () => `DETECT_LANGUAGE(${text()}) = '${pick(['fr', 'en'])}'`,
      () => `KEY_PHRASES(${text()}) IS NOT NULL`,
      () => `SENTIMENT(d.body, d.lang) = '${label()}'`,
      () => `SENTIMENT(d.title, DETECT_LANGUAGE(d.body)) <> '${label()}'`,
      () => `SENTIMENT(${text()}) = SENTIMENT(${text()})`,
      () => `(d.n > ${below(30)} OR SENTIMENT(${text()}) = '${label()}')`,
      () => `CASE WHEN d.n < ${below(30)} THEN DETECT_LANGUAGE(${text()}) ELSE 'fr' END = 'fr'`,
      () => `COGNITIVE_ERROR(SENTIMENT(d.body, d.lang)) IS NULL`,
      () => `d.n IN (SELECT id FROM topics WHERE SENTIMENT(note) = '${label()}')`,
    ])();
  const cheap = (): string =>
    pick([
      () => `d.n < ${5 + below(30)}`,
      () => `d.title LIKE '%${pick(['o', 'a', 'e '])}%'`,
      () => 'd.n IN (SELECT id FROM topics)',
      () => 'EXISTS (SELECT 1 FROM topics AS e WHERE e.id = d.n)',
    ])();
  return () => {
    const calls = Array.from({ length: chance(35) ? 3 : 2 }, onAnswer);
    const conjuncts = [...new Set([...calls, ...(chance(50) ? [cheap()] : [])])];
    const fail = chance(20) ? ' OPTION (ON_ERROR FAIL)' : '';
    const make = pick<(where: string) => string>([
      (where) => `SELECT d.id FROM posts AS d WHERE ${where}`,
      (where) => `SELECT d.id, SENTIMENT(d.title) AS mood FROM posts AS d WHERE ${where}`,
      (where) => `SELECT COUNT(*) AS n, MAX(d.n) AS m FROM posts AS d WHERE ${where}`,
      (where) =>
        `SELECT DETECT_LANGUAGE(d.body) AS l, COUNT(*) AS n FROM posts AS d WHERE ${where} GROUP BY DETECT_LANGUAGE(d.body)`,
      (where) => `SELECT d.id, t.note FROM posts AS d JOIN topics AS t ON t.id = d.n WHERE ${where}`,
      (where) => `SELECT d.id, t.note FROM posts AS d LEFT JOIN topics AS t ON t.id = d.n WHERE ${where}`,
      (where) =>
        `SELECT d.id, d.mood FROM (SELECT id, LOWER(body) AS body, title, lang, n, SENTIMENT(title) AS mood FROM posts) AS d WHERE ${where}`,
      (where) =>
        `WITH d AS (SELECT id, body, title, lang, n, ROW_NUMBER() OVER (PARTITION BY title ORDER BY id) AS k FROM posts) SELECT d.id FROM d WHERE d.k < 8 AND ${where}`,
    ]);
    return { conjuncts, sqlOf: (some) => `${make(some.join(' AND '))}${fail}` };
  };
}
