-- Delimited text: quotes, line ends, FIRST_ROW, empty fields, USE_TYPE_DEFAULT, folders, gzip.
-- $ sqlc run external-text.sql --all-results
-- $ gzip -c data/prices.csv > data/prices.csv.gz; printf "CREATE EXTERNAL DATA SOURCE here WITH (LOCATION = 'data'); CREATE EXTERNAL FILE FORMAT f WITH (FORMAT_TYPE = DELIMITEDTEXT, FORMAT_OPTIONS (FIELD_TERMINATOR = ',', FIRST_ROW = 2), DATA_COMPRESSION = 'org.apache.hadoop.io.compress.GzipCodec'); CREATE EXTERNAL TABLE t (item varchar(20), price decimal(9, 2)) WITH (LOCATION = 'prices.csv.gz', DATA_SOURCE = here, FILE_FORMAT = f); SELECT * FROM t" | sqlc run -
CREATE EXTERNAL DATA SOURCE here WITH (LOCATION = 'data');
CREATE EXTERNAL FILE FORMAT quoted WITH (FORMAT_TYPE = DELIMITEDTEXT, FORMAT_OPTIONS (FIELD_TERMINATOR = ',', STRING_DELIMITER = '"', FIRST_ROW = 2));
CREATE EXTERNAL FILE FORMAT bare WITH (FORMAT_TYPE = DELIMITEDTEXT, FORMAT_OPTIONS (FIELD_TERMINATOR = ',', FIRST_ROW = 2));
CREATE EXTERNAL FILE FORMAT filled WITH (FORMAT_TYPE = DELIMITEDTEXT, FORMAT_OPTIONS (FIELD_TERMINATOR = ',', FIRST_ROW = 2, USE_TYPE_DEFAULT = TRUE));
CREATE EXTERNAL FILE FORMAT tabs WITH (FORMAT_TYPE = DELIMITEDTEXT, FORMAT_OPTIONS (FIELD_TERMINATOR = '\t'));

CREATE EXTERNAL TABLE quotes (id int, txt nvarchar(100)) WITH (LOCATION = 'quotes.csv', DATA_SOURCE = here, FILE_FORMAT = quoted);
SELECT id, txt, LEN(txt) AS n FROM quotes ORDER BY id;

CREATE EXTERNAL TABLE dos (id int, txt nvarchar(100)) WITH (LOCATION = 'dos.csv', DATA_SOURCE = here, FILE_FORMAT = quoted);
SELECT id, txt FROM dos ORDER BY id;

CREATE EXTERNAL TABLE plain_quotes (id int, txt nvarchar(100)) WITH (LOCATION = 'plain-quotes.csv', DATA_SOURCE = here, FILE_FORMAT = bare);
SELECT id, txt FROM plain_quotes ORDER BY id;

CREATE EXTERNAL TABLE gaps (id int, name nvarchar(20), n int, d date, f float, t time(0)) WITH (LOCATION = 'gaps.csv', DATA_SOURCE = here, FILE_FORMAT = bare);
SELECT * FROM gaps ORDER BY id;
CREATE EXTERNAL TABLE filled_gaps (id int, name nvarchar(20), n int, d date, f float, t time(0)) WITH (LOCATION = 'gaps.csv', DATA_SOURCE = here, FILE_FORMAT = filled);
SELECT * FROM filled_gaps ORDER BY id;

CREATE EXTERNAL TABLE parts (a int, b varchar(10)) WITH (LOCATION = 'parts/', DATA_SOURCE = here, FILE_FORMAT = tabs);
SELECT a, b FROM parts ORDER BY a;
SELECT COUNT(*) AS n FROM parts;
