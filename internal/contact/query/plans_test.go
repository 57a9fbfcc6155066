package query_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
)

// Steps of a query plan that only read the results of other steps, and steps that search an index.
var (
	allowedSteps = regexp.MustCompile(`^(SCAN|CO-ROUTINE|MATERIALIZE) (entries|unsorted|ids|scan|counted|leading\d|lists?\d*)$|^(LIST|REUSE LIST|SCALAR|CORRELATED SCALAR) SUBQUERY \d+$|` +
		`^USE TEMP B-TREE FOR (DISTINCT|ORDER BY)$|^CREATE BLOOM FILTER$|^MERGE \(UNION\)$|^LEFT$|^RIGHT$|^COMPOUND QUERY$|^LEFT-MOST SUBQUERY$|^UNION( ALL)?( USING TEMP B-TREE)?$`)
	indexSearch = regexp.MustCompile(`^SEARCH \w+ USING (?:(?:COVERING )?INDEX (\w+)|INTEGER PRIMARY KEY) (\(.*\))$`)
)

// statementPlans returns the query plans of the statements that do runs, as steps without numbers.
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

// TestPagesUseIndexes checks that a page under each single filter in each order reads indexes only,
// with each plan: no step reads a table, or all entries of an account except in the index of the
// order. With -v it logs the query plans.
func TestPagesUseIndexes(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	createSimilarContacts(a, 30)
	const terms, contactTerms = "searchterm_account_id_term_contact_id_kind", "searchterm_account_id_contact_id_term_kind"
	filters := []struct {
		name          string
		filter        query.Filter
		index, lookup string // the index that lists the matches, and the one in which a contact is looked up
	}{
		{"none", query.Filter{}, "", ""},
		{"name", query.Filter{Name: new("ann")}, terms, contactTerms},
		{"search", query.Filter{Search: new("e")}, terms, contactTerms},
		{"search for two spellings", query.Filter{Search: new("müller")}, terms, contactTerms},
		{"search for a number", query.Filter{Search: new("7")}, "", ""},
		{"search for a company", query.Filter{Search: new("demo")}, "contact_account_id_company_id_id", "contacts_account_id_id"},
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
	limits := []struct {
		name   string
		limits [4]int
	}{{"few", [4]int{1000, 1000, 1000, 1000}}, {"a set", [4]int{0, 1000, 1000, 1000}}, {"lookups", [4]int{0, 0, 1000, 1000}}, {"beyond the limit", [4]int{0, 0, 1, 1}}}
	for _, tt := range filters {
		for field, index := range orders {
			for _, desc := range []bool{false, true} {
				o := query.Order{Field: field, Desc: desc}
				cursor := contacttest.Must(f.Queries.Page(a.Agent, query.Filter{}, o, query.PageArgs{})).Cursors[3]
				for _, plan := range limits {
					if tt.filter == (query.Filter{}) && plan.name != "few" || field == query.ByLastModified && tt.filter.ModifiedSince != nil && plan.name != "few" {
						continue // there is only one plan
					}
					var used []string
					for _, steps := range statementPlans(f, func() {
						contacttest.Must(f.PageWithLimits(a.Agent, tt.filter, o, query.PageArgs{After: &cursor}, plan.limits))
					}) {
						t.Logf("%s by %s (descending: %v), %s:\n  %s", tt.name, field, desc, plan.name, strings.Join(steps, "\n  "))
						used = append(used, checkPlan(t, steps, index)...)
					}
					if scans := slices.Contains(used, index); tt.index != "" && !slices.Contains(used, tt.index) && !scans {
						t.Errorf("it uses %q, not %s", used, tt.index)
					}
					if plan.name == "lookups" && tt.lookup != "" && !slices.Contains(used, tt.lookup) {
						t.Errorf("it uses %q, not %s", used, tt.lookup)
					}
				}
			}
		}
	}
}

// TestCountSeeksOnce checks that Count does not search the intersection of several lists among all
// pairs of their entries.
func TestCountSeeksOnce(t *testing.T) {
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

// checkPlan finds steps that read too much, and returns the indexes that are used. A scan reads the
// index of the order, and must not sort: it would read to the end. A search reads all companies.
func checkPlan(t *testing.T, plan []string, order string) (used []string) {
	t.Helper()
	if slices.Contains(plan, "CO-ROUTINE scan") && slices.Contains(plan, "USE TEMP B-TREE FOR ORDER BY") {
		t.Error("a scan that sorts")
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
		if m[2] == "(account_id=?)" && m[1] != order && m[1] != "companies_account_id_id" {
			t.Errorf("a step that reads all of an account: %s", step)
		}
	}
	return used
}

// TestLookupsReadNoOtherContacts: a contact is looked up by an index of the key, not by reading all
// contacts of the account.
func TestLookupsReadNoOtherContacts(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	createSimilarContacts(a, 30)
	all := regexp.MustCompile(`contacts .*\(account_id=\?\)$|SCAN contacts`)
	for name, look := range map[string]func() (*ent.Contact, error){
		"email":  func() (*ent.Contact, error) { return f.ByEmail(a.Agent, "x") },
		"phone":  func() (*ent.Contact, error) { return f.ByPhone(a.Agent, "46", "701740605") },
		"secret": func() (*ent.Contact, error) { return f.BySecret(a.Agent, "x") },
		"login":  func() (*ent.Contact, error) { return f.ByLogin(a.Agent, "x") },
		"external id": func() (*ent.Contact, error) {
			return f.ByExternalID(a.Agent, field.ExternalID{System: "crm", Value: "x"})
		},
	} {
		plans := statementPlans(f, func() { contacttest.Must(look()) })
		for _, step := range slices.Concat(plans...) {
			if all.MatchString(step) {
				t.Errorf("%s: %s", name, step)
			}
		}
		if len(plans) == 0 {
			t.Errorf("%s: no statement", name)
		}
	}
}
