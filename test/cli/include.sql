-- `:r FILE` reads a file in where it stands: in the command line only, outside strings and comments. Errors name the
-- file that they are in.
-- $ sqlc run include.sql
-- $ sqlc explain include.sql | tail -12
-- $ sqlc < include.sql
-- $ printf "SELECT 1 AS a\n:r data/include/wrong.sql\nSELECT 3 AS c" | sqlc run - --all-results
-- $ printf "SELECT 1 AS a;\n:r data/include/wrong.sql\nSELECT 3 AS c, nope" | sqlc
-- $ printf ":r data/include/broken.sql\nSELECT 3 3" | sqlc run -
-- $ printf "SELECT 0 AS a;\n  :R data/include/absent.sql\nSELECT 1 AS b" | sqlc run -
-- $ printf "SELECT 0 AS a;\n:r data/include/absent.sql\nSELECT 1 AS b" | sqlc
-- $ printf ":r data/include/circle.sql\n" | sqlc run -
-- $ sqlc query ":r data/include/setup.sql"
:r data/include/setup.sql
:r data/include/rows.sql
/* not read:
:r data/include/absent.sql
*/
SELECT item, price * @rate AS price, '
:r data/include/absent.sql' AS kept
FROM prices
ORDER BY item
