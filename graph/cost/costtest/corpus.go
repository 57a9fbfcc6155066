// Package costtest has documents that attack a GraphQL server, for tests: each takes much more CPU
// time or memory than its size suggests, if nothing limits it.
package costtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Role is who sends a document.
type Role string

// The roles.
const (
	Anonymous Role = "anonymous"
	Customer  Role = "customer"
	Agent     Role = "agent"
)

// Document is a request that attacks a server.
type Document struct {
	Name      string
	Role      Role // the least privileged caller that can send it
	Query     string
	Operation string // the operationName
	Variables map[string]any
	// Rejected is whether the document has to be rejected before it is executed. Other documents
	// have to be cheap.
	Rejected bool
}

// Corpus returns all documents.
func Corpus() []Document {
	all := append(introspection(), validation()...)
	return append(all, data()...)
}

// repeat returns format n times, with the numbers from 0, separated by spaces.
func repeat(n int, format string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = strings.ReplaceAll(format, "#", strconv.Itoa(i))
	}
	return strings.Join(parts, " ")
}

// bomb selects __schema { types { fields { type { fields … with n aliases on each level, each level
// in a fragment.
func bomb(n int) string {
	return "{" + repeat(n, "a#:__schema{...S}") + "} fragment S on __Schema{" + repeat(n, "b#:types{...T}") +
		"} fragment T on __Type{" + repeat(n, "c#:fields{...G}") + "} fragment G on __Field{" + repeat(n, "d#:type{...U}") +
		"} fragment U on __Type{" + repeat(n, "e#:fields{name}") + "}"
}

func introspection() []Document {
	var all []Document
	for _, n := range []int{2, 4, 5, 6, 10} {
		all = append(all, Document{Name: fmt.Sprintf("introspection %d^5", n), Role: Anonymous, Query: bomb(n), Rejected: true})
	}
	nested := func(n int) string {
		return "{" + repeat(n, "a#:__schema{"+repeat(n, "b#:types{"+repeat(n, "c#:fields{name}")+"}")+"}") + "}"
	}
	types := "{" + repeat(40, "a#:__schema{...S}") + "} fragment S on __Schema{" + repeat(40, "b#:types{name}") + "}"
	wrapped := "{__type(name:\"Contact\"){fields{type{...T}}}} fragment T on __Type{" + repeat(3, "a#:ofType{"+repeat(3, "b#:ofType{"+repeat(3, "c#:ofType{name fields{type{name}}}")+"}")+"}") + "}"
	possible := "{__type(name:\"Node\"){...P}} fragment P on __Type{" + repeat(9, "p#:possibleTypes{"+repeat(4, "i#:interfaces{"+repeat(9, "q#:possibleTypes{fields{name description}}")+"}")+"}") + "}"
	descriptions := "{__schema{types{fields{" + repeat(50, "d#:description") + "} " + repeat(50, "e#:description") + "}}}"
	args := "{" + repeat(20, "a#:__type(name:\"Query\"){fields{"+repeat(4, "b#:args{type{name ofType{inputFields{name type{name}}}}}")+"}}") + "}"
	directives := "{" + repeat(40, "a#:__schema{...S}") + "} fragment S on __Schema{" + repeat(40, "b#:directives{args{name type{name}}}") + "}"
	return append(all,
		Document{Name: "introspection 40 x 40 types", Role: Anonymous, Query: types, Rejected: true},
		Document{Name: "introspection 8 x 8 x 8", Role: Anonymous, Query: nested(8), Rejected: true},
		Document{Name: "introspection descriptions", Role: Anonymous, Query: descriptions, Rejected: true},
		Document{Name: "introspection possibleTypes", Role: Anonymous, Query: possible, Rejected: true},
		Document{Name: "introspection ofType", Role: Anonymous, Query: wrapped},
		Document{Name: "introspection arguments", Role: Anonymous, Query: args, Rejected: true},
		Document{Name: "introspection directives", Role: Anonymous, Query: directives, Rejected: true},
	)
}

func validation() []Document {
	conflicts := func(operations, fields int) string {
		return repeat(operations, "query q#{...F}") + " fragment F on Query{__schema{" + strings.TrimSpace(strings.Repeat("x:__typename x:description ", fields/2)) + "}}"
	}
	chain := "query{...f0} " + repeat(59, "fragment f# on Query{...f@ ...f@}") + " fragment f59 on Query{__typename}"
	for i := range 59 {
		chain = strings.Replace(chain, fmt.Sprintf("fragment f%d on Query{...f@ ...f@}", i), fmt.Sprintf("fragment f%d on Query{...f%d ...f%d}", i, i+1, i+1), 1)
	}
	return []Document{
		{Name: "55 operations x 640 __typename", Role: Anonymous, Operation: "q0", Rejected: true,
			Query: repeat(55, "query q#{...F}") + " fragment F on Query{" + strings.Repeat("__typename ", 640) + "}"},
		{Name: "20 operations x 250 conflicts", Role: Anonymous, Operation: "q0", Query: conflicts(20, 250), Rejected: true},
		{Name: "55 operations x 210 conflicts", Role: Anonymous, Operation: "q0", Query: conflicts(55, 210), Rejected: true},
		{Name: "55 operations x 600 unknown names", Role: Anonymous, Operation: "q0", Rejected: true,
			Query: repeat(55, "query q#{...F}") + " fragment F on Query{" + repeat(600, strings.Repeat("x", 80)+"#") + "}"},
		{Name: "990 __typename", Role: Anonymous, Query: "{" + strings.Repeat("__typename ", 990) + "}", Rejected: true},
		{Name: "200 conflicting fields", Role: Anonymous, Query: "{" + strings.Repeat("x:__typename x:viewer{role} ", 100) + "}", Rejected: true},
		{Name: "990 unknown fields", Role: Anonymous, Query: "{" + repeat(990, "contac#") + "}", Rejected: true},
		{Name: "chain of 60 fragments spread twice", Role: Anonymous, Query: chain, Rejected: true},
		{Name: "490 unknown directives", Role: Anonymous, Query: "{__typename " + repeat(490, "@d#") + "}", Rejected: true},
		{Name: "499 levels", Role: Anonymous, Query: strings.Repeat("{a", 333) + strings.Repeat("}", 333), Rejected: true},
		{Name: "fragment that spreads itself", Role: Anonymous, Query: "{...f} fragment f on Query{viewer{...g}} fragment g on Viewer{contact{...h}} fragment h on Contact{changes{contact{...h}}}", Rejected: true},
		{Name: "one name of 60 KiB", Role: Anonymous, Query: "{" + strings.Repeat("x", 60<<10) + "}", Rejected: true},
	}
}

