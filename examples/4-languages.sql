-- Which language is it? Passages of one declaration, detected, joined with the languages they were written in.
SELECT p.language, COUNT(*) AS passages, SUM(IIF(p.detected = p.code, 1, 0)) AS recognised
FROM (SELECT code, language, article, DETECT_LANGUAGE(text) AS detected FROM passages) AS p
GROUP BY p.language
ORDER BY p.language;

-- Only what is English goes to the English models: one inbox of both sources.
SELECT detected, COUNT(*) AS texts, COUNT(mood) AS with_a_mood, SUM(IIF(mood = 'negative', 1, 0)) AS negative
FROM (
  SELECT detected, CASE WHEN detected = 'en' THEN SENTIMENT(text) END AS mood
  FROM (
    SELECT text, DETECT_LANGUAGE(text) AS detected FROM passages WHERE article <= 5
    UNION ALL
    SELECT text, DETECT_LANGUAGE(text) FROM sentences WHERE source = 'yelp' AND held_out = 1
  ) AS inbox
) AS answered
GROUP BY detected
HAVING COUNT(*) >= 5
ORDER BY texts DESC, detected;
