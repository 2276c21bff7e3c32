// Random queries whose calls stand where rules move them: under joins of every kind, in derived tables, behind conditions
// on other answers, in groups; with NULLs, repeated texts, a row the service refuses and ON_ERROR. What draws the same
// numbers gives the same queries.

// `lang` is a language the service refuses in one row; `pid` and `id` repeat, miss each other and are NULL.
export const CALL_TABLES: readonly string[] = [
  `CREATE TABLE reviews (id, body, title, lang, pid, n, d) AS SELECT * FROM (VALUES
    (1, N'good food', N'bad', 'en', 10, 5, CAST('2024-01-01' AS date)), (2, N'bad room', N'a table', 'fr', 10, NULL, NULL),
    (3, N'good food', N'great', NULL, 11, 7, CAST('2024-01-02' AS date)), (4, NULL, N'bad', 'en', 12, 5, NULL),
    (5, N'', NULL, 'en', NULL, 2, CAST('2024-01-01' AS date)), (6, N'a table', N'bonjour', 'xx', 99, NULL, NULL),
    (7, N'awful noise', N'bad', 'en', 11, 7, NULL), (8, N'bad room', N'great', 'fr', NULL, 1, CAST('2024-01-03' AS date)),
    (9, N'Good. bad.', N'good food', NULL, 10, 5, NULL), (10, N'good food', NULL, 'en', 98, -3, NULL))
    AS v (id, body, title, lang, pid, n, d)`,
  `CREATE TABLE products (id, note, label, k) AS SELECT * FROM (VALUES
    (10, N'great', N'positive', 1), (10, N'bad', N'negative', 2), (11, NULL, NULL, 5), (12, N'bonjour', N'neutral', NULL),
    (13, N'good food', N'mixed', 5), (NULL, N'awful noise', N'positive', 7), (14, N'', N'fr', 2)) AS v (id, note, label, k)`,
];

interface Source {
  readonly from: string;
  /** Columns by what can be done with them; all qualified. */
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
  readonly answers: readonly string[];
}

