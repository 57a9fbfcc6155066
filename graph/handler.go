package graph

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/graph/generated"
	"contactgraph/internal/app"
	"contactgraph/internal/auth"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/viewer"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// cachedDocuments is how many parsed documents are kept: clients send the same few again and again.
const cachedDocuments = 1000

// Config is what the API needs.
type Config struct {
	Services      *app.Services
	Client        *ent.Client // to read
	SecureCookies bool        // browsers come by HTTPS
	Log           *slog.Logger
}

// NewHandler answers GraphQL over HTTP, WebSockets and streams of events, for whoever the request's credentials name.
func NewHandler(c Config) http.Handler {
	cookies := cookies{auth: c.Services.Auth, secure: c.SecureCookies}
	root := &Resolver{
		contacts: c.Services.Contacts.Via(change.SourceGRAPHQL), queries: c.Services.Queries, catalog: c.Services.Catalog,
		changes: c.Services.Changes, auth: c.Services.Auth, cookies: cookies, client: c.Client, feed: c.Services.Hub, present: presenter(c.Log),
	}
	srv := handler.New(generated.NewExecutableSchema(generated.Config{Resolvers: root}))
	srv.SetQueryCache(lru.New[*ast.QueryDocument](cachedDocuments))
	srv.SetErrorPresenter(root.present)
	srv.SetRecoverFunc(recovery(c.Log))
	srv.Use(extension.Introspection{})
	gate := admission{cookies: cookies, log: c.Log}
	srv.Use(gate)
	graphqlhttp.Install(srv, graphqlhttp.Transport{}, graphqlhttp.WebSocket(gate.greet, graphqlhttp.DefaultSendTimeout), graphqlhttp.EventStream{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		srv.ServeHTTP(w, r.WithContext(identify(r.Context(), c.Services.Auth, r)))
	})
}

// SDL is the schema with its descriptions, as served to code generators.
func SDL() string {
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).
		FormatSchema(generated.NewExecutableSchema(generated.Config{}).Schema())
	return b.String()
}

// admission refuses operations of callers who may not run them, before anything is executed.
type admission struct {
	cookies cookies
	log     *slog.Logger
}

var (
	_ graphql.OperationContextMutator = admission{}
	_ graphql.OperationInterceptor    = admission{}
	_ graphql.RootFieldInterceptor    = admission{}
	_ graphql.ResponseInterceptor     = admission{}
)

// ExtensionName names the extension to gqlgen.
func (admission) ExtensionName() string { return "Admission" }

// Validate accepts every schema.
func (admission) Validate(graphql.ExecutableSchema) error { return nil }

// openFields are the root fields that an anonymous caller may ask for.
var openFields = map[string]bool{"__typename": true, "__schema": true, "__type": true, "viewer": true, "signIn": true}

// MutateOperationContext refuses what the caller may not run: everything with forged credentials, and all but openFields
// without any.
func (a admission) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	switch err := callerOf(ctx).err; {
	case errors.Is(err, auth.ErrCredentials):
		return coded(codeUnauthenticated, "The credentials are unknown or have expired.")
	case err != nil:
		a.log.ErrorContext(ctx, "authentication failed", "error", err)
		return coded(fault(err))
	}
	if op.Operation.Operation == ast.Subscription && len(rootFields(op)) != 1 {
		return coded(codeBadInput, "A subscription asks for one field.")
	}
	if c := callerOf(ctx); c.socket && stillWelcome(ctx) != nil {
		return coded(codeUnauthenticated, "The credentials of the connection have expired.")
	}
	if _, ok := viewer.FromContext(ctx); ok {
		return nil
	}
	for _, f := range rootFields(op) {
		if !openFields[f.Name] {
			if asksFor(op, "signOut") {
				a.cookies.clear(ctx) // it has expired
			}
			return coded(codeUnauthenticated, "Sign in, or send an API key in the header X-ApiKey.")
		}
	}
	return nil
}

// asksFor reports whether the operation asks for the root field.
func asksFor(op *graphql.OperationContext, name string) bool {
	return slices.ContainsFunc(rootFields(op), func(f graphql.CollectedField) bool { return f.Name == name })
}

// rootFields are the fields that the operation asks for, without those that it skips.
func rootFields(op *graphql.OperationContext) []graphql.CollectedField {
	return graphql.CollectFields(op, op.Operation.SelectionSet, nil)
}
