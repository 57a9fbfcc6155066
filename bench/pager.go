package main

import (
	"context"
	"fmt"
	"time"
)

// pageSize is the number of contacts on a page.
const pageSize = 50

const pageDocument = `query Page($after: String, $filter: ContactFilter, $orderBy: ContactOrder) {
	contacts(first: 50, after: $after, filter: $filter, orderBy: $orderBy) {
		nodes { ` + ownFields + ` } pageInfo { endCursor hasNextPage } } }`

// pageVariables select a page.
type pageVariables struct {
	After   *string        `json:"after"`
	Filter  map[string]any `json:"filter"`
	OrderBy *order         `json:"orderBy"`
}

// order is the input ContactOrder.
type order struct {
	Field     string `json:"field"`
	Direction string `json:"direction"`
}

const (
	ascending  = "ASC"
	descending = "DESC"
)

// pager reads a list page by page, and starts over at its end.
type pager struct {
	c    *conn
	next pageVariables
	rows int  // on the last page that was read
	more bool // pages after it
}

func newPager(c *conn, list pageVariables) *pager { return &pager{c: c, next: list} }

func (p *pager) nextPage(ctx context.Context) (time.Duration, error) {
	var data struct {
		Contacts struct {
			Nodes []struct {
				ContactID int    `json:"contactId"`
				Version   string `json:"version"`
			} `json:"nodes"`
			PageInfo struct {
				EndCursor   *string `json:"endCursor"`
				HasNextPage bool    `json:"hasNextPage"`
			} `json:"pageInfo"`
		} `json:"contacts"`
	}
	took, err := query(ctx, p.c, pageDocument, p.next, &data)
	if err != nil {
		return took, err
	}
	got := data.Contacts
	p.rows, p.more = len(got.Nodes), got.PageInfo.HasNextPage
	for _, n := range got.Nodes {
		if n.ContactID == 0 || n.Version == "" {
			return took, fmt.Errorf("a page contains %+v, which is not a contact", n)
		}
	}
	p.next.After = nil
	if p.more {
		if p.rows != pageSize || got.PageInfo.EndCursor == nil {
			return took, fmt.Errorf("a page has %d contacts, but it is not the last", p.rows)
		}
		p.next.After = got.PageInfo.EndCursor
	}
	return took, nil
}

// nextPageWithTimeout is nextPage with pageTimeout.
func (p *pager) nextPageWithTimeout(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	return p.nextPage(ctx)
}

// worker returns a worker that reads the list. The first page must have so many contacts.
func (p *pager) worker(rows int) worker {
	return func(ctx context.Context) (time.Duration, error) {
		first := p.next.After == nil
		took, err := p.nextPage(ctx)
		if err == nil && first && p.rows != rows {
			err = fmt.Errorf("the first page has %d contacts, want %d", p.rows, rows)
		}
		return took, err
	}
}
