package permissions

import (
	"fmt"

	"contactgraph/internal/acceptance/harness"
)

// This file has what the rows of the REST operations on stores, companies and segments share.

// Mutations that create an object named $n, and return its number.
const (
	newStore   = "createStore(input: {name: $n}) { store { number: storeId } }"
	newCompany = "createCompany(input: {name: $n}) { company { number: companyId } }"
	newSegment = "createSegment(input: {name: $n}) { segment { number: segmentId } }"
)

// posts is the permission to create an object of the catalog.
func posts(path, body string) permission {
	return manages(ok, ok, func(c *attempt) string { return c.rest(c.Send(c.caller, "POST", path, "application/json", body)) })
}

// readsObject is the permission to read an object of the catalog, which each attempt creates in the
// target's account. Its number replaces %s in the path.
func readsObject(create, path string) permission {
	found := per(ok, ok, notFound, notFound)
	return permission{
		customer: all(forbidden), agent: found, admin: found, foreign: per(notFound, notFound, ok, notFound), segment: found,
		try: func(c *attempt) string {
			return c.rest(c.Send(c.caller, "GET", fmt.Sprintf(path, c.newObject(create)), "", ""))
		},
	}
}

// patchesCompany is the permission to change a company.
var patchesCompany = permission{
	customer: all(forbidden), agent: all(forbidden), admin: per(ok, ok, notFound, notFound), foreign: per(notFound, notFound, ok, notFound),
	try: func(c *attempt) string {
		body := fmt.Sprintf(`{"Id":%s,"Name":"x"}`, c.newObject(newCompany))
		return c.rest(c.Send(c.caller, "PATCH", "/api/v1/ContactCompanies", "application/json", body))
	},
}

// movesContact is the permission to add the target to a company of its account, or to remove it. To
// a key that is limited to a segment, contacts outside of it do not exist.
func movesContact(name string) permission {
	p := onOne(name, "", ok)
	p.segment = per(ok, `409 {"Message":"Contact with id 1 does not exist."}`, notFound, notFound)
	p.try = func(c *attempt) string {
		path := fmt.Sprintf("/api/v1/ContactCompanies/%s/%s", c.newObject(newCompany), name)
		return c.rest(c.Send(c.caller, "POST", path, "application/json", fmt.Sprintf(`{"ContactId":%d}`, c.id())))
	}
	return p
}

// inSegment is the permission to list the contacts of a segment that has only the target. entry is
// how a list begins with it.
func inSegment(name, entry string) permission {
	p := onOne(name, "", ok)
	p.segment = per(ok, null, notFound, notFound)
	p.try = func(c *attempt) string {
		a := c.Send(c.caller, "GET", fmt.Sprintf("/api/v1/Segments/%s/%s", c.segmentOfTarget(), name), "", "")
		return c.contains(a, fmt.Sprintf(entry, c.id()))
	}
	return p
}

// newObject creates an object in the target's account, and returns its number: one that no object
// has for the absent target.
func (c *attempt) newObject(create string) string {
	if c.target == absent {
		return "999999"
	}
	created := harness.Query[map[string]struct{ Number int }](c.Server, c.owner(), "mutation($n: String!) { "+create+" }", harness.Variables{"n": unique()})
	for _, object := range created {
		return fmt.Sprint(object.Number)
	}
	c.T.Fatalf("%s created nothing", create)
	return ""
}

// segmentOfTarget creates a segment that has only the target, and returns its number.
func (c *attempt) segmentOfTarget() string {
	number := c.newObject(newSegment)
	if c.target != absent {
		c.graphAs(c.owner(), `mutation($id: ID!, $s: [ID!]) { setContactDetails(input: {id: $id, onConflict: OVERWRITE, addToMembership: $s}) { errors { code } } }`,
			harness.Variables{"id": c.id(), "s": []string{number}})
	}
	return number
}
