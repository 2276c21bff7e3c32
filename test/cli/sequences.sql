-- Sequences and identity columns go on where they stood when the database is opened again.
-- $ sqlc run sequences.sql --database db --all-results
-- $ sqlc query "SELECT NEXT VALUE FOR s AS s; INSERT t (b) OUTPUT inserted.* VALUES (3); SELECT NEXT VALUE FOR s AS s" --database db --all-results
-- $ sqlc query "ALTER SEQUENCE s MAXVALUE 50; SELECT NEXT VALUE FOR s AS s" --database db
-- $ sqlc query "SELECT NEXT VALUE FOR s AS s" --database db
-- $ sqlc query "SELECT NEXT VALUE FOR s AS s" --database db
CREATE SEQUENCE s AS int START WITH 10 INCREMENT BY 10
CREATE TABLE t (id int IDENTITY(1, 1), a int DEFAULT NEXT VALUE FOR s, b int)
INSERT t (b) VALUES (1), (2)
SELECT * FROM t
