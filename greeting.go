package main

import (
	"context"
	"fmt"
	"net"
	"strings"

	"contactgraph/internal/cli"
	"contactgraph/internal/demo"
)

// greeting returns the text that a server prints when it is ready: its addresses, and with --demo
// the credentials of the demo data.
func (c *serve) greeting(ctx context.Context, addr net.Addr, s *cli.Services, startup *state) string {
	text := fmt.Sprintf(`contactgraph is serving the database %[2]s

  %[1]s/                       web console
  %[1]s/playground             GraphQL playground
  %[1]s/docs                   API documentation
  %[1]s/graphql                GraphQL API
  %[1]s/api/v1/Contacts/1      Contacts REST API
  %[1]s/f/webapp-api-custinfo  iService REST API
`, c.url(addr), c.DatabaseName())
	if startup.demo.Load() {
		text += demoGreeting()
	}
	if n, err := s.Auth.Accounts(ctx); n == 0 && err == nil {
		text += `
The database has no accounts yet. To create one, run this with the same --database:

  contactgraph key create --new-account --account NAME --name KEY --role admin
`
	}
	return text
}

// url returns the URL by which this machine reaches the server.
func (c *serve) url(addr net.Addr) string {
	host, port, _ := net.SplitHostPort(addr.String()) // the address of a listener has both
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	scheme := schemeHTTP
	if c.TLSCertificate != "" {
		scheme = schemeHTTPS
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

func demoGreeting() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nDemo data: send the header X-ApiKey: %s (or %s, or %s for the account %s),\nor sign in with:\n\n",
		demo.AdminKey, demo.AgentKey, demo.OtherKey, demo.OtherAccount)
	for _, in := range demo.SignIns() {
		fmt.Fprintf(&b, "  %-8s  %-26s  password %s, account %s\n", strings.ToLower(in.Role), in.Login, in.Password, in.Account)
	}
	return b.String()
}
