package changelog_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
)

func TestLastChanges(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(field.Patch{field.FirstName: "Anna", field.LastName: "Ek"})
	for range 2 * query.MaxPage {
		contacttest.Must(a.OverwriteFields(a.Agent, c.ID, nil))
	}
	last := contacttest.Must(a.OverwriteFields(a.AsCustomer(c), c.ID, field.Patch{field.FirstName: "Eva"})).Contact.Version
	contacttest.Must(a.OverwriteFields(a.Agent, c.ID, field.Patch{field.LastName: "Alm"}))
	var got []string
	for _, l := range contacttest.Must(a.LastChanges(a.Agent, c.ID, last)) {
		got = append(got, fmt.Sprintf("%s at %d by %s", l.Path, l.Change.Version, l.Change.ActorKind))
	}
	want := []string{
		"secret at 1 by key", "registrationDateTime at 1 by key", "registrationSource at 1 by key", "registrationIp at 1 by key",
		fmt.Sprintf("firstName at %d by contact", last), "lastName at 1 by key",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