func data() []Document {
	history := func(depth, first int) string {
		return "{viewer{" + strings.Repeat(fmt.Sprintf("contact{changes(first:%d){nodes{", first), depth) + "contact{id}" + strings.Repeat("}}}", depth) + "}}"
	}
	full := "id contactId version secret registrationDateTime registrationSource registrationIp lastModified email phone firstName lastName " +
		"registrationStore{id name} preferredStore{id name} company{id name} properties{property{id name} values{value description}} logins{name type} segments{id name}"
	updates := make([]any, 100)
	for i := range updates {
		updates[i] = map[string]any{"id": strconv.Itoa(i + 1), "onConflict": "OVERWRITE", "set": map[string]any{"newPassword": "correct horse battery staple"}}
	}
	return []Document{
		{Name: "58 signIn", Role: Anonymous, Rejected: true, Query: "mutation{" + repeat(58, `a#:signIn(input: {account:"a",login:"b",password:"c"}){token}`) + "}"},
		{Name: "2 signIn", Role: Anonymous, Rejected: true, Query: "mutation{" + repeat(2, `a#:signIn(input: {account:"a",login:"b",password:"c"}){token}`) + "}"},
		{Name: "changes of the contact 100^2", Role: Customer, Rejected: true, Query: history(2, 100)},
		{Name: "changes of the contact 20^3", Role: Customer, Rejected: true, Query: history(3, 20)},
		{Name: "changes of the contact 60^3", Role: Customer, Rejected: true, Query: history(3, 60)},
		{Name: "changes of the contact 100^3", Role: Customer, Rejected: true, Query: history(3, 100)},
		{Name: "28 currentPassword", Role: Customer, Rejected: true,
			Query: "mutation{" + repeat(28, `a#:updateContact(input:{id:"466",onConflict:OVERWRITE,set:{currentPassword:"wrong",newPassword:"new"}}){errors{code}}`) + "}"},
		{Name: "60 lastChanges", Role: Customer, Query: "{viewer{contact{" + repeat(60, "a#:lastChanges{path change{at}}") + "}}}"},
		{Name: "40 pages of 100 contacts", Role: Agent, Rejected: true, Query: "{" + repeat(40, "a#:contacts(first:100){nodes{...C}}") + "} fragment C on Contact{" + full + "}"},
		{Name: "changes of contacts on 40 levels", Role: Agent, Query: "{contact(id:\"466\"){" + strings.Repeat("changes(first:1){nodes{contact{", 40) + "id" + strings.Repeat("}}}", 40) + "}}"},
		{Name: "20 feeds of 1000 changes", Role: Agent, Rejected: true, Query: "{" + repeat(20, "a#:contactChanges(first:1000){changes{contact{...C}}}") + "} fragment C on Contact{" + full + "}"},
		{Name: "1000 changes with contacts", Role: Agent, Rejected: true, Query: "{contactChanges(first:1000){changes{at kind fields{path old new} contact{...C}}}} fragment C on Contact{" + full + "}"},
		{Name: "a name of 50 KB in 1000 changes", Role: Agent, Rejected: true, Query: "{contactChanges(first:1000){changes{" + strings.Repeat("x", 50_000) + ":at}}}"},
		{Name: "60 lookups of a text of 200 KB", Role: Customer, Rejected: true,
			Query: "query($e:String!){" + repeat(60, "a#:contactByEmail(email:$e){id}") + "}", Variables: map[string]any{"e": strings.Repeat("é", 100_000)}},
		{Name: "25 writes of 10,000 values", Role: Customer, Rejected: true,
			Query:     "mutation($v:[PropertyValueInput!]){" + repeat(25, "a#:setContactDetails(input:{id:466,onConflict:OVERWRITE,properties:[{propertyId:1,values:$v}]}){errors{code}}") + "}",
			Variables: map[string]any{"v": slices.Repeat([]any{map[string]any{"value": "x"}}, 10_000)}},
		{Name: "a subscription with a history for each event", Role: Customer, Rejected: true, Query: "subscription{contactChanges{contact{changes(first:100){nodes{contact{email}}}}}}"},
		{Name: "100 newPassword in a batch", Role: Agent, Rejected: true,
			Query: "mutation($input:UpdateContactsInput!){updateContacts(input:$input){errors{code}}}", Variables: map[string]any{"input": map[string]any{"errorPolicy": "PER_ITEM", "items": updates}}},
	}
}
