-- Plans of a script: later statements see what earlier ones would make; nothing runs.
-- $ sqlc explain explain.sql
-- $ sqlc explain explain.sql --database db > plans.txt; sqlc query "SELECT * FROM reviews" --database db
-- $ LANGUAGE_ENDPOINT=http://127.0.0.1:1 sqlc query "EXPLAIN SELECT SENTIMENT('x') AS a" | head -4
-- $ sqlc explain - < explain.sql | head -1
-- $ printf "SELECT id, SENTIMENT(body) AS m FROM (VALUES (1, 'good'), (2, 'good'), (3, NULL)) AS v(id, body)" | sqlc explain - --format json
-- $ sqlc query "EXPLAIN ANALYZE SELECT id, SENTIMENT(body) AS m FROM (VALUES (1, 'good'), (2, 'good'), (3, NULL)) AS v(id, body)" --set cache=OFF | sed -E 's/[0-9.]+ (ms|s)\b/# \1/g'
-- $ sqlc query "EXPLAIN ANALYZE SELECT 1 / n AS x FROM (VALUES (0)) AS v(n)"
-- $ printf 'SELECT 1 AS x; SELECT y FROM nowhere' | sqlc explain -
-- $ printf 'SELECT @x AS x' | sqlc explain - --var x=1 | head -2
-- $ sqlc query "EXPLAIN SET NOCOUNT ON"
-- $ printf "SET ROWCOUNT 5; SET DATEFORMAT dmy; SELECT id FROM (VALUES (1, 'x')) AS v(id, d) WHERE CAST(d AS date) = '2024-02-13'; SET ROWCOUNT 0; SELECT 1 AS x" | sqlc explain - | grep -v SELECT
-- $ sqlc query "EXPLAIN CREATE TABLE t AS SELECT 1 AS x; SELECT * FROM t"
CREATE TABLE reviews AS SELECT id, body FROM (VALUES (1, N'good'), (2, N'bad')) AS v(id, body);
SELECT id, SENTIMENT(body) AS mood FROM reviews WHERE id > 1 ORDER BY id;
CREATE EXTERNAL DATA SOURCE here WITH (LOCATION = 'absent');
CREATE EXTERNAL FILE FORMAT parquet WITH (FORMAT_TYPE = PARQUET);
CREATE EXTERNAL TABLE far (id int, body nvarchar(max)) WITH (LOCATION = 'far', DATA_SOURCE = here, FILE_FORMAT = parquet);
EXPLAIN SELECT COUNT(*) AS n FROM far JOIN reviews ON far.id = reviews.id;
