-- The whole script is parsed before anything runs; each statement is bound when its turn comes.
-- $ sqlc run syntax-first.sql --database db
-- $ sqlc query "SELECT a FROM t" --database db
-- $ sqlc query "CREATE TABLE t AS SELECT 1 AS a; SELECT b FROM t" --database db2
-- $ sqlc query "SELECT a FROM t" --database db2
CREATE TABLE t AS SELECT 1 AS a;
SELECT a FROM t WHERE;
