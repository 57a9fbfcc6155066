package main

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"

	"contactgraph/graph"
	"contactgraph/internal/auth"
	"contactgraph/internal/cli"
	"contactgraph/internal/demo"
	"contactgraph/internal/rest"
	"contactgraph/internal/server"
	"contactgraph/web"
)

// newServer connects the APIs and pages with the services that they use.
func (c *serve) newServer(s *cli.Services, startup *state, log *slog.Logger) *server.Server {
	limit := c.Limits.limiter()
	return server.New(server.Config{
		GraphQL: graph.NewHandler(graph.Config{
			Services: s.Services, Client: s.DB.Client(), SecureCookies: c.SecureCookies,
			Limiter: limit, Timeout: c.Limits.RequestTimeout, Log: log,
		}),
		CloseStreams: s.Hub.Close,
		SDL:          graph.SDL,
		REST: rest.New(rest.Config{
			Services: s.Services, IServiceAccount: c.iServiceAccount(s.Auth), SecureCookies: c.SecureCookies,
			Limiter: limit, Timeout: c.Limits.RequestTimeout, Log: log,
		}),
		Site:  web.New(startup.settings, manual(c.Limits)),
		Ping:  s.DB.Ping,
		Ready: startup.ready,
		Log:   log,
	})
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

// state is what the handlers need to know about the startup of the server.
type state struct {
	prepared atomic.Bool // the database can be used
	demo     atomic.Bool // the database contains the demo data
}

// ready returns the reason that /readyz gives until the database is prepared.
func (s *state) ready(context.Context) error {
	if !s.prepared.Load() {
		return errors.New("the server is starting: it is preparing the database")
	}
	return nil
}

// settings returns what the pages need to know about the server.
func (s *state) settings() web.Settings {
	if !s.demo.Load() {
		return web.Settings{}
	}
	d := &web.Demo{Key: demo.AgentKey}
	for _, in := range demo.SignIns() {
		d.SignIns = append(d.SignIns, web.SignIn(in))
	}
	return web.Settings{Demo: d}
}
