package databasetest

import (
	"regexp"
	"slices"
	"strings"

	"contactgraph/ent/migrate"

	"entgo.io/ent/dialect/sql/schema"
)

// tenants are the tables whose rows belong to an account.
var tenants = func() (names []string) {
	for _, t := range migrate.Tables {
		if slices.ContainsFunc(t.ForeignKeys, func(fk *schema.ForeignKey) bool { return fk.RefTable.Name == "accounts" }) {
			names = append(names, t.Name)
		}
	}
	return names
}()

// source is a place where a statement takes rows from, or puts them.
var source = regexp.MustCompile("(?i)\\b(FROM|JOIN|INTO|UPDATE|USING) `(\\w+)`")

// parameter is one of PostgreSQL's; SQLite's are question marks.
var parameter = regexp.MustCompile(`\$\d+`)

// asSQLite writes a statement of either engine as SQLite's are written.
func asSQLite(statement string) string {
	return parameter.ReplaceAllString(strings.ReplaceAll(statement, `"`, "`"), "?")
}

// Stray returns a tenant's table that the statement touches without naming the account, "" if there is none. Each time
// that a table is read, it needs a condition of its own. The one exception is the lookup of an API key, which is what
// tells the account.
func Stray(statement string) string {
	statement = asSQLite(statement)
	uses := map[string]int{}
	for _, m := range source.FindAllStringSubmatch(statement, -1) {
		verb, table := strings.ToUpper(m[1]), m[2]
		switch {
		case !slices.Contains(tenants, table):
		case table == "api_keys" && strings.Contains(statement, "WHERE `api_keys`.`token_hash` = ?"):
		case verb == "INTO":
			if columns, _, _ := strings.Cut(statement, ")"); !strings.Contains(columns, "`account_id`") {
				return table
			}
		default:
			uses[table]++
		}
	}
	for table, n := range uses {
		conditions := strings.Count(statement, "`"+table+"`.`account_id` = ?")
		if n == 1 && len(uses) == 1 { // ent leaves the table out where there is but one
			conditions += len(unqualified.FindAllString(statement, -1))
		}
		if conditions < n {
			return table
		}
	}
	return ""
}

// unqualified is the condition of a statement with one table.
var unqualified = regexp.MustCompile("(?s)WHERE .*[ (]`account_id` = \\?|WHERE `account_id` = \\?")
