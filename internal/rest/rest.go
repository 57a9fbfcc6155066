package rest

import (
	"net/http"
	"slices"

	"contactgraph/internal/rest/call"
	"contactgraph/internal/rest/iservice"
	"contactgraph/internal/rest/webapi"
)

// Config is what the APIs depend on.
type Config = call.Config

// New returns the handler of all paths below /api/, /f/ and /exports/, in the form that package
// legacypath gives them.
func New(c Config) http.Handler { return newMux(call.New(c)) }

// NewStarting returns the handler for a server that is preparing its database: operations answer
// with 503. What needs no database works as always.
func NewStarting(https bool) http.Handler { return newMux(call.NewStarting(https)) }

func newMux(c *call.Calls) *http.ServeMux {
	mux := http.NewServeMux()
	webapi.New(c).Register(mux)
	iservice.New(c).Register(mux)
	return mux
}

// Operations names every operation of both APIs.
func Operations() []string { return slices.Concat(webapi.Operations(), iservice.Operations()) }
