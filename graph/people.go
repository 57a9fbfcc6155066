package graph

import (
	"contactgraph/graph/model"
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
