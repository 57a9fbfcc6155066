package main

import (
	_ "ariga.io/atlas/sql/migrate"
	_ "entgo.io/ent"
	_ "github.com/99designs/gqlgen/graphql/handler"
	_ "github.com/alecthomas/kong"
	_ "github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/mattn/go-sqlite3"
	_ "github.com/nyaruka/phonenumbers"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "github.com/vektah/gqlparser/v2"
	_ "golang.org/x/crypto/argon2"
	_ "golang.org/x/text/cases"
	_ "pgregory.net/rapid"
)

func main() {}
