package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"

	"contactgraph/internal/cli"
	"contactgraph/internal/sso"
)

// oidcSettings are the flags of the OpenID Connect provider that staff can sign in by. Their names
// begin with oidc-.
type oidcSettings struct {
	Issuer           string   `placeholder:"URL" help:"OpenID Connect provider that users can sign in by: the URL that identifies it."`
	ClientID         string   `name:"client-id" placeholder:"ID" help:"Client id of this server at the provider."`
	ClientSecretFile string   `placeholder:"FILE" help:"File with the client secret. The secret can also be in the environment variable CONTACTGRAPH_OIDC_CLIENT_SECRET."`
	BaseURL          string   `name:"base-url" placeholder:"URL" help:"This server as browsers see it, such as https://contacts.example.com. The redirect URI to register at the provider is /auth/oidc/callback there."`
	Scope            []string `placeholder:"SCOPE" help:"Scopes to request in addition to openid, profile and email."`
	Name             string   `default:"single sign-on" help:"Name of the provider, for the button of the sign-in page."`
	GroupsClaim      string   `default:"groups" placeholder:"CLAIM" help:"Claim with the groups of a person; realm_access.roles is a claim in an object."`
	Role             []string `sep:";" placeholder:"GROUP=ROLE" help:"Role of the members of a group: ADMIN, AGENT, or the name of a role of the account, such as it=ADMIN. Can be repeated. Of several groups, ADMIN applies before AGENT, and AGENT before roles of the account."`
	Account          string   `placeholder:"NAME" help:"Account that people sign in to by the provider."`
	AccountClaim     string   `placeholder:"CLAIM" help:"Claim with the name of the account, in the place of --oidc-account."`
	TrustEmails      bool     `help:"Treat email addresses as verified if the provider does not report whether they are. Set it only if people cannot choose their address at the provider."`
}

// secretVariable is the environment variable with the client secret. It is not a flag, because
// other users of the machine can see the flags of a process.
const secretVariable = "CONTACTGRAPH_OIDC_CLIENT_SECRET"

// config returns the settings of the provider, nil if there is none. https is whether browsers
// connect by HTTPS.
func (o *oidcSettings) config(ctx context.Context, getenv func(string) string, https bool, log *slog.Logger) (*sso.Config, error) {
	if o.Issuer == "" {
		if o.ClientID != "" || o.BaseURL != "" || len(o.Role) > 0 || o.Account != "" || o.AccountClaim != "" {
			return nil, errors.New("--oidc-issuer is missing: the other settings of the provider need it")
		}
		return nil, nil //nolint:nilnil // there is no provider
	}
	if err := o.check(https); err != nil {
		return nil, err
	}
	roles, err := o.roles()
	if err != nil {
		return nil, err
	}
	secret, err := o.secret(ctx, getenv, log)
	if err != nil {
		return nil, err
	}
	return &sso.Config{
		Name: o.Name, Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: secret, BaseURL: strings.TrimSuffix(o.BaseURL, "/"), Scopes: o.Scope,
		GroupsClaim: o.GroupsClaim, Roles: roles, Account: o.Account, AccountClaim: o.AccountClaim, TrustEmails: o.TrustEmails,
	}, nil
}

func (o *oidcSettings) check(https bool) error {
	if o.ClientID == "" {
		return errors.New("--oidc-client-id is missing: the provider shows it where this server is registered as a client")
	}
	if (o.Account == "") == (o.AccountClaim == "") {
		return errors.New("set either --oidc-account or --oidc-account-claim: they decide which account people sign in to")
	}
	if o.GroupsClaim == "" || o.Name == "" {
		return errors.New("--oidc-groups-claim and --oidc-name must not be empty")
	}
	if _, err := secureURL("--oidc-issuer", o.Issuer); err != nil {
		return err
	}
	base, err := secureURL("--oidc-base-url", o.BaseURL)
	switch {
	case err != nil:
		return err
	case strings.Trim(base.Path, "/") != "":
		return fmt.Errorf("--oidc-base-url is %q, but must not have a path", o.BaseURL)
	case (base.Scheme == schemeHTTPS) != https:
		return fmt.Errorf("--oidc-base-url is %q: it must begin with https:// if --secure-cookies or --tls-certificate is set, and with http:// otherwise", o.BaseURL)
	}
	return nil
}

// The schemes of URLs.
const (
	schemeHTTP  = "http"
	schemeHTTPS = "https"
)

// secureURL fails if a flag is not a URL, or one that others on the network could read along with.
func secureURL(name, text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != schemeHTTPS && u.Scheme != schemeHTTP {
		return nil, fmt.Errorf("%s is %q, but must be a URL such as https://example.com", name, text)
	}
	ip, err := netip.ParseAddr(u.Hostname())
	loopback := u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
	if u.Scheme == schemeHTTP && !loopback {
		return nil, fmt.Errorf("%s is %q, but must begin with https://: others could read secrets on the way", name, text)
	}
	return u, nil
}

// roles returns the names of the roles by group. A group may contain "=".
func (o *oidcSettings) roles() (map[string]string, error) {
	roles := map[string]string{}
	for _, text := range o.Role {
		i := strings.LastIndex(text, "=")
		if i < 1 {
			return nil, fmt.Errorf("--oidc-role is %q, but must be GROUP=ROLE", text)
		}
		group, role := text[:i], text[i+1:]
		if strings.TrimSpace(role) == "" {
			return nil, fmt.Errorf("--oidc-role is %q: the role must be ADMIN, AGENT, or the name of a role of the account", text)
		}
		if roles[group] != "" {
			return nil, fmt.Errorf("--oidc-role: the group %q has two roles", group)
		}
		roles[group] = role
	}
	if len(roles) == 0 {
		return nil, errors.New("--oidc-role is missing: without it, no group has a role, and every sign-in by the provider is rejected")
	}
	return roles, nil
}

// secret returns the client secret. Errors do not contain it.
func (o *oidcSettings) secret(ctx context.Context, getenv func(string) string, log *slog.Logger) (sso.Secret, error) {
	text := getenv(secretVariable)
	if o.ClientSecretFile != "" {
		if text != "" {
			return "", fmt.Errorf("set either --oidc-client-secret-file or %s", secretVariable)
		}
		var err error
		if text, err = cli.ReadSecret(ctx, "oidc-client-secret-file", o.ClientSecretFile, log); err != nil {
			return "", err
		}
	}
	if len(text) < sso.MinSecret {
		return "", fmt.Errorf("the client secret has %d characters, but must have at least %d: set --oidc-client-secret-file or %s to the one that "+
			"the provider has generated", len(text), sso.MinSecret, secretVariable)
	}
	return sso.Secret(text), nil
}
