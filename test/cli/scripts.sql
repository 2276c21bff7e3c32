-- Scripts: what PRINT says goes to standard error, results to standard output. `run` prints the last one there is.
-- $ sqlc run scripts.sql
-- $ sqlc run scripts.sql --all-results
-- $ sqlc run scripts.sql --format ndjson --all-results
-- $ printf "IF 1 = 1 SELECT 'then' AS a ELSE SELECT 'else' AS a\nPRINT 'after'" | sqlc run -
-- $ printf "DECLARE @i int = 0\nWHILE @i < 3 BEGIN SET @i += 1; SELECT @i AS i END\n" | sqlc run -
-- $ printf "SELECT 'kept' AS a\nBEGIN TRY SELECT 1/0 AS b END TRY BEGIN CATCH PRINT ERROR_MESSAGE() END CATCH" | sqlc run -
-- $ printf "PRINT 'nothing to show'" | sqlc run -
-- $ printf "DECLARE @x int = 1;\nPRINT @x;\nIF @x = 1\n  PRINT 'one';\nELSE\n  PRINT 'two';\nBEGIN\n  SELECT 1 AS a;\n  SELECT CASE WHEN 1 = 1 THEN 2 END AS b;\nEND;\nSELECT @x AS still;\nGO\nSELECT @x;\n" | sqlc
-- $ printf "CREATE TABLE t (a int);\nGO\nINSERT t VALUES (1);\nGO 3 -- once more, and again\nSELECT COUNT(*) AS n FROM t\nGO 0\nSELECT COUNT(*) AS n FROM t\nGO\n" | sqlc
-- $ printf "BEGIN\n  SELECT 1 AS open;\nGO\nSELECT 2 AS next" | sqlc
-- $ printf "BEGIN\n  SELECT 1 AS open;\nSELECT 2 AS next" | sqlc
DECLARE @n int = 2
PRINT CONCAT('n is ', @n)
GO 2
DECLARE @n int = 40
WHILE @n < 42
BEGIN
  SET @n += 1
  IF @n = 42 BREAK
  SELECT @n AS before
END
IF @n = 42 SELECT 'last' AS which, @n AS n
ELSE SELECT 'other' AS which
RAISERROR('told, not failed: %d', 10, 1, @n)
PRINT 'end'
