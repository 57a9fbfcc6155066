package graphqlhttp

import (
	"fmt"
	"strings"
	"testing"
)

// TestNoEcho: no error repeats a value of the request, because it may be a password.
func TestNoEcho(t *testing.T) {
	t.Parallel()
	const secret = "12345hunter2"
	for name, c := range map[string]struct{ query, rest, message string }{
		"string after a string":   {query: `"a" "` + secret + `" {any}`, message: "Unexpected String"},
		"string for a name":       {query: `{any(value: {"` + secret + `": 1})}`, message: "Expected Name, found String"},
		"string for a keyword":    {query: `fragment f "` + secret + `" {any}`, message: `Expected "on", found String`},
		"string with quotes":      {query: `fragment f "\" String \"` + secret + `" {any}`, message: `Expected "on", found String`},
		"block string":            {query: `fragment f """` + secret + "\n" + `x""" {any}`, message: `Expected "on", found BlockString`},
		"number":                  {query: `fragment f 12345 {any}`, message: `Expected "on", found Int`},
		"fraction":                {query: `fragment f 12345.5 {any}`, message: `Expected "on", found Float`},
		"comment":                 {query: `"a" #` + secret + "\n{any}", message: "Unexpected Comment"},
		"unterminated":            {query: `{any(value: "` + secret + "\n"},
		"bad escape":              {query: `{any(value: "` + secret + `\uhunter2` + secret + `")}`},
		"bad escape at the end":   {query: `{any(value: "\u12345`},
		"bad long escape":         {query: `{any(value: "\u{12345hunter2}")}`},
		"bad number":              {query: `{any(value: 12345hunter2)}`},
		"string for a number":     {query: `{number(value: "` + secret + `")}`, message: "Int cannot represent non-integer value"},
		"large number":            {query: `{number(value: 99123450000000000000000)}`, message: "Int cannot represent non 32-bit signed integer value"},
		"number for a string":     {query: `{text(value: 12345)}`, message: "String cannot represent a non string value"},
		"name for a string":       {query: `{text(value: hunter2)}`, message: "String cannot represent a non string value"},
		"string for an enum":      {query: `{kind(value: "` + secret + `")}`, message: `Enum "Kind" cannot represent non-enum value`},
		"string for an object":    {query: `{patch(value: "` + secret + `")}`, message: `Expected value of type "Patch"`},
		"object for an enum":      {query: `{kind(value: {newPassword: "` + secret + `"})}`},
		"list of objects":         {query: `{patch(value: [{newPassword: "` + secret + `"}])}`, message: `Expected value of type "Patch"`},
		"lines in a string":       {query: `{number(value: """a` + "\n" + `value: ` + secret + `""")}`, message: "Int cannot represent non-integer value"},
		"enum variable":           {query: `query($v: Kind) {kind(value: $v)}`, rest: `"variables":{"v":"` + secret + `"}`, message: "The value is not a valid Kind"},
		"enum in a variable":      {query: `query($v: Patch) {patch(value: $v)}`, rest: `"variables":{"v":{"kind":"a is not a valid \n ` + secret + `"}}`, message: "The value is not a valid Kind"},
		"number variable":         {query: `query($v: Int!) {number(value: $v)}`, rest: `"variables":{"v":1234512345123451234512345}`, message: "cannot use this number as Int"},
		"long fraction variable":  {query: `query($v: Int!) {number(value: $v)}`, rest: `"variables":{"v":12345.12345123451234512345}`, message: "cannot use this number as Int"},
		"text in a variable":      {query: `query($v: Patch) {patch(value: $v)}`, rest: `"variables":{"v":{"size":"` + secret + `"}}`},
		"string variable":         {query: `query($v: Patch) {patch(value: $v)}`, rest: `"variables":{"v":"` + secret + `"}`},
		"object variable":         {query: `query($v: String) {text(value: $v)}`, rest: `"variables":{"v":{"newPassword":"` + secret + `"}}`},
		"misspelt input field":    {query: `{patch(value: {newPasswort: "` + secret + `"})}`, message: `Field "newPasswort" is not defined by type "Patch". Did you mean "newPassword"?`},
		"misspelt argument":       {query: `{text(valeu: "` + secret + `")}`, message: `Unknown argument "valeu" on field "Query.text". Did you mean "value"?`},
		"conflicting arguments":   {query: `{text(value: "` + secret + `") text(value: "b")}`},
		"unknown operation":       {query: `{any}`, rest: `"operationName":"` + secret + `"`},
		"default of another type": {query: `query($v: Int = "` + secret + `") {text(value: "a") number(value: $v)}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := document(c.query)
			if c.rest != "" {
				body = strings.TrimSuffix(body, "}") + "," + c.rest + "}"
			}
			a := newServer().do(t, post(body))
			if a.status != 200 || len(a.json.Errors) == 0 {
				t.Fatalf("status %d: %s", a.status, a.body)
			}
			for _, part := range []string{"hunter2", "12345"} {
				if strings.Contains(a.body, part) {
					t.Errorf("the response has %s: %s", part, a.body)
				}
			}
			if c.message != "" && a.json.Errors[0].Message != c.message {
				t.Errorf("message %q, want %q", a.json.Errors[0].Message, c.message)
			}
		})
	}
}

// TestVariableErrorHasAPath: the message does not have the value, so the path must identify it.
func TestVariableErrorHasAPath(t *testing.T) {
	t.Parallel()
	a := newServer().do(t, post(`{"query":"query($v: Patch) {patch(value: $v)}","variables":{"v":{"kind":"x"}}}`))
	if len(a.json.Errors) != 1 {
		t.Fatal(a.body)
	}
	if path := fmt.Sprint(a.json.Errors[0].Path); path != "[variable v kind]" {
		t.Errorf("path %s", path)
	}
}

// TestNumberOfAnotherNotation: an Int is written without a fraction and an exponent. The message
// has the number as it was sent, also if it is in an object or a list.
func TestNumberOfAnotherNotation(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"10.0", "1e2", "1E+2", "-0.5"} {
		for query, variable := range map[string]string{
			`query($v: Int!) {number(value: $v)}`:  `%s`,
			`query($v: Patch) {patch(value: $v)}`:  `{"size": %s}`,
			`query($v: Sizes) {sizes(value: $v)}`:  `{"all": [1, %s]}`,
			`query($v: [Int]) {counts(value: $v)}`: `%s`,
		} {
			a := newServer().do(t, post(fmt.Sprintf(`{"query":%q,"variables":{"v":`+variable+`}}`, query, number)))
			if want := "cannot use " + number + " as Int"; len(a.json.Errors) != 1 || a.json.Errors[0].Message != want {
				t.Errorf("%s: %s, want %s", query, a.body, want)
			}
		}
		a := newServer().do(t, post(fmt.Sprintf(`{"query":"{number(value: %s)}"}`, number)))
		if want := "Int cannot represent non-integer value: " + number; len(a.json.Errors) != 1 || a.json.Errors[0].Message != want {
			t.Errorf("literal: %s, want %s", a.body, want)
		}
	}
}
