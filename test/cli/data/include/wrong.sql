SELECT 1 AS fine
SELECT nope AS wrong