/** The same seed gives the same queries. */
export function callQueries(random: () => number): () => string {
  const chance = (probability: number) => random() < probability;
  const pick = <T>(choices: readonly T[]): T => {
    const chosen = choices[Math.floor(random() * choices.length)];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  };
  const some = (low: number, high: number, make: () => string) =>
    Array.from({ length: low + Math.floor(random() * (high - low + 1)) }, make);

  const call = (text: string): string =>
    pick([
      `SENTIMENT(${text})`,
      `SENTIMENT(${text})`,
      `DETECT_LANGUAGE(${text})`,
      `SENTIMENT(UPPER(${text}))`,
      `SENTIMENT(CONCAT(${text}, ' x'))`,
      `SENTIMENT(COALESCE(${text}, 'good'))`,
      `SENTIMENT(${text}, DETECT_LANGUAGE(${text}))`,
      `SENTIMENT('good')`,
    ]);
  const label = () => pick(["'positive'", "'negative'", "'neutral'", "'en'"]);
  /** What a derived table makes of a call. */
  const projection = (text: string, number: string): string =>
    pick([
      () => call(text),
      () => call(text),
      () => `UPPER(${call(text)})`,
      () => `COALESCE(${call(text)}, 'none')`,
      () => `CASE WHEN ${number} > 3 THEN ${call(text)} END`,
      () => `CASE WHEN ${number} > 3 THEN ${call(text)} ELSE 'other' END`,
      () => `IIF(${call(text)} = ${label()}, 'yes', NULL)`,
      () => `CASE WHEN COGNITIVE_ERROR(${call(text)}) IS NULL THEN 'asked' END`,
    ])();
  const cheap = (text: string, number: string): string =>
    pick([`${number} > 3`, `${number} IS NOT NULL`, `${text} LIKE '%o%'`, `${text} IS NULL OR ${number} < 6`]);

  const reviews = (alias: string): Source => {
    const answer = projection(pick(['body', 'body', 'title']), 'n');
    const more = chance(0.4) ? projection(pick(['body', 'title']), 'id') : 'lang';
    const window = chance(0.25) ? 'ROW_NUMBER() OVER (PARTITION BY pid ORDER BY id DESC)' : 'n + 1';
    const conditions = [
      ...(chance(0.3) ? [`${call('body')} <> ${label()}`] : []),
      ...(chance(0.2) ? [cheap('title', 'n')] : []),
    ];
    const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(chance(0.8) ? ' AND ' : ' OR ')}`;
    const refused = chance(0.25) ? 'SENTIMENT(body, lang)' : answer;
    return {
      from: `(SELECT id, pid, n, LOWER(title) AS title, body, ${refused} AS mood, ${more} AS other, ${window} AS w FROM reviews${where}) ${alias}`,
      texts: [`${alias}.body`, `${alias}.title`],
      numbers: [`${alias}.id`, `${alias}.n`, `${alias}.w`],
      answers: [`${alias}.mood`, `${alias}.other`],
    };
  };
  const products = (alias: string): Source => ({
    from: chance(0.5)
      ? `products ${alias}`
      : `(SELECT id, label, k, note, ${projection('note', 'k')} AS mood FROM products${chance(0.3) ? ` WHERE ${call('note')} = ${label()}` : ''}) ${alias}`,
    texts: [`${alias}.note`, `${alias}.label`],
    numbers: [`${alias}.id`, `${alias}.k`],
    answers: [],
  });
  const JOINS = ['JOIN', 'JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'CROSS JOIN'];
  const joined = (a: Source, b: Source, x: string, y: string, types = [...JOINS, ',']): Source => {
    const type = pick(types);
    const on = pick([`${y}.id = ${x}.pid`, `${y}.id = ${x}.pid`, `${y}.k = ${x}.n`, `${y}.label = ${x}.mood`]);
    const extra =
      type !== 'FULL JOIN' && chance(0.25)
        ? ` AND ${pick([`${x}.n > 2`, `${y}.k < ${x}.w`, `${x}.mood <> 'en'`])}`
        : '';
    const condition = type === ',' || type === 'CROSS JOIN' ? '' : ` ON ${on}${extra}`;
    const [l, r] = chance(0.5) || type === ',' ? [a, b] : [b, a];
    return {
      from: `${l.from} ${type} ${r.from}${condition}`,
      texts: [...a.texts, ...b.texts],
      numbers: [...a.numbers, ...b.numbers],
      answers: [...a.answers, ...b.answers],
    };
  };
  const source = (): Source =>
    pick([
      () => reviews('d'),
      () => joined(reviews('d'), products('p'), 'd', 'p'),
      () => joined(reviews('d'), products('p'), 'd', 'p'),
      () =>
        joined(joined(reviews('d'), products('p'), 'd', 'p', JOINS), products('q'), 'd', 'q', [
          'JOIN',
          'LEFT JOIN',
          ',',
        ]),
    ])();
  const condition = (from: Source): string =>
    pick([
      () => cheap(pick(from.texts), pick(from.numbers)),
      () => `${pick(from.answers)} = ${label()}`,
      () => `${pick(from.answers)} IS NULL`,
      () => `${pick(from.numbers)} IS NULL`,
      () => (/ p( |$)/.test(from.from) ? 'p.id = d.pid' : `${from.numbers.at(-1)} = 1`),
      () => `${call(pick(from.texts))} = ${label()}`,
      () => `${pick(from.numbers)} IN (SELECT k FROM products WHERE k IS NOT NULL)`,
      () => `EXISTS (SELECT 1 FROM products e WHERE e.id = ${pick(from.numbers)} AND SENTIMENT(e.note) = ${label()})`,
    ])();
  const where = (from: Source) => {
    const conditions = some(0, 3, () => condition(from)).map((c) => `(${c})`);
    return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  };
  const aggregate = (from: Source): string =>
    pick([
      () => 'COUNT(*)',
      () => 'COUNT_BIG(*)',
      () => `COUNT(${pick([...from.texts, ...from.numbers])})`,
      () => `SUM(${pick(from.numbers)})`,
      () => `SUM(CAST(${pick(from.numbers)} AS decimal(9,2)))`,
      () => `MIN(${pick(from.texts)})`,
      () => `MAX(${pick(from.numbers)} * 2)`,
      ...(chance(0.1) ? [() => `MAX(${pick(from.answers)})`, () => `AVG(${pick(from.numbers)})`] : []),
    ])();

  const option = () => (chance(0.25) ? ` OPTION (ON_ERROR ${pick(['FAIL', "DEFAULT 'none'"])})` : '');
  const rows = (): string => {
    const from = source();
    const text = pick(from.texts);
    const items = [...from.answers, text, pick(from.numbers)];
    // What a text of the row decides needs no place in the order; ties are whole rows then, and read the same.
    const decided = chance(0.5) ? [call(text)] : [];
    const list = [...items, ...decided].map((item, i) => `${item} AS c${i}`).join(', ');
    const select = `SELECT ${list} FROM ${from.from}${where(from)}`;
    if (!chance(0.25)) return `${select}${option()}`;
    const first = pick([0, 2]);
    const order = items.map((_, i) => `t.c${(i + first) % items.length}`).join(', ');
    return `SELECT TOP ${pick([1, 3, 6])} * FROM (${select}) t ORDER BY ${order}`;
  };
  const groups = (): string => {
    const from = chance(0.4) ? plain() : source();
    const keys = [
      ...some(0, 2, () => pick([...from.answers, call(pick(from.texts)), pick(from.texts), pick(from.numbers)])),
    ].filter((key, i, all) => all.indexOf(key) === i);
    const list = [...keys, ...some(1, 3, () => aggregate(from))].map((item, i) => `${item} AS c${i}`).join(', ');
    const having = chance(0.2) ? ' HAVING COUNT(*) > 1' : '';
    const by = keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`;
    return `SELECT ${list} FROM ${from.from}${where(from)}${by}${having}${option()}`;
  };
  const plain = (): Source => ({
    from: 'reviews d',
    texts: ['d.body', 'd.title', 'd.lang'],
    numbers: ['d.n', 'd.pid'],
    answers: ['SENTIMENT(d.body)', 'DETECT_LANGUAGE(d.title)'],
  });

  return () => (chance(0.55) ? rows() : groups());
}
