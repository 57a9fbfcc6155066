package graph

import (
	"context"

	"contactgraph/graph/model"
	"contactgraph/internal/globalid"
	"contactgraph/internal/people"
	"contactgraph/internal/viewer"
)

func userPayload(u *people.User, err error) (*model.UserPayload, error) {
	errs, err := payloadErrors(err)
	return &model.UserPayload{User: u, Errors: errs}, err
}

// createdKeyPayload returns a key with its token, which a replay does not have.
func createdKeyPayload(k *people.CreatedKey, err error) (*model.CreateAPIKeyPayload, error) {
	errs, err := payloadErrors(err)
	p := &model.CreateAPIKeyPayload{Errors: errs}
	if k == nil {
		return p, err
	}
	p.APIKey = k.Key
	if k.Token != "" {
		p.Token = &k.Token
	}
	return p, err
}

// assignmentOf returns a role with the id of a role of the account, nil for none.
func assignmentOf(role viewer.Role, custom *string) people.Assignment {
	a := people.Assignment{Role: role}
	if custom != nil {
		a.RoleID = new(globalid.Of("Role", *custom))
	}
	return a
}

// newAssignment is assignmentOf for a change, nil for none. A role of the account is one of agents.
func newAssignment(role *viewer.Role, custom *string) *people.Assignment {
	switch {
	case role != nil:
		return new(assignmentOf(*role, custom))
	case custom != nil:
		return new(assignmentOf(viewer.Agent, custom))
	}
	return nil
}

func rolePayload(r *people.Role, err error) (*model.RolePayload, error) {
	errs, err := payloadErrors(err)
	return &model.RolePayload{Role: r, Errors: errs}, err
}

// proof is how a user proves who it is.
func proof(password string, code *string) people.Proof {
	return people.Proof{Password: password, Code: valueOf(code)}
}

// valueOf returns a text, "" for none.
func valueOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// newSecondFactorPayload returns a second factor with its secrets, which a replay does not have.
func newSecondFactorPayload(f *people.NewSecondFactor, err error) (*model.SetUpSecondFactorPayload, error) {
	errs, err := payloadErrors(err)
	p := &model.SetUpSecondFactorPayload{Errors: errs}
	if f != nil && len(f.Secret) > 0 {
		p.Secret, p.URI, p.QRCode = new(f.Secret.Text()), &f.URI, &f.QRCode
	}
	return p, err
}

// recoveryCodesPayload returns recovery codes, which a replay does not have.
func recoveryCodesPayload(c *people.NewRecoveryCodes, err error) (*model.RecoveryCodesPayload, error) {
	errs, err := payloadErrors(err)
	p := &model.RecoveryCodesPayload{Errors: errs}
	if c != nil {
		p.RecoveryCodes = c.Codes
	}
	return p, err
}

// secondFactorsOf returns the second factor of each viewer. It doesn't use the viewer of the
// context: see pathsOf.
func (r *Resolver) secondFactorsOf(ctx context.Context, shown []*model.Viewer) ([]*people.SecondFactor, error) {
	factors := make([]*people.SecondFactor, len(shown))
	for i, s := range shown {
		var err error
		if factors[i], err = r.people.SecondFactorOf(ctx, s.Caller); err != nil {
			return nil, err
		}
	}
	return factors, nil
}

// contactOf returns the id of the contact of a session, 0 if it is a session of a user.
func contactOf(s *people.Session) int {
	if s.ContactID == nil {
		return 0
	}
	return *s.ContactID
}

// auditFilterOf translates a filter of the audit log.
func auditFilterOf(in *model.AuditFilter) people.AuditFilter {
	if in == nil {
		return people.AuditFilter{}
	}
	f := people.AuditFilter{Action: in.Action.Value(), ActorID: in.ActorID.Value(), From: in.From.Value(), To: in.To.Value()}
	if typ := in.ActorType.Value(); typ != nil {
		f.ActorKind = new(actorKinds[*typ])
	}
	return f
}

var actorKinds = map[model.ActorType]viewer.ActorKind{
	model.ActorTypeAPIKey: viewer.ActorKey, model.ActorTypeUser: viewer.ActorUser,
	model.ActorTypeContact: viewer.ActorContact, model.ActorTypeSystem: viewer.ActorSystem,
}
