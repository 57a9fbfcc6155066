package graph

import (
	"log/slog"
	"net/http"
	"strings"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/graph/apierror"
	"contactgraph/graph/gate"
	"contactgraph/graph/generated"
	"contactgraph/graph/loader"
	"contactgraph/internal/app"
	"contactgraph/internal/graphqlhttp"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
)

// cachedDocuments is how many parsed documents are kept: clients send the same few repeatedly.
const cachedDocuments = 1000

// Config has the dependencies and settings of the API.
type Config struct {
	Services      *app.Services
	Client        *ent.Client // for reads
	SecureCookies bool        // browsers connect by HTTPS
	Log           *slog.Logger
}

// NewHandler returns a handler that serves GraphQL over HTTP, WebSockets and server-sent events. It
// authenticates each request by its credentials, and a WebSocket once more by those of its
// connection_init message.
func NewHandler(c Config) http.Handler {
	cookies := gate.Cookies{Auth: c.Services.Auth, Secure: c.SecureCookies}
	root := &Resolver{
		contacts: c.Services.Contacts.Via(change.SourceGRAPHQL), queries: c.Services.Queries, catalog: c.Services.Catalog,
		changes: c.Services.Changes, auth: c.Services.Auth, cookies: cookies, client: c.Client, load: loader.New(c.Client, c.Services.Catalog), feed: c.Services.Hub, present: apierror.Presenter(c.Log),
	}
	srv := handler.New(generated.NewExecutableSchema(generated.Config{Resolvers: root}))
	srv.SetQueryCache(lru.New[*ast.QueryDocument](cachedDocuments))
	srv.SetErrorPresenter(root.present)
	srv.SetRecoverFunc(apierror.Recovery(c.Log))
	srv.Use(extension.Introspection{})
	check := gate.Gate{Cookies: cookies, Log: c.Log}
	srv.Use(check)
	graphqlhttp.Install(srv, graphqlhttp.Transport{}, graphqlhttp.WebSocket(check.OnConnect, graphqlhttp.DefaultSendTimeout), graphqlhttp.EventStream{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		srv.ServeHTTP(w, r.WithContext(gate.Identify(r.Context(), c.Services.Auth, r)))
	})
}

// SDL returns the schema with its descriptions, as served to code generators.
func SDL() string {
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).
		FormatSchema(generated.NewExecutableSchema(generated.Config{}).Schema())
	return b.String()
}
