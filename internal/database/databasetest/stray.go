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

// source matches where a statement reads rows from or writes them to.
var source = regexp.MustCompile("(?i)\\b(FROM|JOIN|INTO|UPDATE|USING) `(\\w+)`")

// parameter matches PostgreSQL's parameters; SQLite's are question marks.
var parameter = regexp.MustCompile(`\$\d+`)

// asSQLite returns a statement of any engine in SQLite's form.
func asSQLite(statement string) string {
	return parameter.ReplaceAllString(strings.ReplaceAll(statement, `"`, "`"), "?")
}

// Stray returns a table of accounts that the statement uses without naming the account, "" if there
// is none. Each use of a table needs a condition of its own. The exceptions are lookups that find
// out the account: that of an API key, and of jobs to run; and which ids are in use, which are
// unique in all accounts.
func Stray(statement string) string {
	statement = asSQLite(statement)
	uses := map[string]int{}
	for _, m := range source.FindAllStringSubmatch(statement, -1) {
		verb, table := strings.ToUpper(m[1]), m[2]
		switch {
		case !slices.Contains(tenants, table):
		case usedIDs.MatchString(statement):
		case table == "api_keys" && strings.Contains(statement, "WHERE `api_keys`.`token_hash` = ?"):
		case verb == "INTO":
			if columns, _, _ := strings.Cut(statement, ")"); !strings.Contains(columns, "`account_id`") {
				return table
			}
		case table == "jobs" && strings.Contains(statement, "ORDER BY `jobs`.`updated_at`, `jobs`.`id` LIMIT 1"):
		default:
			uses[table]++
		}
	}
	for table, n := range uses {
		conditions := strings.Count(statement, "`"+table+"`.`account_id` = ?")
		for _, m := range alias.FindAllStringSubmatch(statement, -1) {
			if m[1] == table {
				conditions += strings.Count(statement, "`"+m[2]+"`.`account_id` = ?")
			}
		}
		if n == 1 && len(uses) == 1 { // ent omits the table where there is only one
			conditions += len(unqualified.FindAllString(statement, -1))
		}
		if conditions < n {
			return table
		}
	}
	return ""
}

// usedIDs matches the statement of Tx.UsedIDs.
var usedIDs = regexp.MustCompile("^SELECT `contacts`\\.`id` FROM `contacts` WHERE `contacts`\\.`id` IN \\([?, ]+\\)$")

// alias matches a table that the statement names differently.
var alias = regexp.MustCompile("`(\\w+)` AS `(\\w+)`")

// unqualified matches the condition in a statement with one table.
var unqualified = regexp.MustCompile("(?s)WHERE .*[ (]`account_id` = \\?|WHERE `account_id` = \\?")
