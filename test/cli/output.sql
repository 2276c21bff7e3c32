-- --output: written aside, then renamed; a failure leaves nothing, and what was there before.
-- $ sqlc run output.sql --output out.csv; cat out.csv
-- $ sqlc run output.sql --output out.csv --format json; cat out.csv
-- $ echo before > kept.csv; sqlc query 'SELECT 1 / 0 AS x' --output kept.csv; echo "status $?"; cat kept.csv
-- $ sqlc query 'SELECT nope' --output new.csv; echo "status $?"; ls -A | grep new
-- $ sqlc query 'SELECT 1 AS a; SELECT 1 / n AS x FROM (VALUES (1), (0)) AS v(n)' --all-results --output new.csv; echo "status $?"; ls -A | grep new
-- $ sqlc query 'SELECT 1 AS a' --output absent/new.csv; echo "status $?"; ls -A | grep absent
-- $ sqlc query 'SELECT 1 AS a' --output data; echo "status $?"; ls -A | grep '^[.]'
-- $ sqlc query 'CREATE TABLE t AS SELECT 1 AS a' --output none.csv; echo "status $?"; cat none.csv
SELECT n, N'ü' AS u FROM (VALUES (1), (2)) AS v(n) ORDER BY n;
