-- Views on what the engine knows: sys.dm_cognitive_operations adds up what its statements asked.
-- $ sqlc run system-views.sql --all-results --quiet
-- $ sqlc query "SELECT * FROM SYS.DM_Cognitive_Operations" --format csv
-- $ sqlc query "SELECT COUNT(*) AS n, SUM(o.requests) AS r FROM sys.dm_cognitive_operations o JOIN (VALUES (1)) AS v(a) ON 1 = 1"
-- $ sqlc query "SELECT * FROM sys.dm_cognitive_operation"
-- $ sqlc query "SELECT * FROM sy.dm_cognitive_operations"
-- $ sqlc query "SELECT * FROM dm_cognitive_operations"
-- $ sqlc query "DROP TABLE sys.dm_cognitive_operations"
-- $ sqlc query "CREATE TABLE sys.mine AS SELECT 1 AS a"
CREATE TABLE reviews AS
SELECT id, body FROM (VALUES (1, N'I love it'), (2, N'I hate it'), (3, N'I love it'), (4, NULL), (5, N'It is so-so')) AS v(id, body);
SELECT id, SENTIMENT(body) AS mood FROM reviews WHERE DETECT_LANGUAGE(body) = 'en' ORDER BY id;
SELECT operation, service, documents, distinct_inputs, cached, requests, retries, throttled, errors, cost, currency, virtual_documents, saved_dedup
FROM sys.dm_cognitive_operations ORDER BY operation;
SELECT COUNT(SENTIMENT(body)) AS n FROM reviews;
SELECT operation, documents, distinct_inputs, cached, requests, virtual_documents, saved_dedup, saved_cache,
       CASE WHEN bytes_sent > 0 AND bytes_received > 0 AND latency_p50_ms <= latency_p99_ms THEN 'yes' ELSE 'no' END AS measured
FROM sys.dm_cognitive_operations WHERE model IS NOT NULL ORDER BY operation;
EXPLAIN SELECT operation FROM sys.dm_cognitive_operations WHERE requests > 0;
