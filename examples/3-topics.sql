-- What do unhappy people talk about? Key phrases of the negative sentences, and a few of the sentences.
SELECT TOP 12 phrase, COUNT(*) AS mentions, COUNT(DISTINCT source) AS sources
FROM (SELECT source, LOWER(UNNEST(KEY_PHRASES(text))) AS phrase FROM moods WHERE mood = 'negative') AS p
GROUP BY phrase
ORDER BY mentions DESC, phrase;

SELECT source, score, text
FROM (SELECT source, score, text, ROW_NUMBER() OVER (PARTITION BY source ORDER BY score, id) AS rank_in_source FROM moods) AS worst
WHERE rank_in_source <= 2
ORDER BY source, score;
