// Command provide runs the provider of package ssotest for the browser tests, which start it with
// the base URL of the server. It prints its issuer, and asks at each sign-in who it is.
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"contactgraph/internal/sso/ssotest"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: provide BASE-URL, got %q", args) //nolint:err113 // for developers
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p := ssotest.New()
	p.Asks(person("Ada", "sales"), person("Ivo", "it"), person("Otto"))
	issuer := "http://" + listener.Addr().String()
	if err := p.Open(issuer, args[0]); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(os.Stdout, issuer); err != nil {
		return err
	}
	server := &http.Server{Handler: p, ReadHeaderTimeout: 5 * time.Second}
	return server.Serve(listener)
}

func person(name string, groups ...string) ssotest.Person {
	return ssotest.Person{
		Subject: "sub-" + name, Email: name + "@example.com", EmailVerified: true, Name: name, Claims: map[string]any{"groups": groups},
	}
}
