package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"contactgraph/internal/people"
	"contactgraph/internal/viewer"
)

// accessLevels maps the values of --other-fields and --field.
var accessLevels = map[string]viewer.Access{"none": viewer.None, "read": viewer.Read, "write": viewer.Write}

// CreateRole is the command that creates a role of an account.
type CreateRole struct {
	OfAccount `embed:""`

	Name        string            `required:"" placeholder:"NAME" help:"Name of the role."`
	OtherFields string            `enum:"none,read,write" default:"write" placeholder:"LEVEL" help:"Access to everything that no --field lists: none, read or write."`
	Field       map[string]string `placeholder:"PATH=LEVEL" help:"Access to one part of a contact, such as email=none or properties.7=read. Can be repeated."`
}

// Run creates the role.
func (c *CreateRole) Run(ctx context.Context, p *Process) error {
	fields := []*people.FieldRight{}
	for _, path := range slices.Sorted(maps.Keys(c.Field)) {
		level, ok := accessLevels[strings.ToLower(c.Field[path])]
		if !ok {
			return fmt.Errorf("--field %s=%s: the level must be none, read or write", path, c.Field[path])
		}
		fields = append(fields, &people.FieldRight{Path: path, Access: level})
	}
	return c.run(ctx, p, func(ctx context.Context, s *people.Service) error {
		r, err := s.CreateRole(ctx, people.RoleChange{Name: &c.Name, Others: new(accessLevels[c.OtherFields]), Fields: fields})
		if err != nil {
			return err
		}
		return c.print(p.Stdout, roleOf(r), "")
	})
}

// ListRoles is the command that lists the roles of an account.
type ListRoles struct {
	OfAccount `embed:""`
}

// Run prints the roles by name.
func (c *ListRoles) Run(ctx context.Context, p *Process) error {
	return c.run(ctx, p, func(ctx context.Context, s *people.Service) error {
		all, err := s.Roles(ctx)
		if err != nil {
			return err
		}
		rows := []string{"ID\tNAME\tOTHERS\tFIELDS"}
		for _, r := range all {
			var fields []string
			for _, f := range r.Fields {
				fields = append(fields, f.Path+"="+f.Access.String())
			}
			rows = append(rows, fmt.Sprintf("%d\t%s\t%s\t%s", r.ID, r.Name, r.Others, cmp.Or(strings.Join(fields, " "), "-")))
		}
		return c.print(p.Stdout, each(all, roleOf), table(rows...))
	})
}

// DeleteRole is the command that deletes a role that neither users nor API keys have.
type DeleteRole struct {
	OfAccount `embed:""`

	ID int `name:"id" required:"" placeholder:"ID" help:"Number of the role, as role list shows it."`
}

// Run deletes the role.
func (c *DeleteRole) Run(ctx context.Context, p *Process) error {
	return c.run(ctx, p, func(ctx context.Context, s *people.Service) error { return s.DeleteRole(ctx, c.ID) })
}

// role is what --json prints.
type role struct {
	ID          int               `json:"id"`
	Name        string            `json:"name"`
	OtherFields string            `json:"otherFields"`
	Fields      map[string]string `json:"fields"`
}

func roleOf(r *people.Role) role {
	shown := role{r.ID, r.Name, r.Others.String(), map[string]string{}}
	for _, f := range r.Fields {
		shown.Fields[f.Path] = f.Access.String()
	}
	return shown
}

// roleNames returns the name of the role of a user or API key: that of the account, if it has one.
func roleNames(ctx context.Context, s *people.Service) (func(people.Assignment) string, error) {
	roles, err := s.Roles(ctx)
	if err != nil {
		return nil, err
	}
	return func(a people.Assignment) string {
		for _, r := range roles {
			if a.RoleID != nil && *a.RoleID == r.ID {
				return r.Name
			}
		}
		return a.Role.String()
	}, nil
}
