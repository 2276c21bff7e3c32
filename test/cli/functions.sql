-- Cognitive functions without an endpoint: local models, said once; NULL and '' ask nobody.
-- $ sqlc run functions.sql
-- $ sqlc run functions.sql --quiet --format json
-- $ sqlc query "SELECT SENTIMENT(NULL) AS a, SENTIMENT('') AS b" --format json
-- $ sqlc query "SELECT UPPER('plain') AS a"
-- $ sqlc query "SELECT SENTIMENT('I love it'), SENTIMENT('I love it')" --quiet
CREATE TABLE reviews AS
SELECT id, body FROM (VALUES (1, N'I love this wonderful hotel'), (2, N'The room was dirty and the staff rude'), (3, NULL),
                             (4, N'I love this wonderful hotel'), (5, N'Das ist ein schönes Haus am See')) AS v(id, body);
SELECT id, SENTIMENT(body) AS mood, DETECT_LANGUAGE(body) AS lang, KEY_PHRASES(body) AS topics
FROM reviews WHERE SENTIMENT(body) <> 'negative' OR body IS NULL ORDER BY id;
