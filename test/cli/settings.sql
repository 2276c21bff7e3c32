-- Settings and options are enforced or refused, whichever door they come through.
-- $ sqlc run settings.sql
-- $ sqlc query "SELECT 1 AS a" --set timeout=30 --set REQUEST_TIMEOUT=1.5 --set max_wait=10 --set memory_limit_mb=256
-- $ sqlc query "SELECT 1 AS a" --set timout=1
-- $ sqlc query "SELECT 1 AS a" --set collation=CI_AS
-- $ sqlc query "SELECT 1 AS a" --set timeout=0
-- $ sqlc query "SELECT 1 AS a" --set timeout=soon
-- $ sqlc query "SELECT 1 AS a" --set memory_limit_mb=1
-- $ sqlc query "SELECT 1 AS a" --set timeout
-- $ sqlc query "SELECT 1 AS a" --set nocount=on
-- $ SQLC_TIMEOUT=never sqlc query "SELECT 1 AS a"
-- $ SQLC_ALLOW_PRIVATE_URLS=on sqlc query "SELECT 1 AS a"
-- $ sqlc query "SET allow_private_urls = ON"
-- $ sqlc query "SET memory_limit_mb = 100"
-- $ sqlc query "SET timeout = -1"
-- $ sqlc query "SET nonsense = 1"
-- $ sqlc query "SET ANSI_NULLS OFF"
-- $ sqlc query "SELECT 1 AS a OPTION (MAX_COST lots)"
-- $ sqlc query "SELECT 1 AS a OPTION (ON_ERROR MAYBE)"
-- $ sqlc query "SELECT 1 AS a OPTION (COLLATION CI_AS)"
-- $ sqlc query "SELECT 1 AS a OPTION (MAX_WAIT 5)"
-- $ sqlc query "SELECT 1 AS a OPTION (NONSENSE 5)"
SET NOCOUNT ON;
SET timeout = 30;
SET request_timeout = 2.5;
SELECT 1 AS a OPTION (MAXDOP 1, LABEL = 'nightly', TIMEOUT 20, HASH JOIN);
