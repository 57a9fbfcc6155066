package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"contactgraph/internal/dberr"
	"contactgraph/internal/people"
	"contactgraph/internal/rekey"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Output is the flag of commands that can print their result as JSON.
type Output struct {
	JSON bool `name:"json" help:"Print the result as JSON."`
}

// print prints a result: v as JSON, or the text.
func (o Output) print(w io.Writer, v any, text string) error {
	if o.JSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(v)
	}
	_, err := io.WriteString(w, text)
	return err
}

// OfAccount are the flags of commands about one account.
type OfAccount struct {
	Settings `embed:""`
	Output   `embed:""`

	Account string `required:"" placeholder:"NAME" help:"Name of the account, in any case."`
}

// run opens the database and runs fn as the server itself in the account.
func (o OfAccount) run(ctx context.Context, p *Process, fn func(context.Context, *people.Service) error) error {
	return o.runServices(ctx, p, func(ctx context.Context, s *Services) error { return fn(ctx, s.People) })
}

// runServices is run with all services.
func (o OfAccount) runServices(ctx context.Context, p *Process, fn func(context.Context, *Services) error) error {
	return o.withServices(ctx, p, func(s *Services) error {
		account, err := s.Account(ctx, o.Account)
		if err != nil {
			return err
		}
		return fn(viewer.NewSystemContext(ctx, account), s)
	})
}

// withServices opens the database and runs fn. It returns the errors that the operator can fix as
// sentences.
func (s Settings) withServices(ctx context.Context, p *Process, fn func(*Services) error) (err error) {
	services, err := s.Open(ctx, slog.New(s.LogHandler(p.Stderr, s.LogLevel)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, services.Close()) }()
	if _, err := services.Keys.Run(ctx, rekey.Outdated); err != nil {
		return err
	}
	err = explainNode(fn(services))
	var errs usererror.Errors
	if !errors.As(err, &errs) {
		return err
	}
	sentences := make([]string, len(errs))
	for i, e := range errs {
		sentences[i] = e.Message
	}
	return errors.New(strings.Join(sentences, " "))
}

// table returns rows, whose cells are separated by tabs, with aligned columns.
func table(rows ...string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, row) //nolint:errcheck // a strings.Builder does not fail
	}
	w.Flush() //nolint:errcheck // the same
	return b.String()
}

// dash is the text of a time that is unknown or does not exist.
func dash(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.UTC().Format(time.DateTime)
}

// account, accountSettings, user and key are what --json prints.
type account struct {
	ID          int        `json:"id"`
	Name        string     `json:"name"`
	SuspendedAt *time.Time `json:"suspendedAt"`
}

func accountOf(a *people.Account) account { return account(*a) }

type accountSettings struct {
	StaffPassword       int  `json:"staffPassword"`
	CustomerPassword    int  `json:"customerPassword"`
	CommonPasswords     bool `json:"commonPasswords"`
	SessionMinutes      int  `json:"sessionMinutes"`
	IdleMinutes         int  `json:"idleMinutes"`
	AuditDays           int  `json:"auditDays"`
	RequireSecondFactor bool `json:"requireSecondFactor"`
	OIDCCreatesUsers    bool `json:"oidcCreatesUsers"`
	AgentsMayTransfer   bool `json:"agentsMayTransfer"`
	OnlyAdminsMerge     bool `json:"onlyAdminsMerge"`
	MergedNotFound      bool `json:"mergedNotFound"`

	DefaultCountry string `json:"defaultCountry"`
}

type user struct {
	ID           int        `json:"id"`
	Login        string     `json:"login"`
	Name         string     `json:"name"`
	Role         string     `json:"role"`
	CustomRole   *int       `json:"customRoleId"`
	CreatedAt    *time.Time `json:"createdAt"`
	LastSignInAt *time.Time `json:"lastSignInAt"`
	DisabledAt   *time.Time `json:"disabledAt"`

	SecondFactor         bool `json:"secondFactor"`
	SecondFactorRequired bool `json:"secondFactorRequired"`

	HasPassword     bool    `json:"hasPassword"`
	Issuer          *string `json:"issuer"`
	ProviderAllowed bool    `json:"providerAllowed"`
}

func userOf(u *people.User) user {
	return user{
		u.ID, u.Login, u.Name, u.Role.String(), u.RoleID, u.CreatedAt, u.LastSignInAt, u.DisabledAt, u.SecondFactor, u.SecondFactorRequired,
		u.HasPassword, u.Issuer, u.ProviderAllowed,
	}
}

type key struct {
	ID          int        `json:"id"`
	Name        string     `json:"name"`
	Role        string     `json:"role"`
	CustomRole  *int       `json:"customRoleId"`
	Prefix      *string    `json:"prefix"`
	ReadOnly    bool       `json:"readOnly"`
	TrustedOnly bool       `json:"trustedOnly"`
	SegmentID   *int       `json:"segmentId"`
	Addresses   []string   `json:"addresses"`
	Origins     []string   `json:"origins"`
	CreatedAt   time.Time  `json:"createdAt"`
	CreatedBy   *string    `json:"createdBy"`
	LastUsedAt  *time.Time `json:"lastUsedAt"`
	ExpiresAt   *time.Time `json:"expiresAt"`
	RevokedAt   *time.Time `json:"revokedAt"`
}

func keyOf(k *people.Key) key {
	return key{
		k.ID, k.Name, k.Role.String(), k.RoleID, k.Prefix, k.ReadOnly, k.TrustedOnly, k.SegmentID,
		append([]string{}, k.Addresses...), append([]string{}, k.Origins...),
		k.CreatedAt, k.CreatedBy, k.LastUsedAt, k.ExpiresAt, k.RevokedAt,
	}
}

// createdKey is a new key with its token.
type createdKey struct {
	key

	Token string `json:"token"`
}

// printCreated prints a new key: without --json only its token.
func (o Output) printCreated(w io.Writer, k *people.CreatedKey) error {
	return o.print(w, createdKey{keyOf(k.Key), k.Token}, k.Token+"\n")
}

// each returns the results of calling of for every element.
func each[T, U any](in []T, of func(T) U) []U {
	out := make([]U, len(in))
	for i, x := range in {
		out[i] = of(x)
	}
	return out
}

// explainNode names the server of a cluster because of which a command has failed. All changes of a
// command are committed together.
func explainNode(err error) error {
	node := dberr.Node(err)
	if node == "" || errors.Is(err, dberr.ErrUnknown) {
		return err
	}
	return fmt.Errorf("the server %s of the database cluster cannot be reached, so nothing was written: start it, and run the command again (%w)", node, err)
}
