-- A persistent database is there for the next process; objects and their rows together.
-- $ sqlc run database.sql --database db
-- $ sqlc query "SELECT id, name FROM kept ORDER BY id" --database db
-- $ sqlc query "SELECT * FROM prices" --database db
-- $ sqlc query "CREATE TABLE kept AS SELECT 1 AS id" --database db
-- $ sqlc query "DROP EXTERNAL FILE FORMAT pipes" --database db
-- $ sqlc query "DROP EXTERNAL TABLE prices; DROP EXTERNAL FILE FORMAT pipes; DROP TABLE kept" --database db
-- $ sqlc query "SELECT * FROM kept" --database db
-- $ sqlc query "DROP TABLE IF EXISTS kept; SELECT 'gone' AS kept" --database db
-- $ sqlc query "SELECT 1 AS a" --database database.sql
-- $ sqlc query "CREATE DATABASE SCOPED CREDENTIAL c WITH IDENTITY = 'SHARED ACCESS SIGNATURE', SECRET = 'hush-hush'" --database db
-- $ sqlc query "SELECT 1 AS a" --database db; grep -rl hush db | wc -l
CREATE TABLE kept AS SELECT id, name FROM (VALUES (1, N'één'), (2, NULL)) AS v(id, name);
CREATE EXTERNAL DATA SOURCE here WITH (LOCATION = 'data');
CREATE EXTERNAL FILE FORMAT pipes WITH (FORMAT_TYPE = DELIMITEDTEXT, FORMAT_OPTIONS (FIELD_TERMINATOR = ',', FIRST_ROW = 2));
CREATE EXTERNAL TABLE prices (item varchar(20), price decimal(9, 2)) WITH (LOCATION = 'prices.csv', DATA_SOURCE = here, FILE_FORMAT = pipes);
