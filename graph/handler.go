package graph

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/graph/apierror"
	"contactgraph/graph/cost"
	"contactgraph/graph/gate"
	"contactgraph/graph/generated"
	"contactgraph/graph/loader"
	"contactgraph/internal/app"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/limiter"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
)

// Config has the dependencies and settings of the API.
type Config struct {
	Services *app.Services
	Client   *ent.Client      // for reads
	Limiter  *limiter.Limiter // decides whether and when an operation runs; nil stands for limiter.Default
	Timeout  time.Duration    // of an operation other than a subscription; 0 for none
	Streams  graphqlhttp.Limits
	// SignOutURL returns where a browser signs out of the issuer of its session; nil without an
	// OpenID Connect provider.
	SignOutURL func(ctx context.Context, issuer string) string
	Log        *slog.Logger
}

// NewHandler returns a handler that serves GraphQL over HTTP, WebSockets and server-sent events. It
// authenticates each request by its credentials, and a WebSocket once more by those of its
// connection_init message.
func NewHandler(c Config) http.Handler {
	if c.Limiter == nil {
		c.Limiter = limiter.Default()
	}
	cookies := gate.Cookies{Auth: c.Services.Auth}
	root := &Resolver{
		contacts: c.Services.Contacts.Via(change.SourceGRAPHQL), queries: c.Services.Queries, catalog: c.Services.Catalog, people: c.Services.People,
		changes: c.Services.Changes, auth: c.Services.Auth, cookies: cookies, client: c.Client, load: loader.New(c.Client, c.Services.Catalog), signOutURL: c.SignOutURL, feed: c.Services.Hub, present: apierror.Presenter(c.Log),
	}
	schema := generated.NewExecutableSchema(generated.Config{Resolvers: root})
	srv := handler.New(schema)
	documents := gate.NewDocuments()
	srv.SetQueryCache(documents)
	srv.SetValidationRulesFn(limitedRules)
	srv.SetErrorPresenter(root.present)
	srv.SetRecoverFunc(apierror.Recovery(c.Log))
	srv.Use(extension.Introspection{})
	check := gate.Gate{Cookies: cookies, Log: c.Log}
	srv.Use(check)
	execution := graphqlhttp.Execution{
		Limiter: gate.Limiter{Model: costs(schema.Schema()), Documents: documents, Callers: c.Limiter}, Timeout: c.Timeout,
	}
	transport := graphqlhttp.Transport{Execution: execution}
	callers := graphqlhttp.NewCallers(c.Streams, gate.Caller)
	graphqlhttp.Install(srv, transport, graphqlhttp.WebSocket(execution, check.OnConnect, callers, graphqlhttp.DefaultSendTimeout),
		graphqlhttp.EventStream{Transport: transport, Callers: callers})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		srv.ServeHTTP(w, r.WithContext(gate.Identify(c.Services.Auth, r)))
	})
}

// costs returns the costs that the schema declares.
func costs(schema *ast.Schema) *cost.Model {
	model, err := cost.New(schema)
	if err != nil {
		panic(err) // a directive in schema/ is wrong; every test that starts a server finds it
	}
	return model
}

// SDL returns the schema with its descriptions, as served to code generators.
func SDL() string {
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).
		FormatSchema(generated.NewExecutableSchema(generated.Config{}).Schema())
	return b.String()
}
