package graph

import (
	"regexp"
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// credentialName matches the names that fields with credentials have.
var credentialName = regexp.MustCompile(`(?i)token|secret|password|recoveryCodes|uri|qrCode`)

// notCredentials are the fields with such a name that reveal none.
var notCredentials = []string{
	"Contact.secret", "ContactSnapshot.secret", // identifies a contact, and gives no access to it
}

// TestCredentialsAreMarked: all fields with credentials have the directive @credential, so that
// their responses are not compressed.
func TestCredentialsAreMarked(t *testing.T) {
	t.Parallel()
	for _, def := range served(t).Types {
		for _, f := range def.Fields {
			named := def.Kind == ast.Object && f.Type.Name() == "String" && credentialName.MatchString(f.Name) && !slices.Contains(notCredentials, def.Name+"."+f.Name)
			if marked := f.Directives.ForName("credential") != nil; marked != named {
				t.Errorf("%s.%s: marked with @credential: %v; its name is that of a credential: %v", def.Name, f.Name, marked, named)
			}
		}
	}
}
