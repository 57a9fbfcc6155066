package schema

import (
	"encoding/json"

	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Change is a row of the change log: one write. internal/database numbers it (seq), and inserts it at
// the end of the write's transaction. It has no foreign key to the contact, because changes remain when
// the contact is deleted.
type Change struct{ ent.Schema }

// Mixin of Change.
func (Change) Mixin() []ent.Mixin { return []ent.Mixin{Tenant{Own: "contact_id", Writer: ownContact}} }

// Fields of Change. seq is the position in the account's log, without gaps and in the order of commits.
// undoes is the version of the change that this one undoes. idempotency_key and request_hash are always
// empty: see IdempotencyKey.
func (Change) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("seq").Immutable(),
		field.Int("contact_id").Immutable(),
		field.Int64("version").GoType(revision.Version(0)).Immutable(),
		field.Enum("kind").Values("CREATE", "UPDATE", "DETAILS", "DELETE", "ERASE").Immutable(),
		field.String("actor_kind").GoType(viewer.ActorKind("")).Immutable(),
		field.Int("actor_id").Immutable(),
		field.String("actor_name").Immutable(),
		field.Enum("source").Values("GRAPHQL", "REST", "ISERVICE", "IMPORT").Immutable(),
		field.Time("at").Immutable(),
		field.JSON("fields", []revision.FieldChange{}),
		field.Int64("undoes").GoType(revision.Version(0)).Optional().Nillable().Immutable(),
		field.String("idempotency_key").Optional().Nillable().Immutable(),
		field.Bytes("request_hash").Optional().Immutable(),
	}
}

// Indexes of Change.
func (Change) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "seq").Unique(),
		index.Fields("account_id", "contact_id", "version").Unique(),
	}
}

// Feed has the last seq that an account has assigned. A write locks the account's row from the
// assignment to the commit, so that numbers become visible in order. Retention has deleted all rows up
// to cut; cut is null if it has deleted none.
type Feed struct{ ent.Schema }

// Mixin of Feed: only internal/database accesses it.
func (Feed) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Reader: viewer.System, Writer: viewer.System}}
}

// Fields of Feed.
func (Feed) Fields() []ent.Field {
	return []ent.Field{field.Int64("seq").Default(0), field.Int64("cut").Optional()}
}

// Indexes of Feed.
func (Feed) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id").Unique()}
}

// IdempotencyKey stores the result of a write that a client sent with an idempotency key, for repeated
// requests. It belongs to the actor, and is stored in the transaction of the write.
type IdempotencyKey struct{ ent.Schema }

// Mixin of IdempotencyKey. The actor id of a customer is the id of its contact.
func (IdempotencyKey) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Own: "actor_id", Writer: ownContact}}
}

// Fields of IdempotencyKey. alias distinguishes the mutations of one document; outcome is the result of
// the write.
func (IdempotencyKey) Fields() []ent.Field {
	return []ent.Field{
		field.String("actor_kind").GoType(viewer.ActorKind("")).Immutable(),
		field.Int("actor_id").Immutable(),
		field.String("key").Immutable().Sensitive(),
		field.String("alias").Immutable(),
		field.Bytes("request_hash").Immutable(),
		field.Time("at").Immutable(),
		field.JSON("outcome", json.RawMessage{}).Immutable(),
	}
}

// Indexes of IdempotencyKey: the second finds expired keys.
func (IdempotencyKey) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "actor_kind", "actor_id", "key", "alias").Unique(),
		index.Fields("account_id", "at"),
	}
}
