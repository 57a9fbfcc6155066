package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"contactgraph/ent"
	"contactgraph/graph/generated"
	"contactgraph/graph/scalar"
	"contactgraph/internal/authz"
	"contactgraph/internal/globalid"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// maxEntities is how many references one call of _entities can have.
const maxEntities = 1000

// federationLink imports the directives of Apollo Federation 2 into the schema.
const federationLink = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
`

// keyID is the key by the global id.
const keyID = `@key(fields: "id")`

// federationDirectives are what Apollo Federation needs to know about types: by which fields other
// subgraphs refer to them, and which ones they may define as well.
var federationDirectives = map[string]string{
	typeContact:  keyID + ` @key(fields: "contactId")`,
	typeStore:    keyID,
	typeCompany:  keyID,
	typeSegment:  keyID,
	typeProperty: keyID,
	"PageInfo":   `@shareable`,
}

var typeHead = regexp.MustCompile(`(?m)^type (\w+)( implements [^{]+)? {`)

// subgraphSDL returns the schema with the directives of Apollo Federation. Only _service has them:
// they mean nothing to clients.
var subgraphSDL = sync.OnceValue(func() string {
	return federationLink + typeHead.ReplaceAllStringFunc(SDL(), func(head string) string {
		directives, ok := federationDirectives[typeHead.FindStringSubmatch(head)[1]]
		if !ok {
			return head
		}
		return strings.TrimSuffix(head, "{") + directives + " {"
	})
})

// entityLoaders read the objects of each type that a reference can have, in the order of ids; nil
// for those that the viewer may not read.
func (r *Resolver) entityLoaders() map[string]func(context.Context, []int) ([]scalar.Node, error) {
	return map[string]func(context.Context, []int) ([]scalar.Node, error){
		typeContact: func(ctx context.Context, ids []int) ([]scalar.Node, error) {
			contacts, err := r.load.ContactsByID(ctx, ids)
			return each(contacts, func(c *ent.Contact) scalar.Node {
				if c == nil {
					return nil
				}
				return c
			}), err
		},
		typeStore:   inOrder(r.load.StoresByID, func(s *ent.Store) int { return s.ID }),
		typeCompany: inOrder(forStaff(r.load.CompaniesByID), func(c *ent.Company) int { return c.ID }),
		typeSegment: inOrder(forStaff(r.load.SegmentsByID), func(s *ent.Segment) int { return s.ID }),
		typeProperty: inOrder(func(ctx context.Context, _ []int) ([]*ent.Property, error) { return r.catalog.Properties(ctx) },
			func(p *ent.Property) int { return p.ID }),
	}
}

// forStaff adapts read, which does not check who asks: customers find nothing, as with node.
func forStaff[T any](read func(context.Context, []int) ([]T, error)) func(context.Context, []int) ([]T, error) {
	return func(ctx context.Context, ids []int) ([]T, error) {
		if _, err := authz.RequireRole(ctx, viewer.Agent); err != nil {
			_, fault := payloadErrors(err)
			return nil, fault
		}
		return read(ctx, ids)
	}
}

// inOrder adapts read, which returns objects in any order, to entityLoaders.
func inOrder[T scalar.Node](read func(context.Context, []int) ([]T, error), idOf func(T) int) func(context.Context, []int) ([]scalar.Node, error) {
	return func(ctx context.Context, ids []int) ([]scalar.Node, error) {
		all, err := read(ctx, ids)
		if err != nil {
			return nil, err
		}
		byID := map[int]scalar.Node{}
		for _, x := range all {
			byID[idOf(x)] = x
		}
		return each(ids, func(id int) scalar.Node { return byID[id] }), nil
	}
}

var _ generated.Subgraph = (*Resolver)(nil)

// SubgraphSDL implements generated.Subgraph.
func (*Resolver) SubgraphSDL() string { return subgraphSDL() }

// Entities implements generated.Subgraph. It fails with usererror.ErrArguments for
// a reference without a known type and one of its keys.
func (r *Resolver) Entities(ctx context.Context, references []map[string]any) ([]scalar.Node, error) {
	if _, err := authz.RequireViewer(ctx); err != nil {
		return nil, err
	}
	if len(references) > maxEntities {
		return nil, usererror.NewInvalidArguments("representations can have at most %d elements.", maxEntities)
	}
	loaders, ids, positions := r.entityLoaders(), map[string][]int{}, map[string][]int{}
	for i, reference := range references {
		typ, _ := reference["__typename"].(string)
		id, ok := entityID(typ, reference)
		if loaders[typ] == nil || !ok {
			return nil, usererror.NewInvalidArguments("representations.%d must have the __typename of an entity and one of its keys.", i)
		}
		ids[typ], positions[typ] = append(ids[typ], id), append(positions[typ], i)
	}
	found := make([]scalar.Node, len(references))
	for typ := range ids {
		objects, err := loaders[typ](ctx, ids[typ])
		if err != nil {
			return nil, err
		}
		for i, object := range objects {
			found[positions[typ][i]] = object
		}
	}
	return found, nil
}

// entityID returns the number of an object by the fields of a reference: 0 if they are those of a
// key, but of no object, as if two keys are sent that name different objects.
func entityID(typ string, reference map[string]any) (id int, ok bool) {
	text, byID := keyOf(reference, "id")
	if byID {
		id = globalid.Of(typ, text)
	}
	text, byNumber := keyOf(reference, "contactId")
	if typ != typeContact || !byNumber {
		return id, byID
	}
	number, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return 0, false
	case byID && id != number:
		return 0, true
	}
	return number, true
}

// keyOf returns a field of a reference that is a text or a number, as both can be sent for an ID.
func keyOf(reference map[string]any, name string) (text string, ok bool) {
	switch v := reference[name].(type) {
	case string:
		return v, true
	case json.Number, int64: // of a variable, and of a literal
		return fmt.Sprint(v), true
	}
	return "", false
}
