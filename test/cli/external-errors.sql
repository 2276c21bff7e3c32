-- What is wrong with a file is told with its file, row, column and value.
-- $ sqlc run external-errors.sql
-- $ (cat external-errors.sql; echo "SELECT COUNT(*) AS n FROM wrong_type") | sqlc run - --output failed.csv; ls -A | grep failed
-- $ (cat external-errors.sql; echo "SELECT a FROM wrong_type") | sqlc run -
-- $ (cat external-errors.sql; echo "SELECT a FROM few") | sqlc run -
-- $ (cat external-errors.sql; echo "SELECT a FROM many") | sqlc run -
-- $ (cat external-errors.sql; echo "SELECT a FROM too_long") | sqlc run -
-- $ (cat external-errors.sql; echo "SELECT a FROM not_null") | sqlc run -
-- $ (cat external-errors.sql; echo "SELECT a FROM absent") | sqlc run -
-- $ (cat external-errors.sql; echo "SELECT a FROM no_folder") | sqlc run -
-- $ (cat external-errors.sql; echo "SELECT a FROM latin") | sqlc run -
-- $ (cat external-errors.sql; echo "SELECT a FROM no_parquet") | sqlc run -
-- $ (cat external-errors.sql; echo "SELECT nope FROM few") | sqlc run -
-- $ (cat external-errors.sql; echo "CREATE EXTERNAL TABLE x (a int) WITH (LOCATION = 'a', DATA_SOURCE = elsewhere, FILE_FORMAT = csv)") | sqlc run -
-- $ sqlc query "CREATE EXTERNAL FILE FORMAT f WITH (FORMAT_TYPE = DELIMITEDTEXT, FORMAT_OPTIONS (FIRST_ROW = 0))"
-- $ sqlc query "CREATE EXTERNAL FILE FORMAT f WITH (FORMAT_TYPE = ORC)"
-- $ sqlc query "CREATE EXTERNAL DATA SOURCE s WITH (LOCATION = 'ftp://host/path')"
-- $ sqlc query "CREATE EXTERNAL DATA SOURCE s WITH (LOCATION = 'http://example.com/c')"
-- $ sqlc query "CREATE EXTERNAL DATA SOURCE s WITH (LOCATION = 'data', CREDENTIAL = nobody)"
CREATE EXTERNAL DATA SOURCE here WITH (LOCATION = 'data');
CREATE EXTERNAL FILE FORMAT csv WITH (FORMAT_TYPE = DELIMITEDTEXT, FORMAT_OPTIONS (FIELD_TERMINATOR = ',', STRING_DELIMITER = '"', FIRST_ROW = 2));
CREATE EXTERNAL FILE FORMAT parquet WITH (FORMAT_TYPE = PARQUET);
CREATE EXTERNAL TABLE wrong_type (a int, b int) WITH (LOCATION = 'wrong-type.csv', DATA_SOURCE = here, FILE_FORMAT = csv);
CREATE EXTERNAL TABLE few (a int, b int) WITH (LOCATION = 'few.csv', DATA_SOURCE = here, FILE_FORMAT = csv);
CREATE EXTERNAL TABLE many (a int, b int) WITH (LOCATION = 'many.csv', DATA_SOURCE = here, FILE_FORMAT = csv);
CREATE EXTERNAL TABLE too_long (a int, b varchar(3)) WITH (LOCATION = 'too-long.csv', DATA_SOURCE = here, FILE_FORMAT = csv);
CREATE EXTERNAL TABLE not_null (a int, b int NOT NULL) WITH (LOCATION = 'not-null.csv', DATA_SOURCE = here, FILE_FORMAT = csv);
CREATE EXTERNAL TABLE absent (a int, b int) WITH (LOCATION = 'absent.csv', DATA_SOURCE = here, FILE_FORMAT = csv);
CREATE EXTERNAL TABLE no_folder (a int, b int) WITH (LOCATION = 'no/folder/', DATA_SOURCE = here, FILE_FORMAT = csv);
CREATE EXTERNAL TABLE latin (a int, b varchar(100)) WITH (LOCATION = 'latin.csv', DATA_SOURCE = here, FILE_FORMAT = csv);
CREATE EXTERNAL TABLE no_parquet (a int, b int) WITH (LOCATION = 'few.csv', DATA_SOURCE = here, FILE_FORMAT = parquet);
