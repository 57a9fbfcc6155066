package harness

import (
	"encoding/json"
	"fmt"
)

// Variables are the variables of a GraphQL request.
type Variables map[string]any

// Result is the response to a GraphQL request.
type Result struct {
	Data   map[string]json.RawMessage
	Errors []struct {
		Message    string
		Extensions struct{ Code, Cursor string }
	}
}

// Execute runs a GraphQL document.
func (s *Server) Execute(c Caller, document string, v Variables) Result {
	s.T.Helper()
	r, err := s.TryExecute(c, document, v)
	if err != nil {
		s.T.Fatal(err)
	}
	return r
}

// TryExecute is Execute for requests that may get no response, because the server is being killed.
func (s *Server) TryExecute(c Caller, document string, v Variables) (Result, error) {
	request, err := json.Marshal(map[string]any{"query": document, "variables": v})
	if err != nil {
		return Result{}, err
	}
	response, err := s.TrySend(c, "POST", "/graphql", "application/json", string(request))
	if err != nil {
		return Result{}, err
	}
	var r Result
	if err := json.Unmarshal([]byte(response.Body), &r); err != nil {
		return r, fmt.Errorf("%d %s: %w", response.Status, response.Body, err)
	}
	return r, nil
}

// Query runs a GraphQL document with one root field and returns the value of that field. The test
// fails if the result has errors. With several root fields, each sets the fields of T that it has.
func Query[T any](s *Server, c Caller, document string, v Variables) T {
	s.T.Helper()
	r := s.Execute(c, document, v)
	if len(r.Errors) > 0 {
		s.T.Fatalf("%s: %+v", document, r.Errors)
	}
	var value T
	for _, raw := range r.Data {
		if err := json.Unmarshal(raw, &value); err != nil {
			s.T.Fatalf("%s: %v", raw, err)
		}
	}
	return value
}

// SignInCustomer signs in the customer of the demo data, who is contact 466 of the account Demo.
func (s *Server) SignInCustomer() Caller {
	s.T.Helper()
	session := Query[struct{ Token string }](s, Anonymous,
		`mutation { signIn(input: {account: "Demo", login: "customer11@1to1service.com", password: "demo-password"}) { token } }`, nil)
	if session.Token == "" {
		s.T.Fatal("the demo customer could not sign in")
	}
	return Bearer(session.Token)
}
