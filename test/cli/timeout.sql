-- A timeout ends a long statement; the nearest one counts.
-- $ sqlc run timeout.sql --set timeout=0.4
-- $ SQLC_TIMEOUT=0.4 sqlc run timeout.sql
-- $ sqlc query "SET timeout = 0.4; SELECT 1 AS a" --set timeout=60
-- $ (printf 'SET timeout = 0.4;\n'; cat timeout.sql) | sqlc --set timeout=60
WITH d AS (SELECT n FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS v(n))
SELECT COUNT(*) AS n
FROM d a CROSS JOIN d b CROSS JOIN d c CROSS JOIN d e CROSS JOIN d f CROSS JOIN d g CROSS JOIN d h CROSS JOIN d i CROSS JOIN d j CROSS JOIN d k
WHERE a.n + b.n + c.n + e.n <> f.n * g.n * h.n + i.n - j.n * k.n;
