// Random queries over two small tables with NULLs and repeated texts: joins, filters, groups, CASE, subqueries, limits
// under a total order, calls in every clause. The same seed gives the same queries.

/** Two tables; `id` is unique and never NULL in both. */
export const SETUP: readonly string[] = [
  `CREATE TABLE r (id, body, g, n) AS SELECT * FROM (VALUES (1, 'good food', 'a', 10), (2, 'bad room', 'a', NULL),
    (3, 'good food', 'b', 30), (4, NULL, 'b', 40), (5, '', NULL, 50), (6, 'a table', NULL, NULL),
    (7, 'awful noise', 'c', 70), (8, 'bad room', 'c', 10), (9, 'Great. bad.', 'a', 30)) AS v (id, body, g, n)`,
  `CREATE TABLE s (id, rid, note, g) AS SELECT * FROM (VALUES (1, 1, 'great', 'a'), (2, 1, NULL, 'b'), (3, 2, 'bad', 'b'),
    (4, 5, 'bonjour', NULL), (5, NULL, 'great', 'c'), (6, 99, 'good food', 'd'), (7, 8, '', 'a')) AS v (id, rid, note, g)`,
];

interface Source {
  readonly from: string;
  readonly ints: readonly string[];
  readonly texts: readonly string[];
  /** Columns that together name a row. */
  readonly keys: readonly string[];
}

export class QueryGenerator {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** @returns a query, and whether its order is total. */
  query(): { readonly sql: string; readonly ordered: boolean } {
    return this.pick([
      () => this.rows(),
      () => this.rows(),
      () => this.limited(),
      () => this.limited(),
      () => this.grouped(),
      () => this.setOperation(),
      () => this.distinct(),
      () => this.window(),
      () => this.commonTable(),
    ])();
  }

  private rows() {
    const from = this.source();
    const items = this.times(1, 3, () => this.value(from));
    return {
      sql: `SELECT ${[...from.keys, ...items].join(', ')} FROM ${from.from}${this.where(from)}`,
      ordered: false,
    };
  }

  private limited() {
    const from = this.source();
    const items = this.times(1, 2, () => this.value(from));
    const first = this.value(from);
    // A bare number would be a position.
    const key = /^\d+$/.test(first) ? this.pick(from.texts) : first;
    const order = [`${key}${this.chance(0.5) ? ' DESC' : ''}`, ...from.keys].join(', ');
    const list = [...from.keys, ...items].join(', ');
    const text = `${list} FROM ${from.from}${this.where(from)} ORDER BY ${order}`;
    const n = this.integer(0, 5);
    const sql = this.pick([
      `SELECT ${text} LIMIT ${n}`,
      `SELECT TOP ${n} ${text}`,
      `SELECT ${text} OFFSET ${this.integer(0, 3)} ROWS FETCH NEXT ${n} ROWS ONLY`,
    ]);
    return { sql, ordered: true };
  }

  private grouped() {
    const from = this.source();
    const key = this.pick([() => this.text(from), () => this.pick(from.texts), () => this.call(from)])();
    const aggregates = this.times(1, 3, () => this.aggregate(from));
    const having = this.chance(0.3)
      ? ` HAVING ${this.aggregate(from)} IS NOT NULL AND COUNT(*) > ${this.integer(0, 2)}`
      : '';
    const sql = this.chance(0.2)
      ? `SELECT ${aggregates.join(', ')} FROM ${from.from}${this.where(from)}`
      : `SELECT ${key} AS k, ${aggregates.join(', ')} FROM ${from.from}${this.where(from)} GROUP BY ${key}${having}`;
    return { sql, ordered: false };
  }

  private setOperation() {
    const [a, b] = [this.source(), this.source()];
    const operator = this.pick(['UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT']);
    const side = (from: Source) =>
      `SELECT ${this.text(from)} AS x, ${this.int(from)} AS y FROM ${from.from}${this.where(from)}`;
    return { sql: `${side(a)} ${operator} ${side(b)}`, ordered: false };
  }

