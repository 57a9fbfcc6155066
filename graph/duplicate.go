package graph

import (
	"context"

	"contactgraph/ent"
	"contactgraph/graph/loader"
	"contactgraph/graph/model"
	"contactgraph/internal/duplicate"
)

// duplicatePairs returns a page of the pairs of contacts that may be the same person.
func (r *Resolver) duplicatePairs(ctx context.Context, first int, after *string, minScore int) (*model.DuplicateConnection, error) {
	cursor := ""
	if after != nil {
		cursor = *after
	}
	p, err := r.duplicates.Candidates(ctx, first, cursor, minScore)
	if err != nil {
		return nil, err
	}
	primePairs(ctx, p.Candidates)
	conn := &model.DuplicateConnection{Nodes: p.Candidates, PageInfo: pageInfo(p.Cursors, cursor != "", p.HasNext)}
	for i, c := range p.Candidates {
		conn.Edges = append(conn.Edges, &model.DuplicateEdge{Cursor: p.Cursors[i], Node: c})
	}
	return conn, nil
}

// duplicatesOf returns the pairs of each contact.
func (r *Resolver) duplicatesOf(ctx context.Context, contacts []*ent.Contact) ([][]*duplicate.Candidate, error) {
	lists, err := r.duplicates.Of(ctx, each(contacts, func(c *ent.Contact) int { return c.ID }))
	for _, l := range lists {
		primePairs(ctx, l)
	}
	return lists, err
}

// primePairs makes the loader read what the contacts of the pairs refer to together.
func primePairs(ctx context.Context, pairs []*duplicate.Candidate) {
	for _, p := range pairs {
		loader.Prime(ctx, p.Contacts...)
	}
}
