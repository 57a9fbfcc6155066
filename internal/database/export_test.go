package database

// EmptyPostgres names a new database of the server that the tests share.
var EmptyPostgres = emptyPostgres
