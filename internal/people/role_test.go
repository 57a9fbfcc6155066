package people_test

import (
	"context"
	"testing"

	"contactgraph/ent/property"
	"contactgraph/internal/database"
	"contactgraph/internal/people"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

func TestRoles(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	property := f.property("Shoe size")
	role := f.role("Support", people.RoleChange{Others: new(viewer.Read), Fields: []*people.FieldRight{
		{Path: "logins", Access: viewer.None}, {Path: property, Access: viewer.Write}, {Path: "email", Access: viewer.Write},
	}})
	want := &people.Role{ID: role.ID, Name: "Support", Others: viewer.Read, CreatedAt: start, Fields: []*people.FieldRight{
		{Path: "email", Access: viewer.Write}, {Path: property, Access: viewer.Write}, {Path: "logins", Access: viewer.None},
	}}
	if diff := cmp.Diff([]*people.Role{want}, must(f.Roles(f.admin))); diff != "" {
		t.Errorf("the roles (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]*people.Role{nil, want}, must(f.RolesByID(f.agent, []*int{nil, &role.ID}))); diff != "" {
		t.Errorf("the roles by id (-want +got)\n%s", diff)
	}
	for _, ctx := range f.others() {
		if found, err := f.RolesByID(ctx, []*int{&role.ID}); err == nil && found[0] != nil {
			t.Errorf("another viewer sees %v", found[0])
		}
	}
	f.wantAudited(func() {
		got := must(f.UpdateRole(f.admin, people.RoleChange{ID: role.ID, Name: new("Help desk"), Fields: []*people.FieldRight{}}))
		want.Name, want.Fields = "Help desk", []*people.FieldRight{}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the changed role (-want +got)\n%s", diff)
		}
	}, `ROLE_CHANGED by "admin key": "Support" map[name:map[from:Support to:Help desk] rights:map[from:READ email=WRITE logins=NONE `+property+`=WRITE to:READ]]`)
	f.wantAudited(func() { must(f.UpdateRole(f.admin, people.RoleChange{ID: role.ID, Name: new("Help desk")})) })
	f.wantAudited(func() {
		if err := f.DeleteRole(f.admin, role.ID); err != nil {
			t.Fatal(err)
		}
	}, `ROLE_DELETED by "admin key": "Help desk"`)
	if roles := must(f.Roles(f.admin)); len(roles) != 0 {
		t.Errorf("after the deletion there are %v", roles)
	}
}

func TestInvalidRoles(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	role := f.role("Support", people.RoleChange{})
	other := must(f.CreateRole(f.foreign, people.RoleChange{Name: new("Other")}))
	fields := func(paths ...string) []*people.FieldRight {
		var list []*people.FieldRight
		for _, path := range paths {
			list = append(list, &people.FieldRight{Path: path})
		}
		return list
	}
	create := func(c people.RoleChange) func() error {
		return func() error { return errOf(f.CreateRole(f.admin, c)) }
	}
	update := func(c people.RoleChange) func() error {
		return func() error { return errOf(f.UpdateRole(f.admin, c)) }
	}
	f.wantErrors("no name", create(people.RoleChange{}), "REQUIRED name")
	f.wantErrors("a fixed role", create(people.RoleChange{Name: new("Admin")}), "INVALID name")
	f.wantErrors("a name that is taken", create(people.RoleChange{Name: new("SUPPORT")}), "NAME_TAKEN name")
	f.wantErrors("unknown fields", create(people.RoleChange{Name: new("x"), Fields: fields("e-mail", "registrationDateTime", "properties.07", "properties")}),
		"INVALID fields", "INVALID fields", "INVALID fields", "INVALID fields")
	f.wantErrors("an unknown property", create(people.RoleChange{Name: new("x"), Fields: fields("properties.999")}), "PROPERTY_NOT_FOUND fields")
	f.wantErrors("a field twice", create(people.RoleChange{Name: new("x"), Fields: fields("email", "email")}), "DUPLICATE fields")
	f.wantErrors("too many fields", create(people.RoleChange{Name: new("x"), Fields: fields(make([]string, 1001)...)}), "TOO_MANY fields")
	f.wantErrors("a role that does not exist", update(people.RoleChange{ID: 999}), "NOT_FOUND")
	f.wantErrors("a role of another account", update(people.RoleChange{ID: other.ID}), "NOT_FOUND")
	f.wantErrors("deleting a role of another account", func() error { return f.DeleteRole(f.admin, other.ID) }, "NOT_FOUND")

	for _, a := range []struct {
		people.Assignment
		want string
	}{
		{people.Assignment{Role: viewer.Agent, RoleID: &other.ID}, "NOT_FOUND"},
		{people.Assignment{Role: viewer.Admin, RoleID: &role.ID}, "INVALID customRoleId"},
	} {
		f.wantErrors("a user", func() error {
			return errOf(f.CreateUser(f.admin, people.NewUser{Login: "x", Name: "x", Password: new("a long password"), Assignment: a.Assignment}))
		}, a.want)
		f.wantErrors("a key", func() error { return errOf(f.CreateKey(f.admin, people.NewKey{Name: "x", Assignment: a.Assignment})) }, a.want)
	}
}

// TestAssignRoles: users and keys get and lose roles, and a role that they have cannot be deleted.
func TestAssignRoles(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	role := f.role("Support", people.RoleChange{Others: new(viewer.Read)})
	limited := people.Assignment{Role: viewer.Agent, RoleID: &role.ID}
	inUse := func() error { return f.DeleteRole(f.admin, role.ID) }

	key := must(f.CreateKey(f.admin, people.NewKey{Name: "till", Assignment: limited})).Key
	f.wantErrors("a key has the role", inUse, "IN_USE")
	if next := must(f.RotateKey(f.admin, key.ID, 1)).Key; next.RoleID == nil || *next.RoleID != role.ID {
		t.Errorf("the successor has the role %v", next.Assignment)
	} else {
		must(f.RevokeKey(f.admin, next.ID))
	}
	must(f.RevokeKey(f.admin, key.ID))

	uma := f.user("uma", viewer.Agent)
	session := f.session(uma.ID, 0)
	f.wantAudited(func() {
		must(f.UpdateUser(f.admin, people.UserChange{ID: uma.ID, Assigned: &limited}))
	}, `USER_CHANGED by "admin key": "uma" map[customRoleId:map[from:<nil> to:1]]`)
	for _, left := range f.sessions() {
		if left == session {
			t.Error("the session did not end")
		}
	}
	f.wantErrors("a user has the role", inUse, "IN_USE")
	if got := must(f.AssignmentByName(f.admin, "SUPPORT")); cmp.Diff(limited, got) != "" {
		t.Errorf("the role by name is %v", got)
	}
	must(f.UpdateUser(f.admin, people.UserChange{ID: uma.ID, Assigned: &people.Assignment{Role: viewer.Agent}}))
	if err := inUse(); err != nil {
		t.Error(err)
	}
	f.wantErrors("a name that no role has", func() error { return errOf(f.AssignmentByName(f.admin, "Support")) }, "NOT_FOUND role")
}

// A property that is deleted stays in a role that lists it: its old values are in the change log.
func TestRolesKeepDeletedProperties(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	path := f.property("Shoe size")
	fields := []*people.FieldRight{{Path: path, Access: viewer.None}}
	role := f.role("Support", people.RoleChange{Fields: fields})
	f.write(func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Ent.Property.Delete().Where(property.AccountID(f.account)).Exec(ctx)
		return err
	})
	more := append(fields, &people.FieldRight{Path: "email", Access: viewer.Read})
	must(f.UpdateRole(f.admin, people.RoleChange{ID: role.ID, Fields: more}))
	f.wantErrors("a role that does not list it", func() error {
		return errOf(f.CreateRole(f.admin, people.RoleChange{Name: new("x"), Fields: fields}))
	}, "PROPERTY_NOT_FOUND fields")
}
