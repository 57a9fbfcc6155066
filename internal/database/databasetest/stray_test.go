package databasetest_test

import (
	"testing"

	"contactgraph/internal/database/databasetest"
)

func TestStray(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, statement, want string }{
		{"a query with its account", "SELECT `id` FROM `contacts` WHERE `contacts`.`id` = ? AND `contacts`.`account_id` = ?", ""},
		{"a query without", "SELECT `id` FROM `contacts` WHERE `contacts`.`id` = ?", "contacts"},
		{"a query that only shows the account", "SELECT `contacts`.`account_id` FROM `contacts`", "contacts"},
		{"a query inside without", "SELECT `id` FROM `contacts` WHERE `contacts`.`account_id` = ? AND `contacts`.`id` IN " +
			"(SELECT `logins`.`contact_id` FROM `logins` WHERE `name_key` = ?)", "logins"},
		{"a query inside with its account", "SELECT `id` FROM `contacts` WHERE `contacts`.`account_id` = ? AND `contacts`.`id` IN " +
			"(SELECT `logins`.`contact_id` FROM `logins` WHERE `logins`.`account_id` = ?)", ""},
		{"an alias with its account", "SELECT `id` FROM `logins` WHERE `logins`.`account_id` = ? AND EXISTS " +
			"(SELECT `m`.`id` FROM `memberships` AS `m` WHERE `m`.`account_id` = ?)", ""},
		{"an alias without", "SELECT `id` FROM `logins` WHERE `logins`.`account_id` = ? AND EXISTS " +
			"(SELECT `m`.`id` FROM `memberships` AS `m` WHERE `m`.`segment_id` = ?)", "memberships"},
		{"a second query inside without", "SELECT `id` FROM `contacts` WHERE `contacts`.`account_id` = ? AND `id` IN " +
			"(SELECT `contact_id` FROM `logins` WHERE `logins`.`account_id` = ?) AND `id` IN (SELECT `contact_id` FROM `logins`)", "logins"},
		{"an update with its account", "UPDATE `contacts` SET `email` = ? WHERE `id` = ? AND `account_id` = ?", ""},
		{"an update without", "UPDATE `contacts` SET `account_id` = ? WHERE `id` = ?", "contacts"},
		{"a deletion with its account", "DELETE FROM `logins` WHERE `account_id` = ?", ""},
		{"a deletion without", "DELETE FROM `logins`", "logins"},
		{"an insert with its account", "INSERT INTO `logins` (`name`, `account_id`) VALUES (?, ?)", ""},
		{"an insert without", "INSERT INTO `logins` (`name`) VALUES (?) RETURNING `account_id`", "logins"},
		{"the lookup of an API key", "SELECT `id` FROM `api_keys` WHERE `api_keys`.`token_hash` = ? LIMIT 2", ""},
		{"another query of API keys", "SELECT `id` FROM `api_keys` WHERE `api_keys`.`name` = ?", "api_keys"},
		{"PostgreSQL's quotes and parameters", `SELECT "id" FROM "contacts" WHERE "contacts"."id" = $1 AND "contacts"."account_id" = $2`, ""},
		{"PostgreSQL's, without", `SELECT "id" FROM "contacts" WHERE "contacts"."id" = $1`, "contacts"},
		{"PostgreSQL's insert", `INSERT INTO "logins" ("name", "account_id") VALUES ($1, $2)`, ""},
		{"a deletion that looks at another table", "DELETE FROM `logins` USING `contacts` WHERE `logins`.`account_id` = ?", "contacts"},
		{"accounts are no tenant's", "SELECT `id` FROM `accounts`", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := databasetest.Stray(tt.statement); got != tt.want {
				t.Errorf("got %q, want %q: %s", got, tt.want, tt.statement)
			}
		})
	}
}
