package main

import (
	"context"

	"clients/graph"

	"github.com/Khan/genqlient/graphql"
)

func useGraphQL(ctx context.Context, url string) {
	const id = "11"
	api := graphql.NewClient(url+"/graphql", key{})
	before := must(graph.Read(ctx, api, id)).Contact

	saved := must(graph.Rename(ctx, api, id, before.Version, "Eleonora")).UpdateContact
	want(saved.Contact.FirstName, "Eleonora")

	stale := must(graph.Rename(ctx, api, id, before.Version, "Ida")).UpdateContact
	conflict, ok := stale.Errors[0].(*graph.RenameUpdateContactUpdateContactPayloadErrorsVersionConflict)
	want(ok, true)
	want(conflict.Latest.Version, saved.Contact.Version)
}
