package feed

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/revision"

	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib" // readLog reads the servers' databases
	_ "github.com/mattn/go-sqlite3"    // the same
)

// logRow is a change as it is stored in the database.
type logRow struct {
	seq int64
	changeKey

	kind   string
	fields []revision.FieldChange
}

// readLog reads the change log of the demo account from the database, bypassing the servers.
func readLog(t *testing.T, database string) (log []logRow) {
	t.Helper()
	driver := "sqlite3"
	if strings.HasPrefix(database, "postgres") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `SELECT seq, contact_id, version, kind, fields FROM changes
		WHERE account_id = (SELECT id FROM accounts WHERE name = 'Demo') ORDER BY seq`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var row logRow
		var fields []byte
		if err := rows.Scan(&row.seq, &row.contact, &row.version, &row.kind, &fields); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(fields, &row.fields); err != nil {
			t.Fatal(err)
		}
		log = append(log, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return log
}

// state is the values of a contact by the paths of the log. Values that are null, false or an empty
// list are left out.
type state map[string]any

func (s state) set(path string, value any) {
	if list, ok := value.([]any); value == nil || value == false || ok && len(list) == 0 {
		delete(s, path)
		return
	}
	s[path] = value
}

// replayLog computes the contacts from the log alone. The old values of each change must be the new
// values of the change before it.
func replayLog(t *testing.T, log []logRow) map[int]state {
	t.Helper()
	contacts := map[int]state{}
	for _, row := range log {
		before, exists := contacts[row.contact]
		if exists == (row.kind == "CREATE") {
			t.Fatalf("change %d: %s of contact %d, which exists: %v", row.seq, row.kind, row.contact, exists)
		}
		after := state{}
		maps.Copy(after, before)
		for _, f := range row.fields {
			old := state{}
			old.set(f.Path, f.Old)
			if !reflect.DeepEqual(old[f.Path], before[f.Path]) {
				t.Fatalf("change %d of contact %d: %s was %v, the log has %v as the old value", row.seq, row.contact, f.Path, before[f.Path], f.Old)
			}
			after.set(f.Path, f.New)
		}
		contacts[row.contact] = after
		after["version"] = float64(row.version)
		if row.kind == "DELETE" {
			if delete(after, "version"); len(after) > 0 {
				t.Fatalf("change %d: the deletion of contact %d left %v", row.seq, row.contact, after)
			}
			delete(contacts, row.contact)
		}
	}
	return contacts
}

const allContacts = `query($after: String) { contacts(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
	contactId version secret registrationDateTime registrationSource registrationIp registrationStore { storeId }
	email phoneCountryCode phone firstName lastName limitMailsPermanently limitMailsTemporarilyUntil
	preferredStore { storeId } company { companyId } latestPermissionSource
	properties { property { propertyId boundTo } values { value description } } logins { name type } externalIds { system value } segments { segmentId } } } }`

// readContacts reads all contacts of the demo account over GraphQL.
func readContacts(s *harness.Server) map[int]state {
	s.T.Helper()
	contacts := map[int]state{}
	for v := (harness.Variables{}); ; {
		page := harness.Query[struct {
			Nodes    []map[string]any
			PageInfo struct {
				HasNextPage bool
				EndCursor   string
			}
		}](s, harness.APIKey("demo-agent"), allContacts, v)
		for _, node := range page.Nodes {
			contacts[int(node["contactId"].(float64))] = stateOf(s.T, node)
		}
		if !page.PageInfo.HasNextPage {
			return contacts
		}
		v["after"] = page.PageInfo.EndCursor
	}
}

// references are the objects that the log stores as a number, by the path in the log.
var references = map[string]struct{ field, id string }{
	"registrationStoreId": {"registrationStore", "storeId"},
	"preferredStoreId":    {"preferredStore", "storeId"},
	"companyId":           {"company", "companyId"},
}

// stateOf converts a contact as GraphQL returns it.
func stateOf(t *testing.T, node map[string]any) state {
	t.Helper()
	s := state{}
	for path, r := range references {
		if object, ok := node[r.field].(map[string]any); ok {
			s[path] = object[r.id]
		}
		delete(node, r.field)
	}
	for _, p := range node["properties"].([]any) {
		p := p.(map[string]any)
		definition := p["property"].(map[string]any)
		if definition["boundTo"] == nil {
			s.set(fmt.Sprint("properties.", definition["propertyId"]), p["values"])
		}
	}
	var segments []any
	for _, segment := range node["segments"].([]any) {
		segments = append(segments, segment.(map[string]any)["segmentId"])
	}
	s.set("membership", segments)
	node["version"] = float64(harness.VersionNumber(t, node["version"].(string)))
	for _, done := range []string{"properties", "segments", "contactId"} {
		delete(node, done)
	}
	for path, value := range node {
		s.set(path, value)
	}
	return s
}

// compareStates compares the contacts that the API returns with those of the log.
func compareStates(t *testing.T, got, want map[int]state) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the contacts (-log +API):\n%s", diff)
	}
}
