DECLARE @rate decimal(5, 2) = 1.5
CREATE TABLE prices (item varchar(10), price money)
