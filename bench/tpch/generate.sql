-- The eight tables of TPC-H after dbgen's distributions (TPC-H specification, clause 4.2.3), in DuckDB. Every value is
-- a hash of its key, a salt and the seed: the same rows on every run, whatever the number of threads. Expects the
-- variables sf and seed; leaves tables that are then copied to Parquet.

CREATE MACRO draw(key, salt) AS hash(key, salt, getvariable('seed'));
CREATE MACRO between_of(key, salt, low, high) AS low + (draw(key, salt) % (high - low + 1)::UBIGINT)::BIGINT;
CREATE MACRO one_of(key, salt, choices) AS choices[between_of(key, salt, 1, len(choices))];
CREATE MACRO cents(n) AS (n / 100)::DECIMAL(15, 2);
CREATE MACRO rows_of(per_sf) AS greatest(1, (per_sf * getvariable('sf'))::BIGINT);
CREATE MACRO phone_of(key, salt, nation) AS format('{}-{}-{}-{}', 10 + nation, between_of(key, salt, 100, 999),
  between_of(key, salt + 1, 100, 999), between_of(key, salt + 2, 1000, 9999));
-- Letters and digits, 10 to 40 of them.
CREATE MACRO address_of(key, salt) AS left(concat(md5(format('{} {}', key, salt)), md5(format('{} {}', salt, key))),
  between_of(key, salt, 10, 40));
