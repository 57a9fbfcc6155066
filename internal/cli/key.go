package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"contactgraph/internal/auth"
	"contactgraph/internal/people"
	"contactgraph/internal/viewer"
)

// CreateKey is the command that creates an API key.
type CreateKey struct {
	OfAccount `embed:""`

	NewAccount  bool       `help:"Create the account first."`
	Name        string     `required:"" placeholder:"NAME" help:"Name of the key in the change log."`
	Role        string     `required:"" placeholder:"ROLE" help:"Role of the key: admin, agent, or the name of a role of the account."`
	ReadOnly    bool       `help:"The key can only read."`
	TrustedOnly bool       `help:"The key can only run trusted documents of the GraphQL API: see --trusted-documents of serve."`
	Segment     *int       `placeholder:"ID" help:"Number of a segment: the key can access only the contacts in it. For agents only."`
	ExpiresAt   *time.Time `placeholder:"TIME" help:"Time as in RFC 3339 at which the key expires. Default: it does not expire."`
	Addresses   []string   `placeholder:"PREFIX" help:"Addresses that may use the key, separated by commas: single ones, or prefixes such as 192.0.2.0/24. Default: all."`
	Origins     []string   `placeholder:"ORIGIN" help:"Origins of the web pages that may use the key, separated by commas, such as https://app.example.com. Other clients may not. Default: all clients."`
}

// Run creates the key. Without --json, it writes only the token to standard output.
func (c *CreateKey) Run(ctx context.Context, p *Process) error {
	return c.withServices(ctx, p, func(s *Services) error {
		created, err := c.create(ctx, s)
		if err != nil {
			return err
		}
		return c.printCreated(p.Stdout, created)
	})
}

func (c *CreateKey) create(ctx context.Context, s *Services) (*people.CreatedKey, error) {
	account := 0 // a new one has no roles of its own
	if !c.NewAccount {
		var err error
		if account, err = s.Account(ctx, c.Account); err != nil {
			return nil, err
		}
	}
	ctx = viewer.NewSystemContext(ctx, account)
	assigned, err := s.People.AssignmentByName(ctx, c.Role)
	if err != nil {
		return nil, err
	}
	key := people.NewKey{
		Name: c.Name, Assignment: assigned, ReadOnly: c.ReadOnly, TrustedOnly: c.TrustedOnly, SegmentID: c.Segment,
		ExpiresAt: c.ExpiresAt, Addresses: c.Addresses, Origins: c.Origins,
	}
	if !c.NewAccount {
		return s.People.CreateKey(ctx, key)
	}
	created, err := s.People.CreateAccountWithKey(ctx, c.Account, key)
	if errors.Is(err, auth.ErrNameTaken) {
		err = fmt.Errorf("account %q already exists: omit --new-account, or choose another name", c.Account)
	}
	return created, err
}

// ListKeys is the command that lists the API keys of an account.
type ListKeys struct {
	OfAccount `embed:""`
}

// Run prints the keys by id.
func (c *ListKeys) Run(ctx context.Context, p *Process) error {
	return c.run(ctx, p, func(ctx context.Context, s *people.Service) error {
		all, err := s.Keys(ctx)
		if err != nil {
			return err
		}
		roleOf, err := roleNames(ctx, s)
		if err != nil {
			return err
		}
		rows := []string{"ID\tNAME\tROLE\tLIMITS\tPREFIX\tLAST USED\tEXPIRES\tREVOKED"}
		for _, k := range all {
			prefix := "-"
			if k.Prefix != nil {
				prefix = *k.Prefix
			}
			rows = append(rows, fmt.Sprintf("%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s",
				k.ID, k.Name, roleOf(k.Assignment), limitsOf(k), prefix, dash(k.LastUsedAt), dash(k.ExpiresAt), dash(k.RevokedAt)))
		}
		return c.print(p.Stdout, each(all, keyOf), table(rows...))
	})
}

// limitsOf names what limits a key apart from its role; --json has the addresses and origins.
func limitsOf(k *people.Key) string {
	var limits []string
	if k.ReadOnly {
		limits = append(limits, "read-only")
	}
	if k.TrustedOnly {
		limits = append(limits, "trusted documents")
	}
	if k.SegmentID != nil {
		limits = append(limits, fmt.Sprintf("segment %d", *k.SegmentID))
	}
	if len(k.Addresses) > 0 {
		limits = append(limits, "addresses")
	}
	if len(k.Origins) > 0 {
		limits = append(limits, "origins")
	}
	return cmp.Or(strings.Join(limits, ", "), "-")
}

// RevokeKey is the command that revokes an API key.
type RevokeKey struct {
	OfAccount `embed:""`

	ID int `name:"id" required:"" placeholder:"ID" help:"Number of the key, as key list shows it."`
}

// Run revokes the key.
func (c *RevokeKey) Run(ctx context.Context, p *Process) error {
	return c.run(ctx, p, func(ctx context.Context, s *people.Service) error {
		k, err := s.RevokeKey(ctx, c.ID)
		if err != nil {
			return err
		}
		return c.print(p.Stdout, keyOf(k), "")
	})
}

// RotateKey is the command that creates a successor of an API key.
type RotateKey struct {
	OfAccount `embed:""`

	ID           int `name:"id" required:"" placeholder:"ID" help:"Number of the key, as key list shows it."`
	OverlapHours int `default:"24" help:"Hours for which the old key stays valid: 0 to 720."`
}

// Run creates the successor. Without --json, it writes only the token to standard output.
func (c *RotateKey) Run(ctx context.Context, p *Process) error {
	return c.run(ctx, p, func(ctx context.Context, s *people.Service) error {
		created, err := s.RotateKey(ctx, c.ID, c.OverlapHours)
		if err != nil {
			return err
		}
		return c.printCreated(p.Stdout, created)
	})
}
