package concurrency

import (
	"strings"
	"sync"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// claims are texts that have the same key each. Many contacts of an account, whose default country
// is Sweden, write them at the same time.
var claims = []struct{ name, field, code, texts string }{
	{"email in both cases", "email", "EMAIL_TAKEN", "prize@example.com PRIZE@EXAMPLE.COM"},
	{"email with a letter of several cases", "email", "EMAIL_TAKEN", "strasse-ä@example.com STRASSE-Ä@EXAMPLE.COM straße-a\u0308@example.com"},
	{"email with invisible characters", "email", "EMAIL_TAKEN", "a\u200bnn@example.com \ufeffAnn@example.com ann@exam\u00adple.com ann@example.com."},
	{"email with a domain in several forms", "email", "EMAIL_TAKEN",
		"ann@bücher.example ann@xn--bcher-kva.example ANN@BÜCHER.EXAMPLE ann@XN--BCHER-KVA.EXAMPLE ann@bu\u0308cher．example"},
	{"email in full-width letters", "email", "EMAIL_TAKEN", "eva@example.com eva@ｅｘａｍｐｌｅ.com eva＠example.com"},
	{"phone", "phone", "PHONE_TAKEN", "tel:+46701749941 +46701749941 0046701749941 070-1749941 0701749941 +46(0)701749941 \u202a+46701749941\u202c"},
	{"phone with an extension", "phone", "PHONE_TAKEN", "+4681234567;ext=22 +4681234567x22 08-1234567,22 004681234567ext.22"},
}

// TestRacingClaimsOfOneKey runs many contacts of an account that all set the same email address or
// phone number, in several spellings: exactly one of them gets it, in each account.
func TestRacingClaimsOfOneKey(t *testing.T) {
	t.Parallel()
	harness.OnSelected(t, claimKeys)
}

func claimKeys(t *testing.T, e harness.Engine) {
	f := harness.NewFleet(t, e, 5)
	harness.RunSQL(t, f[0].Database, `UPDATE accounts SET settings = '{"defaultCountry": "SE"}'`)
	for _, account := range []string{"demo-admin", "demo-other"} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			ids := make([]string, harness.Clients)
			for i := range ids {
				ids[i] = harness.Query[struct{ Contact struct{ ID string } }](f.For(i), harness.APIKey(account),
					`mutation { createContact(input: {registrationSource: "test", set: {}}) { contact { id } } }`, nil).Contact.ID
			}
			for _, c := range claims {
				t.Run(c.name, func(t *testing.T) {
					claim(t, f, harness.APIKey(account), ids, c.field, c.code, strings.Fields(c.texts))
				})
			}
		})
	}
}

// claim sets the field of all contacts at the same time, each to one of the texts.
func claim(t *testing.T, f harness.Fleet, w harness.Caller, ids []string, field, code string, texts []string) {
	t.Helper()
	var mu sync.Mutex
	won := 0
	harness.Concurrently(len(ids), func(i int) {
		o := harness.Query[harness.WriteResult](f.For(i), w, `mutation($id: ID!, $text: String!) {
			updateContact(input: {id: $id, onConflict: OVERWRITE, set: {`+field+`: $text}}) { contact { version } errors { code } } }`,
			harness.Variables{"id": ids[i], "text": texts[i/2%len(texts)]}) // consecutive clients have different servers
		mu.Lock()
		defer mu.Unlock()
		switch {
		case len(o.Errors) == 0:
			won++
		case o.Errors[0].Code != code:
			t.Errorf("neither success nor conflict: %+v", o)
		}
	})
	if won != 1 {
		t.Errorf("%d contacts got the key, not 1", won)
	}
}
