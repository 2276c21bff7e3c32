-- The last statement that has a result is printed, or with --all-results every one.
-- $ sqlc run all-results.sql
-- $ sqlc run all-results.sql --all-results
-- $ sqlc run all-results.sql --all-results --format table
-- $ sqlc run all-results.sql --all-results --format json
-- $ sqlc run all-results.sql --all-results --format ndjson
-- $ sqlc run all-results.sql --all-results --quiet | wc -l
SET NOCOUNT ON;
CREATE TABLE numbers AS SELECT n FROM (VALUES (1), (2), (3)) AS v(n);
SELECT n FROM numbers WHERE n > 1 ORDER BY n;
GO
SELECT COUNT(*) FROM numbers;
SET ANSI_NULLS ON
DROP TABLE numbers;
