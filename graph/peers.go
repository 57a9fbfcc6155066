package graph

import (
	"context"
	"errors"
	"slices"
	"sync"

	"contactgraph/ent"
	"contactgraph/internal/viewer"

	"github.com/99designs/gqlgen/graphql"
)

// peers are contacts that were found together, and who found them. What is asked of one is loaded for all of them, once:
// gqlgen does so for the items of a list, but not for what stands a step below, such as the node of each edge.
type peers struct {
	contacts []*ent.Contact
	viewer   viewer.Viewer // not always the request's: signing in finds a contact for somebody who was nobody before
	loaded   graphql.BatchParentGroup
}

// acquaintances remembers the peers of each contact during one operation.
type acquaintances struct{ sync.Map } // from *ent.Contact to *peers

// peersExtension is the name under which gqlgen keeps the acquaintances of an operation.
const peersExtension = "Peers"

func acquaintancesOf(ctx context.Context) *acquaintances {
	known, _ := graphql.GetOperationContext(ctx).Stats.GetExtension(peersExtension).(*acquaintances)
	return known
}

// introduce makes peers of contacts that the context's viewer has found together.
func introduce(ctx context.Context, contacts ...*ent.Contact) {
	known := acquaintancesOf(ctx)
	if known == nil {
		return
	}
	v, _ := viewer.FromContext(ctx)
	all := &peers{contacts: contacts, viewer: v}
	for _, c := range contacts {
		known.Store(c, all)
	}
}

// peersOf returns the peers of a contact, nil if it was found alone.
func peersOf(ctx context.Context, c *ent.Contact) *peers {
	known := acquaintancesOf(ctx)
	if known == nil {
		return nil
	}
	found, _ := known.Load(c)
	all, _ := found.(*peers)
	return all
}

// together loads a field of contacts, and of their peers with it.
func together[T any](ctx context.Context, contacts []*ent.Contact, field string,
	load func(context.Context, []*ent.Contact) ([]T, error),
) ([]T, error) {
	all := peersOf(ctx, contacts[0])
	if all == nil {
		return load(ctx, contacts)
	}
	result := all.loaded.GetFieldResult(field, func() (any, error) {
		return load(viewer.NewContext(ctx, all.viewer), all.contacts)
	})
	if result.Err != nil {
		return nil, result.Err
	}
	loaded, ok := result.Results.([]T)
	if !ok {
		return nil, errors.New("loading a field of several contacts ended in a panic")
	}
	return each(contacts, func(c *ent.Contact) T { return loaded[slices.Index(all.contacts, c)] }), nil
}
