-- --steps: the plan after each rule.
-- $ sqlc explain explain-steps.sql --steps
SELECT v.id FROM (SELECT n AS id, SENTIMENT(t) AS mood FROM (VALUES (1, 'a'), (2, 'b')) AS w(n, t)) AS v
WHERE v.mood = 'positive' AND v.id > 1;
