-- Each mistake gives one clear error with its place, and status 1.
-- $ sqlc query "SELECT revew FROM (VALUES (1)) AS reviews(review)"
-- $ sqlc query "SELECT a FROM nowhere"
-- $ sqlc query "SELECT 1 +"
-- $ sqlc query "SELEC 1"
-- $ sqlc query "SELECT 'open"
-- $ sqlc query "SELECT NOSUCH(1)"
-- $ sqlc query "SELECT SENTIMENT()"
-- $ sqlc query "SELECT SENTIMENT(1)"
-- $ sqlc query "SELECT 1 + CAST('2020-01-01' AS date)"
-- $ sqlc query "SELECT CAST('abc' AS int) AS n"
-- $ sqlc query "SELECT 1 / 0 AS n"
-- $ sqlc query "SELECT a FROM (VALUES (1)) AS t(a) GROUP BY b"
-- $ sqlc query "INSERT INTO t VALUES (1)"
-- $ sqlc query "SELECT @nobody AS x"
-- $ sqlc run errors.sql
-- $ sqlc run errors.sql --all-results
-- $ sqlc run - < errors.sql
-- $ sqlc < errors.sql
SELECT 1 AS first;

SELECT	'tab' AS t,
       FROMAGE, 'x'
  FROM (VALUES (1)) AS cheese(formage);
SELECT 2 AS never;