  private distinct() {
    const from = this.source();
    return {
      sql: `SELECT DISTINCT ${this.text(from)} AS x, ${this.value(from)} AS y FROM ${from.from}${this.where(from)}`,
      ordered: false,
    };
  }

  private window() {
    const from = this.source();
    const over = `OVER (PARTITION BY ${this.text(from)} ORDER BY ${from.keys.join(', ')})`;
    const fn = this.pick([
      'ROW_NUMBER()',
      `COUNT(${this.text(from)})`,
      `LAG(${this.text(from)})`,
      `SUM(${this.pick(from.ints)})`,
    ]);
    const inner = `SELECT ${from.keys.map((key, i) => `${key} AS k${i}`).join(', ')}, ${fn} ${over} AS w, ${this.call(from)} AS c FROM ${from.from}${this.where(from)}`;
    const outer = this.chance(0.5)
      ? inner
      : `SELECT k0, w FROM (${inner}) AS d WHERE ${this.pick(['w IS NOT NULL', "c = 'negative'", 'k0 > 3'])}`;
    return { sql: outer, ordered: false };
  }

  private commonTable() {
    const from = this.source();
    const body = `SELECT ${from.keys[0]} AS k, ${this.call(from)} AS c FROM ${from.from}${this.where(from)}`;
    const sql = this.pick([
      `WITH m AS (${body}) SELECT a.k, b.k, a.c FROM m a JOIN m b ON a.c = b.c AND a.k < b.k`,
      `WITH m AS (${body}) SELECT c, COUNT(*) FROM m GROUP BY c HAVING COUNT(*) >= (SELECT MIN(k) FROM m)`,
      `WITH m AS (${body}) SELECT k FROM m WHERE c IN (SELECT c FROM m WHERE k > 3) UNION ALL SELECT k FROM m WHERE c IS NULL`,
      `SELECT id FROM r WHERE ${this.pick(['id IN', 'id NOT IN', 'n > ANY', 'id <> ALL'])} (SELECT k FROM (${body}) AS q WHERE ${this.pick(["c = 'negative'", 'k < 5', 'c IS NOT NULL'])})`,
      `SELECT d.k, d.c, ${this.chance(0.5) ? 'SENTIMENT(s.note)' : 's.note'} FROM (${body}) AS d LEFT JOIN s ON s.rid = d.k`,
    ]);
    return { sql, ordered: false };
  }

  // --- pieces

  private source(): Source {
    const r: Source = { from: 'r', ints: ['r.id', 'r.n'], texts: ['r.body', 'r.g'], keys: ['r.id'] };
    const s: Source = { from: 's', ints: ['s.id', 's.rid'], texts: ['s.note', 's.g'], keys: ['s.id'] };
    const both = (from: string): Source => ({
      from,
      ints: [...r.ints, ...s.ints],
      texts: [...r.texts, ...s.texts],
      keys: [...r.keys, ...s.keys],
    });
    const join = this.pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN']);
    const on = this.pick([
      's.rid = r.id',
      's.g = r.g',
      's.rid = r.id AND r.n > 10',
      "s.rid = r.id AND s.g <> 'b'",
      'SENTIMENT(s.note) = SENTIMENT(r.body)',
      "s.rid = r.id AND SENTIMENT(r.body) = 'positive'",
      "s.rid = r.id AND SENTIMENT(s.note) = 'positive'",
    ]);
    // DuckDB's FULL JOIN takes equalities only.
    const condition = join === 'FULL JOIN' ? this.pick(['s.rid = r.id', 's.g = r.g']) : on;
    return this.pick([r, r, s, both(`r ${join} s ON ${condition}`), both(`r ${join} s ON ${condition}`), both('r, s')]);
  }

  private where(from: Source): string {
    if (this.chance(0.3)) return '';
    return ` WHERE ${this.times(1, 3, () => this.condition(from)).join(this.chance(0.7) ? ' AND ' : ' OR ')}`;
  }

