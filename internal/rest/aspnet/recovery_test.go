package aspnet_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestJSONRecovery has bodies whose errors depend on the exact position of the reader when it
// failed. The expected results are those of Json.NET, except that names of unknown members are left
// out.
func TestJSONRecovery(t *testing.T) {
	t.Parallel()
	const (
		twoVersionMessages   = `"updateContactDto.Version":[` + occurred + `,"The Version field is required."]`
		threeVersionMessages = `"updateContactDto.Version":[` + occurred + `,` + occurred + `,"The Version field is required."]`
		unknownOnce          = `"updateContactDto":[` + occurred + `]`
		unknownTwice         = `"updateContactDto":[` + occurred + `,` + occurred + `]`
	)
	for body, want := range map[string]string{
		`{"Email":n`:                          twice("Email") + "," + versionRequired,
		`{"Email":nope}`:                      twice("Email"),
		`{"Email":nulls}`:                     twice("Email"),
		`{"Email":tru`:                        twice("Email") + "," + versionRequired,
		`{"Email":truer}`:                     twice("Email"),
		`{"Email":true/**/}`:                  versionRequired,
		`{"Email":true/x}`:                    twice("Email"),
		`{"Email":Inf}`:                       twice("Email") + "," + versionRequired,
		`{"Email":/x`:                         twice("Email"),
		`{"Email":"a\`:                        twice("Email") + "," + versionRequired,
		`{"Email":"\u12`:                      twice("Email") + "," + versionRequired,
		`{"Version":"","Email":x,"Phone":1}`:  once("Email"),
		`{"Version":"","Email":1,,"Phone":1}`: once("Email"),
		`{"LimitMailsTemporarilyUntil":NaN}`:  twice("LimitMailsTemporarilyUntil"),
		`{"PreferredStoreId":-Infinity}`:      twice("PreferredStoreId"),

		`{"Foo":n`:                 unknownTwice + "," + versionRequired,
		`{"Foo":nope}`:             unknownTwice,
		`{"Foo":newer}`:            unknownTwice,
		`{"Foo":new Date}`:         unknownTwice,
		`{"Foo":new Date`:          unknownTwice + "," + versionRequired,
		`{"Foo":new Date(true)}`:   versionRequired,
		`{"Foo":[1},"Version":""}`: unknownOnce,
		`{Foo`:                     unknownOnce,
		`{Foo-Bar:1}`:              unknownOnce,

		`{"Version":"?"}`:        twoVersionMessages + "," + notJSON,
		`{"Version":"?"} // end`: twoVersionMessages + "," + notJSON,
		`{"Version":"?"} more`:   once("Version") + "," + notJSON,
		`{"Version":"?"`:         threeVersionMessages,
		`{"Version":{`:           threeVersionMessages,
		`{"Version":{@`:          twice("Version"),
		`{"Version":[0`:          twice("Version[0]") + "," + versionRequired,
		`{"Version":[0,x]}`:      twice("Version[0]"),
	} {
		if _, s := updateContact.BindJSON([]byte(body), ""); state(t, s) != want {
			t.Errorf("%s: %s", body, cmp.Diff(want, state(t, s)))
		}
	}
}
