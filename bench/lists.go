package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// pages are the pages of one list, asked for by one client.
type pages struct {
	Filter   string        `json:"filter"`
	Order    string        `json:"order"`
	Requests int           `json:"requests"`
	Rows     int           `json:"rows"` // on the median page
	P50      time.Duration `json:"p50"`
	P99      time.Duration `json:"p99"`
	Failed   string        `json:"failed,omitempty"` // why the last request got no answer, or too late a one
}

// byEmail is the filter that finds one contact.
const byEmail = "email"

// filters are every single one that the schema has, those that take a text or a time both with a value that many contacts have
// and with one that few have.
var filters = []struct {
	name  string
	value func(example) map[string]any
}{
	{"none", func(example) map[string]any { return nil }},
	{"name, many", func(example) map[string]any { return map[string]any{"name": "an"} }},
	{"name, few", func(e example) map[string]any { return map[string]any{"name": *e.FirstName + " " + *e.LastName} }},
	{byEmail, func(e example) map[string]any { return map[string]any{byEmail: *e.Email} }},
	{"phone", func(e example) map[string]any {
		return map[string]any{"phone": *e.Phone, "phoneCountryCode": *e.Country}
	}},
	{"store", func(example) map[string]any { return map[string]any{"storeId": "1"} }},
	{"company", func(example) map[string]any { return map[string]any{"companyId": "1"} }},
	{"segment", func(example) map[string]any { return map[string]any{"segmentId": "1"} }},
	{"modified since, many", func(example) map[string]any { return map[string]any{"modifiedSince": "2000-01-01T00:00:00Z"} }},
	{"modified since, few", func(e example) map[string]any { return map[string]any{"modifiedSince": e.recently} }},
	{"search, many", func(example) map[string]any { return map[string]any{"search": "example"} }},
	{"search, few", func(e example) map[string]any { return map[string]any{"search": *e.Email} }},
}

// orders are all that the schema has.
var orders = []order{
	{"ID", ascending}, {"ID", descending}, {"NAME", ascending}, {"NAME", descending},
	{"LAST_MODIFIED", ascending}, {"LAST_MODIFIED", descending},
	{"REGISTRATION_DATE_TIME", ascending}, {"REGISTRATION_DATE_TIME", descending},
}

// pagesMost is how many pages of a list are asked for, unless a round's length is over before.
const pagesMost = 500

// pageLimit is how long a page is waited for. One that takes longer does not void the run: the lists after it tell something
// all the same, and the verdict tells of it.
const pageLimit = 10 * time.Second

// measurePages goes through every list of every target.
func (b *bench) measurePages(ctx context.Context, targets []target, into []growth) error {
	conns, examples := make([]*conn, len(targets)), make([]example, len(targets))
	for i, t := range targets {
		conns[i] = newConn(t.url, 0)
		defer conns[i].close()
		var err error
		if examples[i], err = findExample(ctx, conns[i], t.size); err != nil {
			return err
		}
	}
	for _, f := range filters {
		for _, o := range orders {
			for i, t := range targets {
				p, err := b.goThrough(ctx, conns[i], examples[i], pageVariables{Filter: f.value(examples[i]), OrderBy: &o})
				if err != nil {
					return fmt.Errorf("%d contacts, filter %s, order %v: %w", t.size, f.name, o, err)
				}
				p.Filter, p.Order = f.name, o.Field+" "+o.Direction
				if p.Failed != "" {
					b.say("%d contacts, filter %s, order %s: %s", t.size, p.Filter, p.Order, p.Failed)
				}
				into[i].Pages = append(into[i].Pages, p)
			}
		}
	}
	for _, t := range targets {
		if err := t.clearLog(); err != nil {
			return err
		}
	}
	return nil
}

// goThrough asks for pages of a list, by turns from its beginning on and from its middle on.
func (b *bench) goThrough(ctx context.Context, c *conn, e example, list pageVariables) (p pages, err error) {
	middle := list
	if middle.After, err = cursorOf(ctx, c, e.middle, list.OrderBy); err != nil {
		return p, err
	}
	pagers := turn[*pager]{of: []*pager{newPager(c, list), newPager(c, middle)}}
	var took []time.Duration
	var rows []int
	for end := time.Now().Add(b.round()); len(took) == 0 || len(took) < pagesMost && time.Now().Before(end); {
		pager := pagers.take()
		d, err := pager.turnInTime(ctx)
		took = append(took, d)
		if ctx.Err() != nil {
			return p, ctx.Err()
		}
		if err != nil {
			p.Failed = err.Error()
			break
		}
		rows = append(rows, pager.rows)
	}
	took = sorted(took)
	p.Requests, p.Rows, p.P50, p.P99 = len(took), median(rows), percentile(took, 50), percentile(took, 99)
	return p, nil
}

// example is a contact that has all that one can filter by; and what else there is to ask for.
type example struct {
	serverContact

	recently string // few contacts were modified since
	middle   string // the address of a contact in the middle
}

func findExample(ctx context.Context, c *conn, size int) (e example, err error) {
	// The first contacts have the most: there are fewer numbers for the demo data's phones than contacts.
	e.serverContact, err = find(ctx, c, 1, size, func(c serverContact) bool {
		return c.Email != nil && c.Phone != nil && c.Country != nil && c.FirstName != nil && c.LastName != nil
	})
	if err != nil {
		return e, err
	}
	middle, err := find(ctx, c, 1+size/2, size, func(c serverContact) bool { return c.Email != nil })
	if err != nil {
		return e, err
	}
	e.middle = *middle.Email
	e.recently, err = recently(ctx, c)
	return e, err
}

// find returns the first of the contacts that will do.
func find(ctx context.Context, c *conn, from, to int, willDo func(serverContact) bool) (serverContact, error) {
	for id := from; id <= to; id++ {
		got, _, err := read(ctx, c, id)
		if err != nil || willDo(got) {
			return got, err
		}
	}
	return serverContact{}, fmt.Errorf("of the contacts %d to %d none has what is to be filtered by", from, to)
}

// recently is the time since which a page of contacts was modified.
func recently(ctx context.Context, c *conn) (string, error) {
	var data struct {
		Contacts struct {
			Nodes []struct {
				LastModified string `json:"lastModified"`
			} `json:"nodes"`
		} `json:"contacts"`
	}
	const document = `query Recently { contacts(first: 50, orderBy: {field: LAST_MODIFIED, direction: DESC}) { nodes { lastModified } } }`
	if _, err := ask(ctx, c, document, nil, &data); err != nil {
		return "", err
	}
	nodes := data.Contacts.Nodes
	return nodes[len(nodes)-1].LastModified, nil
}

// cursorOf is where the contact with the address stands among all.
func cursorOf(ctx context.Context, c *conn, email string, o *order) (*string, error) {
	var data struct {
		Contacts struct {
			Edges []struct {
				Cursor string `json:"cursor"`
			} `json:"edges"`
		} `json:"contacts"`
	}
	const document = `query Cursor($filter: ContactFilter, $orderBy: ContactOrder) {
		contacts(first: 1, filter: $filter, orderBy: $orderBy) { edges { cursor } } }`
	variables := pageVariables{Filter: map[string]any{byEmail: email}, OrderBy: o}
	if _, err := ask(ctx, c, document, variables, &data); err != nil {
		return nil, err
	}
	if len(data.Contacts.Edges) != 1 {
		return nil, errors.New("the contact in the middle has no cursor")
	}
	return &data.Contacts.Edges[0].Cursor, nil
}
