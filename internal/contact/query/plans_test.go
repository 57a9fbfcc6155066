package query_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/query"
)

// Steps of a plan that read nothing but what other steps have found, and those that look rows up.
var (
	allowedSteps = regexp.MustCompile(`^(SCAN|CO-ROUTINE|MATERIALIZE) (entries|rest|ids|walk|counted|leading)$|^(LIST|SCALAR|CORRELATED SCALAR) SUBQUERY \d+$|` +
		`^USE TEMP B-TREE FOR (DISTINCT|ORDER BY)$|^CREATE BLOOM FILTER$|^MERGE \(UNION\)$|^LEFT$|^RIGHT$`)
	indexSearch = regexp.MustCompile(`^SEARCH \w+ USING (?:(?:COVERING )?INDEX (\w+)|INTEGER PRIMARY KEY) (\(.*\))$`)
)

// plans are those of the statements that the function runs: their steps, without numbers.
func statementPlans(f *contacttest.Fixture, do func()) (plans [][]string) {
	f.T.Helper()
	for _, s := range f.DB.Statements(do) {
		var steps []string
		for line := range strings.SplitSeq(f.DB.Plan(s), "\n") {
			_, step, _ := strings.Cut(line, "detail=")
			steps = append(steps, step)
		}
		plans = append(plans, steps)
	}
	return plans
}

// TestPagesUseIndexes shows that a page by each single filter in each order reads by indexes, whichever way it is looked for:
// no step reads a table, or all of an account but in the index of the order. With -v it shows the plans.
func TestPagesUseIndexes(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	createSimilarContacts(a, 30)
	const terms, contactTerms = "searchterm_account_id_term_contact_id_kind", "searchterm_account_id_contact_id_term_kind"
	filters := []struct {
		name          string
		filter        query.Filter
		index, asking string // that lists the contacts, and that tells whether a contact is one of them
	}{
		{"none", query.Filter{}, "", ""},
		{"name", query.Filter{Name: new("ann")}, terms, contactTerms},
		{"search", query.Filter{Search: new("e")}, terms, contactTerms},
		{"email", query.Filter{Email: new("ann4@ek.example")}, "contact_account_id_email_key", ""},
		{"phone", query.Filter{Phone: new("070 005")}, "contact_account_id_phone_key", ""},
		{"store", query.Filter{Store: &a.StoreIDs[0]}, "contact_account_id_preferred_store_id_id", ""},
		{"company", query.Filter{Company: &a.CompanyIDs[0]}, "contact_account_id_company_id_id", ""},
		{"segment", query.Filter{Segment: &a.SegmentIDs[0]}, "membership_account_id_segment_id_contact_id", "membership_account_id_contact_id_segment_id"},
		{"modifiedSince", query.Filter{ModifiedSince: &contacttest.Start}, "contact_account_id_last_modified_id", ""},
	}
	orders := map[query.OrderField]string{
		query.ByID: "contacts_account_id_id", query.ByName: "contact_account_id_name_key_id",
		query.ByLastModified: "contact_account_id_last_modified_id", query.ByRegistration: "contact_account_id_registered_at_id",
	}
	ways := []struct {
		name   string
		limits [4]int
	}{{"few", [4]int{1000, 1000, 1000, 1000}}, {"a set", [4]int{0, 1000, 1000, 1000}}, {"look-ups", [4]int{0, 0, 1000, 1000}}, {"too far", [4]int{0, 0, 1, 1}}}
	for _, tt := range filters {
		for field, index := range orders {
			for _, desc := range []bool{false, true} {
				o := query.Order{Field: field, Desc: desc}
				cursor := contacttest.Must(f.Queries.Page(a.Agent, query.Filter{}, o, query.PageArgs{})).Cursors[3]
				for _, way := range ways {
					if tt.filter == (query.Filter{}) && way.name != "few" || field == query.ByLastModified && tt.filter.ModifiedSince != nil && way.name != "few" {
						continue // there is but one way
					}
					var used []string
					for _, plan := range statementPlans(f, func() {
						contacttest.Must(f.PageWithLimits(a.Agent, tt.filter, o, query.PageArgs{After: &cursor}, way.limits))
					}) {
						t.Logf("%s by %s (descending: %v), %s:\n  %s", tt.name, field, desc, way.name, strings.Join(plan, "\n  "))
						used = append(used, checkPlan(t, plan, index)...)
					}
					if walks := slices.Contains(used, index); tt.index != "" && !slices.Contains(used, tt.index) && !walks {
						t.Errorf("it uses %q, not %s", used, tt.index)
					}
					if way.name == "look-ups" && tt.asking != "" && !slices.Contains(used, tt.asking) {
						t.Errorf("it uses %q, not %s", used, tt.asking)
					}
				}
			}
		}
	}
}

// TestCountSeeksByOneList shows that what several lists have in common is not looked for among all pairs of them.
func TestCountSeeksByOneList(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	for name, filter := range map[string]query.Filter{
		"two words": {Name: new("an ek")}, "a word and a segment": {Search: new("an"), Segment: &a.SegmentIDs[0]},
	} {
		for _, plan := range statementPlans(f, func() { contacttest.Must(f.Count(a.Agent, filter)) }) {
			if text := strings.Join(plan, "\n"); strings.Contains(text, "id=? AND rowid=?") || !strings.Contains(text, "USING") {
				t.Errorf("%s:\n%s", name, text)
			}
		}
	}
}

// checkPlan finds steps that read too much, and returns the indexes that are used. That of the order may be read along, and
// must be, on a walk: it would have no end if what it finds had to be sorted.
func checkPlan(t *testing.T, plan []string, order string) (used []string) {
	t.Helper()
	if slices.Contains(plan, "CO-ROUTINE walk") && slices.Contains(plan, "USE TEMP B-TREE FOR ORDER BY") {
		t.Error("a walk that sorts")
	}
	for _, step := range plan {
		m := indexSearch.FindStringSubmatch(step)
		if m == nil {
			if !allowedSteps.MatchString(step) {
				t.Errorf("a step without an index: %s", step)
			}
			continue
		}
		used = append(used, m[1])
		if m[2] == "(account_id=?)" && m[1] != order {
			t.Errorf("a step that reads all of an account: %s", step)
		}
	}
	return used
}
