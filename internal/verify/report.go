package verify

import (
	"encoding/json"
	"fmt"

	"contactgraph/internal/contact/field"
)

// Difference is something that is not as the change log, or the fields of the contact, say.
type Difference struct {
	Account int    `json:"accountId"`
	Contact int    `json:"contactId"` // 0 if it is about the log of the account
	Path    string `json:"path"`
	// Expected is the value by the log or, for a derived value, by the fields. Stored is that of
	// the tables. Passwords and secrets are hidden.
	Expected any    `json:"expected"`
	Stored   any    `json:"stored"`
	Note     string `json:"note,omitempty"`
}

// Paths of differences, apart from those of package field and of rekey.Stale.
const (
	PathContact      = "contact" // whether it exists
	PathVersion      = "version"
	PathLastModified = "lastModified"
	PathSearchTerms  = "searchTerms"
	PathSequence     = "log.sequence" // the numbers of the changes of an account
	PathLogVersion   = "log.version"  // the versions of the changes of a contact
	PathLog          = "log"          // the contents of a change
)

// hidden stands for a value that is not shown.
const hidden = "***"

// String returns the difference as a sentence of a report.
func (d Difference) String() string {
	text := fmt.Sprintf("account %d", d.Account)
	if d.Contact != 0 {
		text += fmt.Sprintf(", contact %d", d.Contact)
	}
	text += fmt.Sprintf(", %s: expected %s, stored %s", d.Path, asJSON(d.Expected), asJSON(d.Stored))
	if d.Note != "" {
		text += " (" + d.Note + ")"
	}
	return text
}

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

// Keys reports whether the keys and search terms of an account were compared.
type Keys string

// What was done with the keys and search terms of an account.
const (
	KeysCompared Keys = "compared"
	KeysPending  Keys = "pending" // a server or migrate up has to compute them first
	KeysRunning  Keys = "running" // they are being computed: only those that are done were compared
	KeysNewer    Keys = "newer"   // a newer version of the program has computed them
)

// Summary is what was verified in an account.
type Summary struct {
	ID          int    `json:"id"`
	Name        string `json:"name"`
	Contacts    int    `json:"contacts"`
	Changes     int    `json:"changes"`
	Partial     int    `json:"partial"` // contacts whose log does not reach back to their creation
	Keys        Keys   `json:"keys"`
	Differences int    `json:"differences"`
	Complete    bool   `json:"complete"`
}

// shown returns a value as a report may have it.
func shown(path string, v any) any {
	if path == field.PathSecret && v != nil {
		return hidden
	}
	return v
}
