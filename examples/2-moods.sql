-- What do people feel? The mood of every sentence, per source.
-- The second table compares with the labels, only on the sentences the model was not trained on.
CREATE TABLE moods AS
SELECT id, source, held_out, label, text, SENTIMENT(text) AS mood, SENTIMENT_SCORE(text) AS score
FROM sentences;

SELECT source,
       SUM(CASE WHEN mood = 'positive' THEN 1 ELSE 0 END) AS positive,
       SUM(CASE WHEN mood = 'negative' THEN 1 ELSE 0 END) AS negative,
       SUM(CASE WHEN mood IN ('neutral', 'mixed') THEN 1 ELSE 0 END) AS neutral_or_mixed,
       ROUND(AVG(score), 3) AS average_score
FROM moods
GROUP BY source
ORDER BY source;

SELECT source,
       COUNT(*) AS held_out,
       100.0 * SUM(IIF((score >= 0.5 AND label = 'positive') OR (score < 0.5 AND label = 'negative'), 1, 0)) / COUNT(*) AS agreement_percent
FROM moods
WHERE held_out = 1
GROUP BY source
ORDER BY source;
