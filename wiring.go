package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"

	"contactgraph/graph"
	"contactgraph/internal/auth"
	"contactgraph/internal/cli"
	"contactgraph/internal/demo"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/rest"
	"contactgraph/internal/rest/openapi"
	"contactgraph/internal/server"
	"contactgraph/internal/sso"
	"contactgraph/internal/tracing"
	"contactgraph/internal/version"
	"contactgraph/internal/weborigin"
	"contactgraph/web"
)

// newServer connects the APIs and pages with the state of the server, so that it can be started
// before there are services.
func (c *serve) newServer(ctx context.Context, certificate *server.Certificate, origins *weborigin.Policy, startup *state, log *slog.Logger) *server.Server {
	startup.apis.Store(&apis{graphql: graphqlhttp.Starting(), rest: rest.NewStarting(c.https())})
	return server.New(server.Config{
		GraphQL:         http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { startup.apis.Load().graphql.ServeHTTP(w, r) }),
		CloseStreams:    startup.closeStreams,
		Version:         version.Current(),
		SDL:             graph.SDL(),
		AuthorizeSchema: c.GraphQL.authorizeSchema(startup),
		REST:            func() http.Handler { return startup.apis.Load().rest },
		OpenAPI:         openapi.Document(),
		SSO:             startup.sso(),
		Site:            web.New(startup.settings, manual(c.Requests)),
		Ping:            startup.ping,
		Ready:           startup.ready,
		LocalOnly:       func() bool { return c.Demo || startup.publicKeys.Load() },
		Origins:         origins,
		Limits:          c.limits(ctx, log),
		DrainDelay:      c.DrainDelay,
		HTTPS:           c.https(),
		Certificate:     certificate,
		Observe:         startup.observers.answered,
		Tracing:         startup.tracing,
		Log:             log,
	})
}

// newAPIs connects the APIs with the services that they use.
func (c *serve) newAPIs(s *cli.Services, startup *state, trusted *graph.Trusted, origins *weborigin.Policy, log *slog.Logger) *apis {
	s.Auth.SecureCookies = c.https()
	limit := c.Requests.limiter()
	var signOutURL func(context.Context, string) string
	var signOn *sso.Service
	if startup.provider != nil {
		signOn = sso.New(*startup.provider, s.Auth, limit, c.https(), s.DB.Now, log)
		signOutURL = signOn.SignOutURL
	}
	return &apis{
		auth: s.Auth,
		sso:  signOn,
		graphql: graph.NewHandler(graph.Config{
			Services: s.Services, Client: s.DB.Client(), Streams: c.streams(), Origins: origins, SignOutURL: signOutURL,
			Limiter: limit, Timeout: c.Requests.RequestTimeout,
			Trusted: trusted, Introspection: c.GraphQL.Introspection, Observer: startup.observers.graphQL, Log: log,
		}),
		rest: rest.New(rest.Config{
			Services: s.Services, IServiceAccount: c.iServiceAccount(s.Auth), IServiceRegistration: c.Registration,
			Limiter: limit, Timeout: c.Requests.RequestTimeout, HTTPS: c.https(), Log: log,
		}),
	}
}

// iServiceAccount returns a function that looks up the account of the iService API. It is called
// for each request, because the account may be created while the server runs.
func (c *serve) iServiceAccount(a *auth.Service) func(context.Context) (id int, found bool, err error) {
	name := c.IServiceAccount
	if name == "" && c.Demo {
		name = demo.Account
	}
	if name == "" {
		return a.OnlyAccount
	}
	return func(ctx context.Context) (int, bool, error) { return a.AccountByName(ctx, name) }
}

// apis are the handlers of the APIs.
type apis struct {
	graphql http.Handler
	rest    http.Handler
	auth    *auth.Service // nil until the database is prepared
	sso     *sso.Service  // nil without a provider, and until the database is prepared
}

// state is what the handlers need to know about the startup of the server.
type state struct {
	provider   *sso.Config                   // nil if there is none
	mail       bool                          // the server sends messages
	observers  observers                     // what is measured
	tracing    tracing.Tracing               // how requests are traced
	server     atomic.Pointer[server.Server] // nil until it is there
	apis       atomic.Pointer[apis]          // they answer with 503 until the database is prepared
	services   atomic.Pointer[cli.Services]  // nil until the database is open
	prepared   atomic.Bool                   // the database can be used
	publicKeys atomic.Bool                   // the database contains API keys of the demo data
	demo       atomic.Bool                   // the database contains the demo data, and the server was started for it
}

var errStarting = errors.New("the server is starting: it is preparing the database")

// sso returns the function that returns the handlers of sign-ins by the provider; nil without one.
func (s *state) sso() func() server.SSO {
	if s.provider == nil {
		return nil
	}
	return func() server.SSO {
		if signOn := s.apis.Load().sso; signOn != nil {
			return signOn
		}
		return sso.Starting{}
	}
}

// ready returns the reason that /readyz gives until the database is prepared, and when it should no
// longer be used.
func (s *state) ready(context.Context) error {
	if !s.prepared.Load() {
		return errStarting
	}
	return s.services.Load().DB.Health()
}

// usable returns why the server should not be used, as far as that is known without asking the
// database: the reasons of ready, and that it is stopping.
func (s *state) usable(ctx context.Context) error {
	if srv := s.server.Load(); srv != nil {
		return srv.Usable(ctx)
	}
	return s.ready(ctx)
}

// ping fails if the database is unreachable.
func (s *state) ping(ctx context.Context) error {
	services := s.services.Load()
	if services == nil {
		return errStarting
	}
	return services.DB.Ping(ctx)
}

// closeStreams ends the streams, if there can be any.
func (s *state) closeStreams() {
	if services := s.services.Load(); services != nil {
		services.Hub.Close()
	}
}

// settings returns what the pages need to know about the server.
func (s *state) settings() web.Settings {
	settings := web.Settings{PasswordReset: s.mail}
	if s.provider != nil {
		settings.SSO = &web.SSO{Name: s.provider.Name}
	}
	if !s.demo.Load() {
		return settings
	}
	d := &web.Demo{Key: demo.AgentKey}
	for _, in := range demo.SignIns() {
		d.SignIns = append(d.SignIns, web.SignIn(in))
	}
	settings.Demo = d
	return settings
}
