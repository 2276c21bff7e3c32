-- Every format: digits, NULL against '', quoting, names made unique.
-- $ sqlc run formats.sql
-- $ sqlc run formats.sql --format csv
-- $ sqlc run formats.sql --format json
-- $ sqlc run formats.sql --format ndjson
-- $ sqlc run formats.sql --format table
-- $ sqlc run formats.sql --format TABLE | head -1
SELECT CAST(7 AS int) AS a, CAST(9007199254740993 AS bigint) AS b, CAST(1.50 AS decimal(9, 2)) AS c, CAST(0.1 AS float) AS d,
       CAST(1 AS bit) AS e, CAST('2020-02-29' AS date) AS f, CAST('2020-02-29 23:59:58.120' AS datetime2(3)) AS g,
       CAST('23:59:58' AS time(0)) AS h, 0xDEADBEEF AS i, N'é, "ü"' AS j, '' AS k, NULL AS l, 'two
lines' AS m,
       ' padded ' AS n, 1 + 1, 'x' AS a, UPPER('y'), UPPER('z'), CAST(12.3 AS money) AS o, N'😀' AS [p q]
UNION ALL
SELECT -7, NULL, -0.05, 1e21, CAST(0 AS bit), NULL, NULL, NULL, 0x, '', NULL, NULL, NULL, NULL, 3, NULL, NULL, NULL, NULL, NULL;
