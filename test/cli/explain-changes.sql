-- Plans of statements that change rows, and of scripts: what would be created is known by its definition, both branches
-- of an IF are planned, variables have what can be known of them. Nothing is changed.
-- $ sqlc explain explain-changes.sql | grep -v "^  SELECT"
-- $ sqlc query "CREATE TABLE t (a int, b varchar(10)); INSERT t VALUES (1, 'x'), (2, 'y'); EXPLAIN UPDATE t SET b = SENTIMENT(b) WHERE a = 1; SELECT * FROM t" --all-results --quiet | grep -v "SELECT"
-- $ printf "CREATE TABLE t (a int); EXPLAIN ALTER TABLE t ADD b int" | sqlc run -
-- $ printf "DECLARE @x int = 1\nGO\nSELECT @x AS x" | sqlc explain -
CREATE TABLE t (a int, b varchar(10));
INSERT t SELECT a, SENTIMENT(b) FROM (VALUES (1, 'x'), (2, 'y'), (3, 'x')) AS v(a, b);
DECLARE @m nvarchar(10) = CONCAT('neg', 'ative')
DECLARE @t TABLE (n int, s nvarchar(20))
IF @m = 'negative' UPDATE t SET b = SENTIMENT(b) WHERE b <> @m
ELSE DELETE t WHERE SENTIMENT(b) = @m
BEGIN TRY
  MERGE t USING t AS s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = SENTIMENT(s.b);
  INSERT @t SELECT a, SENTIMENT(b) FROM t
END TRY
BEGIN CATCH
  SELECT @m = SENTIMENT('q')
END CATCH
SELECT SENTIMENT(s) AS m INTO #u FROM @t
SELECT m FROM #u
