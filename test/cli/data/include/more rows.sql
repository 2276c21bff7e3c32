INSERT prices VALUES ('b', 3)

  , ('c', 4)