package schema

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"contactgraph/migrations"

	atlas "ariga.io/atlas/sql/migrate"
)

// TestMigrationsAreAdditive makes it possible to update processes one by one, and to undo an
// update: the binary before a migration can run on the tables after it. A change for which that is
// impossible takes two releases: the first one no longer needs what the second one drops.
func TestMigrationsAreAdditive(t *testing.T) {
	t.Parallel()
	folders, err := fs.ReadDir(migrations.Files, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		dir, err := memoryDir(folder.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range notAdditive(t, dir) {
			t.Errorf("migrations/%s/%s", folder.Name(), wrong)
		}
	}
}

// Statements that change nothing that existed. An INSERT must be able to omit a column that is
// added.
var (
	createTable  = regexp.MustCompile("^CREATE TABLE [`\"](\\w+)[`\"] ")
	createIndex  = regexp.MustCompile("^CREATE (UNIQUE )?INDEX (?:CONCURRENTLY )?[`\"](\\w+)[`\"] ON [`\"](\\w+)[`\"] (.*)$")
	dropIndex    = regexp.MustCompile("^DROP INDEX (?:CONCURRENTLY IF EXISTS )?[`\"](\\w+)[`\"]$")
	concurrently = regexp.MustCompile(`^(CREATE (UNIQUE )?INDEX CONCURRENTLY|DROP INDEX CONCURRENTLY IF EXISTS) "\w+"`)
	alterTable   = regexp.MustCompile("^ALTER TABLE [`\"](\\w+)[`\"] (.+)$")
	addColumn    = regexp.MustCompile("^ADD COLUMN [`\"](\\w+)[`\"] ")
	quotedName   = regexp.MustCompile("[`\"]\\w+[`\"]")
	notNull      = regexp.MustCompile(`\bNOT NULL\b`)
	hasDefault   = regexp.MustCompile(`\bDEFAULT\b`)
	refuses      = regexp.MustCompile(`\b(UNIQUE|PRIMARY|CHECK|GENERATED)\b`)
)

// notAdditive returns which files after the first lack the directive, or have a statement that is
// not known to be additive. It reads the form in which files are planned.
func notAdditive(t *testing.T, dir atlas.Dir) (wrong []string) {
	t.Helper()
	files, err := dir.Files()
	if err != nil {
		t.Fatal(err)
	}
	unique := map[string]bool{} // indexes
	var created []string        // tables, and columns that are null in what older binaries insert
	for i, f := range files {
		statements, err := f.Stmts()
		if err != nil {
			t.Fatal(err)
		}
		marked, err := isAdditive(dir, f.Version())
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 && !marked {
			wrong = append(wrong, fmt.Sprintf("%s lacks -- atlas:additive and an empty line at its top", f.Name()))
		}
		if !isConcurrent(f) { // it belongs to the file before it
			created = nil
		}
		for _, s := range statements {
			s = strings.TrimSuffix(strings.TrimSpace(s), ";")
			if m := createTable.FindStringSubmatch(s); m != nil {
				created = append(created, m[1])
			}
			created = append(created, nullColumns(s)...)
			if m := createIndex.FindStringSubmatch(s); m != nil && m[1] != "" {
				unique[m[2]] = true
			}
			if isConcurrent(f) != concurrently.MatchString(s) {
				wrong = append(wrong, fmt.Sprintf("%s: only a file with -- atlas:txmode none has statements that are CONCURRENTLY, and it has no others: %s", f.Name(), s))
			}
			if i > 0 && !leavesAlone(s, created, unique) {
				wrong = append(wrong, fmt.Sprintf("%s is not additive: %s", f.Name(), s))
			}
		}
	}
	return wrong
}

// nullColumns returns the columns that a statement adds without a default, as table.column.
func nullColumns(s string) (columns []string) {
	m := alterTable.FindStringSubmatch(s)
	if m == nil {
		return nil
	}
	for _, clause := range clauses(m[2]) {
		if c := addColumn.FindStringSubmatch(clause); c != nil && !hasDefault.MatchString(clause) {
			columns = append(columns, m[1]+"."+c[1])
		}
	}
	return columns
}

// allowsOlder reports whether an index allows everything that older binaries write: it is not
// unique, or its table is new, or one of its columns is new and therefore null in their rows.
func allowsOlder(index, created []string) bool {
	if index[1] == "" || slices.Contains(created, index[3]) {
		return true
	}
	return slices.ContainsFunc(quotedName.FindAllString(index[4], -1), func(column string) bool {
		return slices.Contains(created, index[3]+"."+strings.Trim(column, "`\""))
	})
}

// leavesAlone reports whether a statement leaves the tables usable as they were, except those that
// its file has created.
func leavesAlone(s string, created []string, unique map[string]bool) bool {
	if createTable.MatchString(s) {
		return true
	}
	if m := createIndex.FindStringSubmatch(s); m != nil {
		return allowsOlder(m, created)
	}
	if m := dropIndex.FindStringSubmatch(s); m != nil {
		return !unique[m[1]] // older binaries depend on what it refuses
	}
	m := alterTable.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	for _, clause := range clauses(m[2]) {
		mayBeLeftOut := !notNull.MatchString(clause) || hasDefault.MatchString(clause)
		if !addColumn.MatchString(clause) || !mayBeLeftOut || refuses.MatchString(clause) {
			return false
		}
	}
	return true
}

// clauses cuts at the commas outside parentheses and quotes.
func clauses(s string) (all []string) {
	begin, depth, quoted := 0, 0, false
	for i, c := range s {
		switch {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			all = append(all, strings.TrimSpace(s[begin:i]))
			begin = i + 1
		}
	}
	return append(all, strings.TrimSpace(s[begin:]))
}

func TestWhatIsAdditive(t *testing.T) {
	t.Parallel()
	const first = "CREATE TABLE `stores` (`id` integer);\nCREATE UNIQUE INDEX `key` ON `stores` (`id`);\nCREATE INDEX `plain` ON `stores` (`id`);\n"
	for _, tt := range []struct {
		statement string
		additive  bool
	}{
		{"CREATE TABLE `notes` (`id` integer NOT NULL);\nCREATE UNIQUE INDEX `note` ON `notes` (`id`)", true},
		{"CREATE INDEX `more` ON `stores` (`id`)", true},
		{"CREATE UNIQUE INDEX `more` ON `stores` (`id`)", false},
		{"ALTER TABLE `stores` ADD COLUMN `code` text NULL;\nCREATE UNIQUE INDEX `more` ON `stores` (`id`, `code`)", true},
		{"ALTER TABLE `stores` ADD COLUMN `code` text NULL;\nCREATE UNIQUE INDEX `more` ON `stores` (`id`)", false},
		{"ALTER TABLE `stores` ADD COLUMN `code` text NOT NULL DEFAULT '';\nCREATE UNIQUE INDEX `more` ON `stores` (`code`)", false},
		{"DROP INDEX `plain`", true},
		{"DROP INDEX `key`", false},
		{"ALTER TABLE `stores` ADD COLUMN `city` text NULL", true},
		{"ALTER TABLE `stores` ADD COLUMN `city` text NOT NULL DEFAULT ''", true},
		{"ALTER TABLE `stores` ADD COLUMN `city` text NOT NULL", false},
		{"ALTER TABLE `stores` ADD COLUMN `city` text DEFAULT '' UNIQUE", false},
		{`ALTER TABLE "stores" ADD COLUMN "city" character varying(5) NULL COLLATE "C", ADD COLUMN "size" numeric(3, 2) NOT NULL DEFAULT 0`, true},
		{`ALTER TABLE "stores" ADD COLUMN "city" text NOT NULL DEFAULT 'a, b', ADD COLUMN "size" bigint NOT NULL`, false},
		{`ALTER TABLE "stores" ADD COLUMN "city" text NULL, DROP COLUMN "name"`, false},
		{`ALTER TABLE "stores" ADD CONSTRAINT "city" CHECK (id > 0)`, false},
		{`ALTER TABLE "stores" ALTER COLUMN "name" SET NOT NULL`, false},
		{"ALTER TABLE `stores` RENAME COLUMN `name` TO `title`", false},
		{"DROP TABLE `stores`", false},
		{"UPDATE `stores` SET `name` = ''", false},
		{"PRAGMA foreign_keys = off", false},
	} {
		dir := &atlas.MemDir{}
		for name, text := range map[string]string{
			"20260101000000_init.sql": first, "20260201000000_next.sql": "-- atlas:additive\n\n" + tt.statement + ";\n",
		} {
			if err := dir.WriteFile(name, []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		if got := notAdditive(t, dir); (got == nil) != tt.additive {
			t.Errorf("%s: got %q, want additive: %v", tt.statement, got, tt.additive)
		}
	}
}

// TestConcurrentFiles shows that a file outside of a transaction belongs to the one before it, and
// what it may contain.
func TestConcurrentFiles(t *testing.T) {
	t.Parallel()
	const none = "-- atlas:txmode none\n"
	for _, tt := range []struct {
		header, statement string
		accepted          bool
	}{
		{none, `CREATE UNIQUE INDEX CONCURRENTLY "more" ON "stores" ("id", "code")`, true},
		{none, `CREATE UNIQUE INDEX CONCURRENTLY "more" ON "stores" ("id")`, false},
		{none, `DROP INDEX CONCURRENTLY IF EXISTS "plain"`, true},
		{none, `DROP INDEX CONCURRENTLY IF EXISTS "key"`, false},
		{none, `CREATE INDEX "more" ON "stores" ("id")`, false},
		{none, `ALTER TABLE "stores" ADD COLUMN "city" text NULL`, false},
		{"", `CREATE INDEX CONCURRENTLY "more" ON "stores" ("id")`, false},
	} {
		dir := &atlas.MemDir{}
		for name, text := range map[string]string{
			"20260101000000_init.sql": `CREATE TABLE "stores" ("id" bigint); CREATE UNIQUE INDEX "key" ON "stores" ("id"); CREATE INDEX "plain" ON "stores" ("id");`,
			"20260201000000_next.sql": "-- atlas:additive\n\n" + `ALTER TABLE "stores" ADD COLUMN "code" text NULL;`,
			"20260201000001_more.sql": "-- atlas:additive\n" + tt.header + "\n" + tt.statement + ";\n",
		} {
			if err := dir.WriteFile(name, []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		if got := notAdditive(t, dir); (got == nil) != tt.accepted {
			t.Errorf("%q %s: got %q, want accepted: %v", tt.header, tt.statement, got, tt.accepted)
		}
	}
}

func TestAMigrationWithoutTheDirectiveIsSeen(t *testing.T) {
	t.Parallel()
	dir := &atlas.MemDir{}
	for _, version := range []string{"20260101000000", "20260201000000"} {
		if err := dir.WriteFile(version+"_x.sql", []byte("CREATE TABLE `t"+version+"` (`id` integer);\n")); err != nil {
			t.Fatal(err)
		}
	}
	if got := notAdditive(t, dir); len(got) != 1 || !strings.Contains(got[0], "20260201000000_x.sql lacks -- atlas:additive") {
		t.Errorf("got %q, want that the second file lacks it", got)
	}
}
