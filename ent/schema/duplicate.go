package schema

import (
	"time"

	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// The tables of package duplicate follow the change log, so they have no foreign keys to contacts:
// what they have of a contact that is deleted goes when the change is looked at.

// DuplicateKey is a blocking key of a contact: contacts that share one may be the same person. It
// finds the contacts with a key.
type DuplicateKey struct{ ent.Schema }

// Mixin of DuplicateKey: only the server itself reads and writes it.
func (DuplicateKey) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Reader: viewer.System, Writer: viewer.System}}
}

// Fields of DuplicateKey. hash is that of the key.
func (DuplicateKey) Fields() []ent.Field {
	return []ent.Field{field.Int64("hash").Immutable(), field.Int("contact_id").Immutable()}
}

// Indexes of DuplicateKey.
func (DuplicateKey) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id", "hash", "contact_id").Unique()}
}

// DuplicateProfile has the keys of a contact as they are in DuplicateKey.
type DuplicateProfile struct{ ent.Schema }

// Mixin of DuplicateProfile: only the server itself reads and writes it.
func (DuplicateProfile) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Reader: viewer.System, Writer: viewer.System}}
}

// Fields of DuplicateProfile. keys are the hashes, each as 8 bytes.
func (DuplicateProfile) Fields() []ent.Field {
	return []ent.Field{field.Int("contact_id").Immutable(), field.Bytes("keys")}
}

// Indexes of DuplicateProfile.
func (DuplicateProfile) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id", "contact_id").Unique()}
}

// DuplicatePair is a pair of contacts that may be the same person. contact_id is the smaller id.
type DuplicatePair struct{ ent.Schema }

// Mixin of DuplicatePair: package duplicate decides who reads it.
func (DuplicatePair) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Reader: viewer.Agent, Writer: viewer.System}}
}

// Fields of DuplicatePair. score is from 0 to 100. dismissed is whether the pair was marked as
// different persons: it counts as long as the reasons stay the same.
func (DuplicatePair) Fields() []ent.Field {
	return []ent.Field{
		field.Int("contact_id").Immutable(),
		field.Int("other_id").Immutable(),
		field.Int("score"),
		field.String("reasons"),
		field.Bool("dismissed").Default(false),
	}
}

// Indexes of DuplicatePair: the last orders the list of those that are not dismissed.
func (DuplicatePair) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "contact_id", "other_id").Unique(),
		index.Fields("account_id", "other_id"),
		index.Fields("account_id", "dismissed", "score", "id"),
	}
}

// DuplicateState says how far the duplicates of an account have been found.
type DuplicateState struct{ ent.Schema }

// Mixin of DuplicateState: only the server itself reads and writes it.
func (DuplicateState) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Reader: viewer.System, Writer: viewer.System}}
}

// Fields of DuplicateState. Changes up to the sequence number seq have been looked at. In the first
// pass, profiled is the last contact that has a profile, and then compared how many of the slices
// of keys have been compared; both are null afterwards. Until the time lease, only the process with
// the token holder works on the account.
func (DuplicateState) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("seq"),
		field.Int("profiled").Optional().Nillable(),
		field.Int("compared").Optional().Nillable(),
		field.String("holder").Default(""),
		field.Time("lease").Default(func() time.Time { return time.Unix(0, 0).UTC() }),
	}
}

// Indexes of DuplicateState.
func (DuplicateState) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id").Unique()}
}
