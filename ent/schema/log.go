package schema

import (
	"encoding/json"

	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Change is a row of the change log: what one write did. The database package numbers it (seq) and
// inserts it last in the write's own transaction. It has no foreign key to the contact, because the
// log outlives the contact.
type Change struct{ ent.Schema }

// Mixin of Change.
func (Change) Mixin() []ent.Mixin { return []ent.Mixin{Tenant{Own: "contact_id", Writer: ownContact}} }

// Fields of Change. seq counts within the account in the order of commits, without gaps but for
// those of restores (see database.DB.Restored); undoes is the version of the change that this one
// undoes. job_id is the job that made it (see Job), which may have been deleted since. merged names
// the other changes of a merge, and in an ERASE, the contacts whose changes had values of this one;
// it is null otherwise.
func (Change) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("seq").Immutable(),
		field.Int("contact_id").Immutable(),
		field.Int64("version").GoType(revision.Version(0)).Immutable(),
		field.Enum("kind").Values("CREATE", "UPDATE", "DETAILS", "DELETE", "ERASE", "MERGE", "MERGED").Immutable(),
		field.String("actor_kind").GoType(viewer.ActorKind("")).Immutable(),
		field.Int("actor_id").Immutable(),
		field.String("actor_name").Immutable(),
		field.Enum("source").Values("GRAPHQL", "REST", "ISERVICE", "IMPORT").Immutable(),
		field.Time("at").Immutable(),
		field.JSON("fields", []revision.FieldChange{}),
		field.Int64("undoes").GoType(revision.Version(0)).Optional().Nillable().Immutable(),
		field.Int("job_id").Optional().Nillable().Immutable(),
		field.JSON("merged", &revision.Merged{}).Optional().Immutable(),
	}
}

// Indexes of Change: the last finds deletions.
func (Change) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "seq").Unique(),
		index.Fields("account_id", "contact_id", "version").Unique(),
		index.Fields("account_id", "seq").StorageKey("change_deletions").Annotations(entsql.IndexWhere("kind = 'DELETE'")),
	}
}

// Feed is the counter of an account's change log. seq is the last number that was assigned; it
// begins after start, which is random (see database.LogStart), and leaps after a restore. A write
// locks the row from numbering to commit, which makes numbers become visible in order. cut is the
// last number whose row retention has deleted, with all rows before it; null if it has deleted
// none.
type Feed struct{ ent.Schema }

// Mixin of Feed: only the server itself reads and writes it.
func (Feed) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Reader: viewer.System, Writer: viewer.System}}
}

// Fields of Feed.
func (Feed) Fields() []ent.Field {
	return []ent.Field{field.Int64("seq").Default(0), field.Int64("cut").Optional(), field.Int64("start").Optional().Immutable()}
}

// Indexes of Feed.
func (Feed) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id").Unique()}
}

// IdempotencyKey is the outcome of a write to which a client gave a key, so that a repeat returns
// the same. It belongs to the actor, and is stored in the write's own transaction.
type IdempotencyKey struct{ ent.Schema }

// Mixin of IdempotencyKey. A customer is the actor with its contact's id.
func (IdempotencyKey) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Own: "actor_id", Writer: ownContact}}
}

// Fields of IdempotencyKey. alias distinguishes the mutations of one document; outcome is what the
// write's command returned.
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
