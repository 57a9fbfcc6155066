// Package loader is the dataloader of the GraphQL API: it reads the related objects of many
// contacts in one query.
//
// gqlgen hands the elements of a list to a resolver together (batch: true in gqlgen.yml), but not
// objects one level below, such as the node of each edge. So Prime registers contacts that were
// found together, and LoadBatch loads a field once for all of them. Nothing waits to collect keys.
//
// Start reading at Prime and LoadBatch in batch.go; loader.go has the queries.
package loader

import (
	"context"
	"errors"
	"sync"

	"contactgraph/ent"
	"contactgraph/internal/viewer"

	"github.com/99designs/gqlgen/graphql"
)

// batch is a set of contacts that were found together, and the viewer that found them. If a field
// of one of them is requested, it is loaded once for all.
type batch struct {
	contacts []*ent.Contact
	position map[*ent.Contact]int // in contacts
	viewer   viewer.Viewer        // not always the request's: signing in finds a contact for an anonymous request
	loaded   graphql.BatchParentGroup
}

// batches has the batch of each contact during one operation.
type batches struct{ sync.Map } // from *ent.Contact to *batch

// Begin prepares an operation for Prime.
func Begin(op *graphql.OperationContext) { op.Stats.SetExtension(batchesExtension, &batches{}) }

// batchesExtension is the name under which gqlgen keeps the batches of an operation.
const batchesExtension = "LoaderBatches"

func batchesOf(ctx context.Context) *batches {
	known, _ := graphql.GetOperationContext(ctx).Stats.GetExtension(batchesExtension).(*batches)
	return known
}

// Prime registers contacts that the context's viewer has found together as a batch.
func Prime(ctx context.Context, contacts ...*ent.Contact) {
	known := batchesOf(ctx)
	if known == nil {
		return
	}
	v, _ := viewer.FromContext(ctx)
	b := &batch{contacts: contacts, position: make(map[*ent.Contact]int, len(contacts)), viewer: v}
	for i, c := range contacts {
		b.position[c] = i
		known.Store(c, b)
	}
}

// batchOf returns the batch of a contact, nil if it was found alone.
func batchOf(ctx context.Context, c *ent.Contact) *batch {
	known := batchesOf(ctx)
	if known == nil {
		return nil
	}
	found, _ := known.Load(c)
	b, _ := found.(*batch)
	return b
}

// LoadBatch loads a field of contacts, together with that of all others in their batch. field is
// the cache key: a field requested with different arguments needs a different one.
func LoadBatch[T any](ctx context.Context, contacts []*ent.Contact, field string,
	load func(context.Context, []*ent.Contact) ([]T, error),
) ([]T, error) {
	b := batchOf(ctx, contacts[0])
	if b == nil {
		return load(ctx, contacts)
	}
	result := b.loaded.GetFieldResult(field, func() (any, error) {
		return load(viewer.NewContext(ctx, b.viewer), b.contacts)
	})
	if result.Err != nil {
		return nil, result.Err
	}
	loaded, ok := result.Results.([]T)
	if !ok {
		return nil, errors.New("loading a field of several contacts ended in a panic")
	}
	values := make([]T, len(contacts))
	for i, c := range contacts {
		values[i] = loaded[b.position[c]]
	}
	return values, nil
}
