package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// pages are the pages of one list, requested by one client.
type pages struct {
	Filter   string        `json:"filter"`
	Order    string        `json:"order"`
	Requests int           `json:"requests"`
	Rows     int           `json:"rows"` // on the median page
	P50      time.Duration `json:"p50"`
	P99      time.Duration `json:"p99"`
	Failed   string        `json:"failed,omitempty"` // why the last request failed or took too long
}

// emailFilter is the filter that matches one contact.
const emailFilter = "email"

// filters are all filters of the schema. Those for a text or a time are measured with a value that
// matches many contacts, and with one that matches few.
var filters = []struct {
	name  string
	value func(example) map[string]any
}{
	{"none", func(example) map[string]any { return nil }},
	{"name, many", func(example) map[string]any { return map[string]any{"name": "an"} }},
	{"name, few", func(e example) map[string]any { return map[string]any{"name": *e.FirstName + " " + *e.LastName} }},
	{emailFilter, func(e example) map[string]any { return map[string]any{emailFilter: *e.Email} }},
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

// orders are all orders of the schema.
var orders = []order{
	{"ID", ascending}, {"ID", descending}, {"NAME", ascending}, {"NAME", descending},
	{"LAST_MODIFIED", ascending}, {"LAST_MODIFIED", descending},
	{"REGISTRATION_DATE_TIME", ascending}, {"REGISTRATION_DATE_TIME", descending},
}

// maxRequests is how many pages of a list are requested, unless the length of a round ends before.
const maxRequests = 500

// pageTimeout limits the request of a page. A page that takes longer does not abort the run: the
// other lists are still worth measuring, and the verdict reports the failure.
const pageTimeout = 10 * time.Second

// measurePages measures every list of every instance.
func (b *bench) measurePages(ctx context.Context, instances []instance, into []growth) error {
	conns, examples := make([]*conn, len(instances)), make([]example, len(instances))
	for i, t := range instances {
		conns[i] = newConn(t.url, 0)
		defer conns[i].close()
		var err error
		if examples[i], err = findExample(ctx, conns[i], t.size); err != nil {
			return err
		}
	}
	for _, f := range filters {
		for _, o := range orders {
			for i, t := range instances {
				p, err := b.measureList(ctx, conns[i], examples[i], pageVariables{Filter: f.value(examples[i]), OrderBy: &o})
				if err != nil {
					return fmt.Errorf("%d contacts, filter %s, order %v: %w", t.size, f.name, o, err)
				}
				p.Filter, p.Order = f.name, o.Field+" "+o.Direction
				if p.Failed != "" {
					b.logf("%d contacts, filter %s, order %s: %s", t.size, p.Filter, p.Order, p.Failed)
				}
				into[i].Pages = append(into[i].Pages, p)
			}
		}
	}
	for _, t := range instances {
		if err := t.clearLog(); err != nil {
			return err
		}
	}
	return nil
}

// measureList requests pages of a list, alternately from the beginning onward and from the middle
// onward.
func (b *bench) measureList(ctx context.Context, c *conn, e example, list pageVariables) (p pages, err error) {
	middle := list
	if middle.After, err = cursorOf(ctx, c, e.middle, list.OrderBy); err != nil {
		return p, err
	}
	pagers := cycle[*pager]{items: []*pager{newPager(c, list), newPager(c, middle)}}
	var took []time.Duration
	var rows []int
	for end := time.Now().Add(b.round()); len(took) == 0 || len(took) < maxRequests && time.Now().Before(end); {
		pager := pagers.next()
		d, err := pager.nextPageWithTimeout(ctx)
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

// example is a contact with a value for every filter, and other values to filter by.
type example struct {
	serverContact

	recently string // a time since which few contacts were modified
	middle   string // the email address of a contact in the middle of the list
}

func findExample(ctx context.Context, c *conn, size int) (e example, err error) {
	// The first contacts have the most values: the demo data has fewer phone numbers than contacts.
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

// find returns the first contact that matches.
func find(ctx context.Context, c *conn, from, to int, matches func(serverContact) bool) (serverContact, error) {
	for id := from; id <= to; id++ {
		got, _, err := read(ctx, c, id)
		if err != nil || matches(got) {
			return got, err
		}
	}
	return serverContact{}, fmt.Errorf("none of the contacts %d to %d has all values to filter by", from, to)
}

// recently returns the time since which one page of contacts was modified.
func recently(ctx context.Context, c *conn) (string, error) {
	var data struct {
		Contacts struct {
			Nodes []struct {
				LastModified string `json:"lastModified"`
			} `json:"nodes"`
		} `json:"contacts"`
	}
	const document = `query Recently { contacts(first: 50, orderBy: {field: LAST_MODIFIED, direction: DESC}) { nodes { lastModified } } }`
	if _, err := query(ctx, c, document, nil, &data); err != nil {
		return "", err
	}
	nodes := data.Contacts.Nodes
	return nodes[len(nodes)-1].LastModified, nil
}

// cursorOf returns the cursor of the contact with the email address.
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
	variables := pageVariables{Filter: map[string]any{emailFilter: email}, OrderBy: o}
	if _, err := query(ctx, c, document, variables, &data); err != nil {
		return nil, err
	}
	if len(data.Contacts.Edges) != 1 {
		return nil, errors.New("the contact in the middle has no cursor")
	}
	return &data.Contacts.Edges[0].Cursor, nil
}
