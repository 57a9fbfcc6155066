package graph

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/graph/apierror"
	"contactgraph/graph/arguments"
	"contactgraph/graph/cost"
	"contactgraph/graph/gate"
	"contactgraph/graph/generated"
	"contactgraph/graph/loader"
	"contactgraph/graph/persisted"
	"contactgraph/internal/app"
	"contactgraph/internal/auth"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/limiter"
	"contactgraph/internal/weborigin"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Config has the dependencies and settings of the API.
type Config struct {
	Services *app.Services
	Client   *ent.Client      // for reads
	Limiter  *limiter.Limiter // decides whether and when an operation runs; nil stands for limiter.Default
	Timeout  time.Duration    // of an operation other than a subscription; 0 for none
	Streams  graphqlhttp.Limits
	Origins  *weborigin.Policy // whose pages may use the API; nil for the server's own
	// SignOutURL returns where a browser signs out of the issuer of its session; nil without an
	// OpenID Connect provider.
	SignOutURL    func(ctx context.Context, issuer string) string
	Trusted       *Trusted             // documents; nil for none
	Introspection Introspection        // "" stands for on
	Observer      graphqlhttp.Observer // learns how operations end; nil for none
	Log           *slog.Logger
}

// Introspection is who may read the schema.
type Introspection = gate.Introspection

// Trusted are trusted documents.
type Trusted = persisted.Trusted

// AuthorizeSchema returns the reason why the sender of a request may not read the schema, nil if it
// may. Without a service to authenticate it with, the sender counts as anonymous.
func AuthorizeSchema(i Introspection, a *auth.Service, r *http.Request) error {
	ctx := r.Context()
	if i == gate.IntrospectionStaff && a != nil {
		ctx = gate.Identify(a, r)
	}
	return i.Authorize(ctx)
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
		contacts: c.Services.Contacts.Via(change.SourceGRAPHQL).ClearingByNull(), queries: c.Services.Queries, catalog: c.Services.Catalog, jobs: c.Services.Jobs, people: c.Services.People, resets: c.Services.Resets,
		changes: c.Services.Changes, reports: c.Services.Reports, duplicates: c.Services.Duplicates, auth: c.Services.Auth, cookies: cookies, client: c.Client, load: loader.New(c.Client, c.Services.Catalog), signOutURL: c.SignOutURL, feed: c.Services.Hub, present: apierror.Presenter(c.Log),
	}
	srv := handler.New(generated.NewExecutableSchema(generated.Config{
		Schema: schema(), Resolvers: root, Directives: generated.DirectiveRoot{Credential: withCredential},
	}))
	cache, documents := gate.NewDocuments(), persisted.New(c.Trusted)
	srv.SetQueryCache(cache)
	suggests := c.Introspection.Authorize(context.Background()) == nil
	srv.SetValidationRulesFn(func() *rules.Rules { return limitedRules(suggests) })
	srv.SetDisableSuggestion(!suggests)
	srv.SetErrorPresenter(root.present)
	srv.SetRecoverFunc(apierror.Recovery(c.Log))
	srv.Use(extension.Introspection{})
	check := gate.Gate{Arguments: arguments.New(schema()), Persisted: documents, Introspection: c.Introspection, Cookies: cookies, Log: c.Log}
	srv.Use(check)
	execution := graphqlhttp.Execution{
		Limiter: gate.Limiter{Persisted: documents, Model: costs(), Documents: cache, Callers: c.Limiter}, Timeout: c.Timeout, Origins: c.Origins, Observer: c.Observer,
	}
	transport := graphqlhttp.Transport{Execution: execution}
	callers := graphqlhttp.NewCallers(c.Streams, gate.Caller)
	graphqlhttp.Install(srv, transport, graphqlhttp.WebSocket(execution, check.OnConnect, callers, graphqlhttp.DefaultSendTimeout),
		graphqlhttp.EventStream{Transport: transport, Callers: callers})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		srv.ServeHTTP(w, r.WithContext(gate.Identify(c.Services.Auth, r)))
	})
}

// withCredential implements the directive @credential. Streams are not compressed in any case.
func withCredential(ctx context.Context, _ any, next graphql.Resolver) (any, error) {
	if h := graphqlhttp.Header(ctx); h != nil {
		h.Set("Cache-Control", "no-store, no-transform")
	}
	return next(ctx)
}

// costs returns the costs that the schema declares.
func costs() *cost.Model {
	model, err := cost.New(schema())
	if err != nil {
		panic(err) // a directive in schema/ is wrong; every test that starts a server finds it
	}
	return model
}