CREATE MACRO retail_cents(partkey) AS 90000 + (partkey // 10) % 20001 + 100 * (partkey % 1000);
CREATE MACRO supplier_of(partkey, i) AS (partkey + i * (rows_of(10000) // 4 + (partkey - 1) // rows_of(10000)))
  % rows_of(10000) + 1;

-- Sentences to cut comments from: long enough that a comment starts anywhere in the first 60 characters.
CREATE TABLE words AS SELECT
  ['packages', 'requests', 'accounts', 'deposits', 'foxes', 'ideas', 'theodolites', 'pinto beans', 'instructions',
   'dependencies', 'excuses', 'platelets', 'asymptotes', 'courts', 'dolphins', 'multipliers', 'sauternes', 'warthogs',
   'frets', 'dinos', 'attainments', 'somas', 'braids', 'hockey players', 'frays', 'warhorses', 'dugouts', 'notornis',
   'epitaphs', 'pearls', 'tithes', 'waters', 'orbits', 'gifts', 'sheaves', 'depths', 'sentiments', 'decoys', 'realms',
   'pains', 'grouches', 'escapades'] AS nouns,
  ['sleep', 'wake', 'are', 'cajole', 'haggle', 'nag', 'use', 'boost', 'affix', 'detect', 'integrate', 'maintain',
   'nod', 'was', 'lose', 'sublate', 'solve', 'thrash', 'promise', 'engage', 'hinder', 'print', 'x-ray', 'breach',
   'eat', 'grow', 'impress', 'mold', 'poach', 'serve', 'run', 'dazzle', 'snooze', 'doze', 'unwind', 'kindle', 'play',
   'hang', 'believe', 'doubt'] AS verbs,
  ['special', 'pending', 'unusual', 'express', 'furious', 'sly', 'careful', 'blithe', 'quick', 'fluffy', 'slow',
   'quiet', 'ruthless', 'thin', 'close', 'dogged', 'daring', 'brave', 'stealthy', 'permanent', 'enticing', 'idle',
   'busy', 'regular', 'final', 'ironic', 'even', 'bold', 'silent'] AS adjectives,
  ['sometimes', 'always', 'never', 'furiously', 'slyly', 'carefully', 'blithely', 'quickly', 'fluffily', 'slowly',
   'quietly', 'ruthlessly', 'thinly', 'closely', 'doggedly', 'daringly', 'bravely', 'stealthily', 'permanently',
   'enticingly', 'idly', 'busily', 'regularly', 'finally', 'ironically', 'evenly', 'boldly', 'silently'] AS adverbs,
  ['about', 'above', 'according to', 'across', 'after', 'against', 'along', 'among', 'around', 'at', 'atop', 'before',
   'behind', 'beneath', 'beside', 'besides', 'between', 'beyond', 'by', 'despite', 'during', 'except', 'for', 'from',
   'inside', 'instead of', 'into', 'near', 'of', 'on', 'outside', 'over', 'past', 'since', 'through', 'throughout',
   'to', 'toward', 'under', 'until', 'upon', 'without', 'with', 'within'] AS prepositions;
CREATE TABLE sentences AS
  SELECT n, string_agg(format('{} {} {} {} {} the {}{}', one_of(k, 1, adverbs), one_of(k, 2, adjectives),
    one_of(k, 3, nouns), one_of(k, 4, verbs), one_of(k, 5, prepositions), one_of(k, 6, nouns),
    one_of(k, 7, ['.', '.', ',', ';', '?', '!'])), ' ' ORDER BY part) AS text
  FROM (SELECT n, part, n * 8 + part AS k FROM range(20000) AS a(n), range(8) AS b(part)), words
  GROUP BY n;
CREATE MACRO sentence_of(key, salt) AS (draw(key, salt) % 20000)::BIGINT;
CREATE MACRO comment_of(text, key, salt, low, high) AS
  substr(text, between_of(key, salt + 1, 1, 60), between_of(key, salt + 2, low, high));

CREATE TABLE region AS
  SELECT i - 1 AS r_regionkey, ['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST'][i] AS r_name,
    comment_of(text, i, 100, 31, 115) AS r_comment
  FROM range(1, 6) AS t(i) JOIN sentences ON n = sentence_of(i, 100)
  ORDER BY i;

CREATE TABLE nation AS
  SELECT i - 1 AS n_nationkey,
    ['ALGERIA', 'ARGENTINA', 'BRAZIL', 'CANADA', 'EGYPT', 'ETHIOPIA', 'FRANCE', 'GERMANY', 'INDIA', 'INDONESIA',
     'IRAN', 'IRAQ', 'JAPAN', 'JORDAN', 'KENYA', 'MOROCCO', 'MOZAMBIQUE', 'PERU', 'CHINA', 'ROMANIA', 'SAUDI ARABIA',
     'VIETNAM', 'RUSSIA', 'UNITED KINGDOM', 'UNITED STATES'][i] AS n_name,
    [0, 1, 1, 1, 4, 0, 3, 3, 2, 2, 4, 4, 2, 4, 0, 0, 0, 1, 2, 3, 4, 2, 3, 3, 1][i]::BIGINT AS n_regionkey,
    comment_of(text, i, 110, 31, 114) AS n_comment
  FROM range(1, 26) AS t(i) JOIN sentences ON n = sentence_of(i, 110)
  ORDER BY i;

-- Of each 2,000 suppliers one is complained about and one recommended.
CREATE TABLE supplier AS
  SELECT i AS s_suppkey, format('Supplier#{:09d}', i) AS s_name, address_of(i, 120) AS s_address,
    nation AS s_nationkey, phone_of(i, 122, nation) AS s_phone,
    cents(between_of(i, 126, -99999, 999999)) AS s_acctbal,
    CASE draw(i, 127) % 2000
      WHEN 0 THEN left(comment, 30) || 'Customer ' || substr(comment, 31, 5) || ' Complaints'
      WHEN 1 THEN left(comment, 30) || 'Customer ' || substr(comment, 31, 5) || ' Recommends'
      ELSE comment
    END AS s_comment
  FROM (
    SELECT i, between_of(i, 121, 0, 24) AS nation, comment_of(text, i, 128, 25, 100) AS comment
    FROM range(1, rows_of(10000) + 1) AS t(i) JOIN sentences ON n = sentence_of(i, 128)
  )
  ORDER BY i;

CREATE TABLE customer AS
  SELECT i AS c_custkey, format('Customer#{:09d}', i) AS c_name, address_of(i, 140) AS c_address,
    nation AS c_nationkey, phone_of(i, 142, nation) AS c_phone,
    cents(between_of(i, 146, -99999, 999999)) AS c_acctbal,
    one_of(i, 147, ['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'MACHINERY', 'HOUSEHOLD']) AS c_mktsegment,
    comment AS c_comment
  FROM (
    SELECT i, between_of(i, 141, 0, 24) AS nation, comment_of(text, i, 148, 29, 116) AS comment
    FROM range(1, rows_of(150000) + 1) AS t(i) JOIN sentences ON n = sentence_of(i, 148)
  )
  ORDER BY i;

CREATE TABLE colors AS SELECT
  ['almond', 'antique', 'aquamarine', 'azure', 'beige', 'bisque', 'black', 'blanched', 'blue', 'blush', 'brown',
   'burlywood', 'burnished', 'chartreuse', 'chiffon', 'chocolate', 'coral', 'cornflower', 'cornsilk', 'cream', 'cyan',
   'dark', 'deep', 'dim', 'dodger', 'drab', 'firebrick', 'floral', 'forest', 'frosted', 'gainsboro', 'ghost',
   'goldenrod', 'green', 'grey', 'honeydew', 'hot', 'indian', 'ivory', 'khaki', 'lace', 'lavender', 'lawn', 'lemon',
   'light', 'lime', 'linen', 'magenta', 'maroon', 'medium', 'metallic', 'midnight', 'mint', 'misty', 'moccasin',
   'navajo', 'navy', 'olive', 'orange', 'orchid', 'pale', 'papaya', 'peach', 'peru', 'pink', 'plum', 'powder', 'puff',
   'purple', 'red', 'rose', 'rosy', 'royal', 'saddle', 'salmon', 'sandy', 'seashell', 'sienna', 'sky', 'slate',
   'smoke', 'snow', 'spring', 'steel', 'tan', 'thistle', 'tomato', 'turquoise', 'violet', 'wheat', 'white',
   'yellow'] AS names;
CREATE TABLE part AS
  SELECT i AS p_partkey,
    -- Five different colors: steps of 1 to 17 from the first stay below one round of the 92.
    concat_ws(' ', names[c], names[(c + s1) % 92 + 1], names[(c + s1 + s2) % 92 + 1],
      names[(c + s1 + s2 + s3) % 92 + 1], names[(c + s1 + s2 + s3 + s4) % 92 + 1]) AS p_name,
    format('Manufacturer#{}', maker) AS p_mfgr,
    format('Brand#{}{}', maker, between_of(i, 161, 1, 5)) AS p_brand,
    concat_ws(' ', one_of(i, 162, ['STANDARD', 'SMALL', 'MEDIUM', 'LARGE', 'ECONOMY', 'PROMO']),
      one_of(i, 163, ['ANODIZED', 'BURNISHED', 'PLATED', 'POLISHED', 'BRUSHED']),
      one_of(i, 164, ['TIN', 'NICKEL', 'BRASS', 'STEEL', 'COPPER'])) AS p_type,
    between_of(i, 165, 1, 50)::INTEGER AS p_size,
    concat_ws(' ', one_of(i, 166, ['SM', 'LG', 'MED', 'JUMBO', 'WRAP']),
      one_of(i, 167, ['CASE', 'BOX', 'BAG', 'JAR', 'PKG', 'PACK', 'CAN', 'DRUM'])) AS p_container,
    cents(retail_cents(i)) AS p_retailprice,
    comment AS p_comment
  FROM (
    SELECT i, between_of(i, 160, 1, 5) AS maker, between_of(i, 171, 1, 92) AS c, between_of(i, 172, 1, 17) AS s1,
      between_of(i, 173, 1, 17) AS s2, between_of(i, 174, 1, 17) AS s3, between_of(i, 175, 1, 17) AS s4,
      comment_of(text, i, 168, 5, 22) AS comment
    FROM range(1, rows_of(200000) + 1) AS t(i) JOIN sentences ON n = sentence_of(i, 168)
  ), colors
  ORDER BY i;

CREATE TABLE partsupp AS
  SELECT i AS ps_partkey, supplier_of(i, j) AS ps_suppkey, between_of(k, 180, 1, 9999)::INTEGER AS ps_availqty,
    cents(between_of(k, 181, 100, 100000)) AS ps_supplycost, comment_of(text, k, 182, 49, 198) AS ps_comment
  FROM (SELECT i, j, i * 4 + j AS k FROM range(1, rows_of(200000) + 1) AS p(i), range(4) AS s(j))
    JOIN sentences ON n = sentence_of(k, 182)
  ORDER BY i, j;

-- Keys are the first eight of each 32; a third of the customers, those of keys divisible by three, orders nothing.
CREATE TABLE ordered AS
  SELECT i // 8 * 32 + i % 8 + 1 AS orderkey,
    (between_of(i, 200, 0, greatest(1, rows_of(150000) * 2 // 3) - 1) * 3) // 2 + 1 AS custkey,
    DATE '1992-01-01' + between_of(i, 201, 0, 2405)::INTEGER AS orderdate,
    between_of(i, 202, 1, 7) AS lines
  FROM range(rows_of(1500000)) AS t(i);
CREATE TABLE lineitem AS
  SELECT orderkey AS l_orderkey, partkey AS l_partkey, supplier_of(partkey, between_of(k, 221, 0, 3)) AS l_suppkey,
    line::INTEGER AS l_linenumber, quantity::DECIMAL(15, 2) AS l_quantity,
    cents(quantity * retail_cents(partkey)) AS l_extendedprice,
    cents(between_of(k, 223, 0, 10)) AS l_discount, cents(between_of(k, 224, 0, 8)) AS l_tax,
    CASE WHEN receiptdate > DATE '1995-06-17' THEN 'N' ELSE one_of(k, 225, ['R', 'A']) END AS l_returnflag,
    CASE WHEN shipdate > DATE '1995-06-17' THEN 'O' ELSE 'F' END AS l_linestatus,
    shipdate AS l_shipdate, orderdate + between_of(k, 227, 30, 90)::INTEGER AS l_commitdate,
    receiptdate AS l_receiptdate,
    one_of(k, 229, ['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN']) AS l_shipinstruct,
    one_of(k, 230, ['REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB']) AS l_shipmode,
    comment_of(text, k, 231, 10, 43) AS l_comment
  FROM (
    SELECT *, shipdate + between_of(k, 228, 1, 30)::INTEGER AS receiptdate
    FROM (
      SELECT orderkey, orderdate, line, k, between_of(k, 220, 1, rows_of(200000)) AS partkey,
        between_of(k, 222, 1, 50) AS quantity, orderdate + between_of(k, 226, 1, 121)::INTEGER AS shipdate
      FROM (SELECT orderkey, orderdate, unnest(range(1, lines + 1)) AS line, orderkey * 8 + line AS k FROM ordered)
    )
  ) JOIN sentences ON n = sentence_of(k, 231)
  ORDER BY orderkey, line;
CREATE TABLE orders AS
  SELECT orderkey AS o_orderkey, custkey AS o_custkey, status AS o_orderstatus, total AS o_totalprice,
    orderdate AS o_orderdate,
    one_of(orderkey, 240, ['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW']) AS o_orderpriority,
    format('Clerk#{:09d}', between_of(orderkey, 241, 1, rows_of(1000))) AS o_clerk, 0::INTEGER AS o_shippriority,
    comment_of(text, orderkey, 242, 19, 78) AS o_comment
  FROM ordered
    JOIN (
      SELECT l_orderkey, sum(l_extendedprice * (1 + l_tax) * (1 - l_discount))::DECIMAL(15, 2) AS total,
        CASE WHEN bool_and(l_linestatus = 'F') THEN 'F' WHEN bool_and(l_linestatus = 'O') THEN 'O' ELSE 'P' END AS status
      FROM lineitem GROUP BY l_orderkey
    ) ON l_orderkey = orderkey
    JOIN sentences ON n = sentence_of(orderkey, 242)
  ORDER BY orderkey;
