package graphqlhttp

import "testing"

func TestNegotiate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		accept []string
		want   string
	}{
		{nil, jsonType},
		{[]string{""}, jsonType},
		{[]string{"*/*"}, jsonType},
		{[]string{"application/*"}, jsonType},
		{[]string{"application/json"}, jsonType},
		{[]string{"APPLICATION/JSON"}, jsonType},
		{[]string{"application/graphql-response+json"}, responseType},
		{[]string{"application/graphql-response+json; charset=utf-8, application/json; charset=utf-8"}, responseType},
		{[]string{"application/graphql-response+json,application/json;q=0.9"}, responseType},
		{[]string{"application/json;q=0.9,application/graphql-response+json"}, responseType},
		{[]string{"application/json, application/graphql-response+json"}, jsonType},
		{[]string{"application/json", "application/graphql-response+json"}, jsonType},
		{[]string{"application/graphql-response+json;q=0.5, application/json;q=0.6"}, jsonType},
		{[]string{"application/graphql-response+json ; Q=0.5 , */* ; q=0.4"}, responseType},
		{[]string{"*/*, application/graphql-response+json"}, responseType},
		{[]string{"*/*;q=0.9, application/graphql-response+json;q=0.1"}, jsonType},
		{[]string{"*/*, application/json;q=0"}, responseType},
		{[]string{"application/*;q=0, */*"}, ""},
		{[]string{"application/json;q=0"}, ""},
		{[]string{"text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8"}, jsonType},
		{[]string{"application/json;q=0, application/graphql-response+json;q=0.001"}, responseType},
		{[]string{"application/json; charset=iso-8859-1"}, ""},
		{[]string{`application/json; charset="UTF-8"; q=1.000`}, jsonType},
		{[]string{"application/json;q=2"}, ""},
		{[]string{"application/json;q=-1"}, ""},
		{[]string{"application/json;q=NaN"}, ""},
		{[]string{"application/json;q="}, ""},
		{[]string{"application/json;q=x, */*;q=0.1"}, jsonType},
		{[]string{"text/html"}, ""},
		{[]string{"text/*"}, ""},
		{[]string{"application/graphql+json"}, ""},
		{[]string{",;,/,*"}, ""},
		{[]string{"json"}, ""},
	} {
		if got := negotiate(c.accept, offers); got != c.want {
			t.Errorf("%q: %q, want %q", c.accept, got, c.want)
		}
	}
}

func TestNotAcceptable(t *testing.T) {
	t.Parallel()
	s := newServer()
	a := s.do(t, post(document("{any}"), "Accept: text/html"))
	expectError(t, a, errNotAcceptable)
	if a.header.Get("Content-Type") != "application/json; charset=utf-8" || s.runs.Load() != 0 {
		t.Errorf("Content-Type %q, %d runs", a.header.Get("Content-Type"), s.runs.Load())
	}
}
