:r data/include/circle.sql