  private condition(from: Source): string {
    const negated = this.chance(0.2);
    const found = this.pick([
      () => `${this.int(from)} ${this.comparison()} ${this.int(from)}`,
      () => `${this.int(from)} BETWEEN 2 AND ${this.integer(3, 40)}`,
      () => `${this.text(from)} ${this.comparison()} ${this.text(from)}`,
      () => `${this.text(from)} IS ${this.chance(0.5) ? 'NOT ' : ''}NULL`,
      () => `${this.pick(from.texts)} LIKE '${this.pick(['%o%', '[a-g]%', '_'])}'`,
      () => `${this.call(from)} = '${this.label()}'`,
      () => `${this.call(from)} IN ('positive', 'en')`,
      () => `SENTIMENT_SCORE(${this.pick(from.texts)}) > 0.4`,
      () => `(${this.call(from)} = '${this.label()}' OR ${this.int(from)} > ${this.integer(1, 40)})`,
      () => `${this.pick(from.ints)} IN (SELECT rid FROM s WHERE rid IS NOT NULL)`,
      () => `EXISTS (SELECT 1 FROM s AS e WHERE e.rid = ${this.pick(from.ints)})`,
      () => `${this.pick(from.texts)} IN (SELECT note FROM s WHERE SENTIMENT(note) = 'positive')`,
    ])();
    return negated ? `NOT (${found})` : found;
  }

  private value(from: Source): string {
    return this.pick([
      () => this.text(from),
      () => this.int(from),
      () => this.call(from),
      () => `SENTIMENT_SCORE(${this.pick(from.texts)})`,
    ])();
  }

  private int(from: Source): string {
    return this.pick([
      () => this.pick(from.ints),
      () => this.pick(from.ints),
      () => String(this.integer(0, 50)),
      () => `${this.pick(from.ints)} + ${this.pick(from.ints)}`,
      () => `${this.pick(from.ints)} / ${this.integer(2, 4)}`,
      () =>
        `CASE WHEN ${this.call(from)} = '${this.label()}' THEN ${this.pick(from.ints)} ELSE ${this.integer(0, 9)} END`,
      () => `ISNULL(${this.pick(from.ints)}, -1)`,
      () => `(SELECT COUNT(*) FROM s AS c WHERE c.rid = ${this.pick(from.ints)})`,
    ])();
  }

  private text(from: Source): string {
    return this.pick([
      () => this.pick(from.texts),
      () => this.pick(from.texts),
      () => this.call(from),
      () => `COALESCE(${this.pick(from.texts)}, ${this.call(from)}, 'none')`,
      () =>
        `CASE WHEN ${this.pick(from.ints)} > ${this.integer(1, 9)} THEN ${this.call(from)} ELSE ${this.pick(from.texts)} END`,
      () => `CONCAT(${this.pick(from.texts)}, '-', ${this.call(from)})`,
      () => `IIF(${this.pick(from.texts)} IS NULL, 'nothing', ${this.call(from)})`,
    ])();
  }

  private call(from: Source): string {
    const input = this.pick([
      () => this.pick(from.texts),
      () => this.pick(from.texts),
      () => `UPPER(${this.pick(from.texts)})`,
    ])();
    return this.pick([`SENTIMENT(${input})`, `SENTIMENT(${input})`, `DETECT_LANGUAGE(${input})`]);
  }

  private aggregate(from: Source): string {
    return this.pick([
      () => 'COUNT(*)',
      () => `COUNT(${this.text(from)})`,
      () => `COUNT(DISTINCT ${this.call(from)})`,
      () => `SUM(${this.int(from).replace(/^\(SELECT.*/, '1')})`,
      () => `MAX(${this.text(from)})`,
      () => `AVG(${this.pick(from.ints)})`,
    ])();
  }

  private comparison(): string {
    return this.pick(['=', '<>', '<', '>=']);
  }

  private label(): string {
    return this.pick(['positive', 'negative', 'neutral', 'mixed', 'en']);
  }

  // --- chance: mulberry32

  private random(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  private integer(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  private chance(probability: number): boolean {
    return this.random() < probability;
  }

  private pick<T>(choices: readonly T[]): T {
    const chosen = choices[this.integer(0, choices.length - 1)];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  }

  private times<T>(low: number, high: number, make: () => T): T[] {
    return Array.from({ length: this.integer(low, high) }, make);
  }
}
