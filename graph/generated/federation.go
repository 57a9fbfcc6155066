package generated

import (
	"context"

	"contactgraph/graph/model"
	"contactgraph/graph/scalar"
)

// This file is written by hand. gqlgen leaves the fields _service and _entities to its federation
// plugin, which reads all references to a type by the key of the first one, and declares many
// directives that clients of the schema have no use for.

// Subgraph is what the resolvers have in addition, to be a subgraph of Apollo Federation.
type Subgraph interface {
	// SubgraphSDL returns the schema with the directives of Apollo Federation.
	SubgraphSDL() string
	// Entities returns the object that each reference names, nil for one that does not exist or
	// that the viewer may not read.
	Entities(ctx context.Context, references []map[string]any) ([]scalar.Node, error)
}

func (ec *executionContext) __resolve__service(context.Context) (model.Service, error) {
	return model.Service{Sdl: ec.Resolvers.(Subgraph).SubgraphSDL()}, nil
}

func (ec *executionContext) __resolve_entities(ctx context.Context, representations []map[string]any) []scalar.Node {
	found, err := ec.Resolvers.(Subgraph).Entities(ctx, representations)
	if err != nil {
		ec.Error(ctx, err)
		return make([]scalar.Node, len(representations))
	}
	return found
}
