package schema

import (
	"encoding/json"

	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Change is a row of the log: what one write did. The store numbers it (seq) and inserts it last in the write's own
// transaction. It has no foreign key to the contact, because the log outlives it.
type Change struct{ ent.Schema }

// Mixin of Change.
func (Change) Mixin() []ent.Mixin { return []ent.Mixin{Tenant{Own: "contact_id", Writer: ownContact}} }

// Fields of Change. seq counts within the account, without gaps and in the order of commits; undoes is the version of the
// change which this one takes back. idempotency_key and request_hash stand empty: see IdempotencyKey.
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

// Feed holds the last seq that an account has given out. A write locks its row from numbering to commit, which is what
// makes numbers become visible in order. cut is the last seq whose row retention has deleted, with all before it; null as long as it has deleted none.
type Feed struct{ ent.Schema }

// Mixin of Feed: it is the store's alone.
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

// IdempotencyKey remembers what came of a write that a client has given a key, so that a repeat finds it. It is of the actor, and
// stored in the write's own transaction.
type IdempotencyKey struct{ ent.Schema }

// Mixin of IdempotencyKey. A customer is the actor with its contact's id.
func (IdempotencyKey) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Own: "actor_id", Writer: ownContact}}
}

// Fields of IdempotencyKey. alias tells the mutations of one document apart; outcome is what the write's command returned.
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

// Indexes of IdempotencyKey: the second finds those that have expired.
func (IdempotencyKey) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "actor_kind", "actor_id", "key", "alias").Unique(),
		index.Fields("account_id", "at"),
	}
}
