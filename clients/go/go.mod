// The client is a module of its own, so that programs that use it do not depend on what the server
// needs: see docs/decisions/0027-go-client.md.
module contactgraph/clients/go

go 1.25.0

require (
	github.com/Khan/genqlient v0.8.1
	github.com/google/go-cmp v0.7.0
	github.com/vektah/gqlparser/v2 v2.5.64
)

require (
	github.com/agnivade/levenshtein v1.2.2 // indirect
	github.com/google/uuid v1.6.0 // indirect
)
