-- The data where it lies: two CSV files as external tables.
-- 3,000 review sentences with a label each, and passages of one declaration in 24 languages.
CREATE EXTERNAL DATA SOURCE examples WITH (LOCATION = 'examples/data');

CREATE EXTERNAL FILE FORMAT csv WITH (
  FORMAT_TYPE = DELIMITEDTEXT,
  FORMAT_OPTIONS (FIELD_TERMINATOR = ',', STRING_DELIMITER = '"', FIRST_ROW = 2)
);

CREATE EXTERNAL TABLE sentences (
  id       varchar(20)    NOT NULL,
  source   varchar(10)    NOT NULL,
  held_out bit            NOT NULL,
  label    varchar(10)    NOT NULL,
  text     nvarchar(max)  NOT NULL
) WITH (LOCATION = 'sentences.csv', DATA_SOURCE = examples, FILE_FORMAT = csv);

CREATE EXTERNAL TABLE passages (
  code     varchar(10)    NOT NULL,
  language nvarchar(40)   NOT NULL,
  article  int            NOT NULL,
  text     nvarchar(max)  NOT NULL
) WITH (LOCATION = 'passages.csv', DATA_SOURCE = examples, FILE_FORMAT = csv);

SELECT source, COUNT(*) AS sentences, COUNT(DISTINCT text) AS texts, AVG(LEN(text)) AS average_length
FROM sentences
GROUP BY source
ORDER BY source;
