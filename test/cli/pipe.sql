-- Piped into bare `sqlc`: as typed, every result in turn, an error stops nothing but its statement.
-- $ sqlc < pipe.sql
-- $ sqlc --format json --quiet < pipe.sql
-- $ printf 'SELECT @x AS x;SELECT 2 AS y' | sqlc --var x=1 --database db
-- $ printf "SELECT ';' AS a, 'it''s' AS b /* ; */ -- ;\n;SELECT [a;b] FROM (VALUES (1)) AS v([a;b])\ngo\nSELECT 3 AS c\nGO\n" | sqlc
-- $ printf "SELECT 1 AS a;\nSELECT 'never closed" | sqlc
SELECT 1 AS a;
SELECT nope;
CREATE TABLE t AS
  SELECT n FROM (VALUES (1), (2)) AS v(n);
SELECT SUM(n) AS total
FROM t; SELECT COUNT(*) FRM t;
SELECT 4 AS d
