-- The settings file of the working folder: the farthest door, so that everything else is nearer.
-- $ sqlc query "SELECT SENTIMENT('good') AS mood" --quiet
-- $ echo '{"//": "nobody is asked here", "Max_Calls": 0, "cache": "OFF"}' > sqlc.config.json; sqlc query "SELECT SENTIMENT('good') AS mood" --quiet
-- $ SQLC_MAX_CALLS=1 sqlc query "SELECT SENTIMENT('good') AS mood" --quiet
-- $ SQLC_MAX_CALLS=1 sqlc query "SELECT SENTIMENT('good') AS mood" --quiet --set max_calls=0
-- $ sqlc run settings-file.sql --quiet --set max_calls=0
-- $ echo '{"timout": 1}' > sqlc.config.json; sqlc query "SELECT 1 AS a"
-- $ echo '{"timeout": "soon"}' > sqlc.config.json; sqlc explain settings-file.sql
-- $ echo '{"timeout": null}' > sqlc.config.json; sqlc query "SELECT 1 AS a"
-- $ echo '{"timeout": 1' > sqlc.config.json; sqlc query "SELECT 1 AS a"
-- $ echo '[]' > sqlc.config.json; sqlc query "SELECT 1 AS a"
-- $ rm sqlc.config.json; mkdir sqlc.config.json; sqlc query "SELECT 1 AS a"
SET max_calls = 1;
SELECT SENTIMENT('good') AS mood;
