package contactgraph_test

import (
	"errors"
	"testing"

	"contactgraph/clients/go/contactgraph"
)

// TestSessions signs in, and out everywhere.
func TestSessions(t *testing.T) {
	t.Parallel()
	ctx, anonymous := t.Context(), contactgraph.New(serverURL)
	input := contactgraph.SignInInput{Account: "Demo", Login: "agent@example.com", Password: "demo-password"}
	var clients []*contactgraph.Client
	for range 2 {
		session, err := anonymous.SignIn(ctx, input)
		if err != nil || session.Viewer.Role != contactgraph.ViewerRoleAgent || session.Viewer.MustSetUpSecondFactor || session.ExpiresAt.IsZero() {
			t.Fatalf("got %+v, %v", session, err)
		}
		clients = append(clients, contactgraph.New(serverURL, contactgraph.WithToken(session.Token)))
	}
	if err := clients[0].SignOut(ctx, contactgraph.SignOutInput{Everywhere: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := clients[1].Viewer(ctx); !errors.Is(err, contactgraph.CodeUnauthenticated) {
		t.Errorf("after signing out everywhere: %v", err)
	}
	input.Password = "wrong"
	if session, err := anonymous.SignIn(ctx, input); session != nil || !errors.Is(err, contactgraph.UserErrorCodeSignInRefused) {
		t.Errorf("with a wrong password: %+v, %v", session, err)
	}
}
