INSERT prices VALUES ('a', 2)
:r "data/include/more rows.sql"
INSERT prices VALUES ('d', 5)