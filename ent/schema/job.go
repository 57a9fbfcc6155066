package schema

import (
	"encoding/json"

	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Job writes many contacts in the background: what an import has, an update or a deletion. Only the
// server itself writes jobs (see package job); it finds those to run in all accounts.
type Job struct{ ent.Schema }

// Mixin of Job.
func (Job) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Reader: viewer.Agent, Writer: viewer.System, Lookup: true}}
}

// Fields of Job. position is the number of the last item that the current state has finished, which
// is the lowest while a job is reverted. lease_until is how long the process with the name runner
// runs the job; another one may take it afterwards. failure is why a job has FAILED.
func (Job) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").Values("IMPORT", "UPDATE", "DELETE").Immutable(),
		field.Enum("state").Values("UPLOADING", "PLANNING", "PLANNED", "APPLYING", "APPLIED", "REVERTING", "REVERTED", "CANCELED", "FAILED"),
		field.Bool("paused").Default(false),
		field.String("actor_kind").GoType(viewer.ActorKind("")).Immutable(),
		field.Int("actor_id").Immutable(),
		field.String("actor_name").Immutable(),
		field.JSON("options", json.RawMessage{}),
		field.JSON("counts", map[string]int{}),
		field.Int64("position").Default(0),
		field.Int64("size").Default(0),
		field.Time("created_at").Immutable(),
		field.Time("updated_at"),
		field.Time("lease_until").Optional().Nillable(),
		field.String("runner").Optional().Nillable(),
		field.String("failure").Optional().Nillable(),
	}
}

// Edges of Job.
func (Job) Edges() []ent.Edge {
	follow := entsql.OnDelete(entsql.Cascade)
	return []ent.Edge{
		edge.To("items", JobItem.Type).Annotations(follow),
		edge.To("chunks", JobChunk.Type).Annotations(follow),
		edge.To("keys", JobKey.Type).Annotations(follow),
	}
}

// Indexes of Job: the second finds the jobs to run, in all accounts.
func (Job) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id", "id"), index.Fields("state", "lease_until")}
}

// ofJob returns the edge of a row that belongs to one job.
func ofJob(ref string) ent.Edge {
	return edge.From("job", Job.Type).Ref(ref).Field("job_id").Unique().Required().Immutable()
}

// JobItem is what a job does to one contact, or with one row of a file.
type JobItem struct{ ent.Schema }

// Mixin of JobItem.
func (JobItem) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Reader: viewer.Agent, Writer: viewer.System}}
}

// Fields of JobItem. number is that of the row in the file, or counts the contacts of a bulk job.
// seen is the version of the contact that the plan has seen. content is what to write, where the
// job does not write the same to all contacts, and changes what that changes. errors are those of
// the plan, then of the application, then of the revert. written is the version that the item has
// written.
func (JobItem) Fields() []ent.Field {
	return []ent.Field{
		field.Int("job_id").Immutable(),
		field.Int("number").Immutable(),
		field.Enum("action").Values("CREATE", "UPDATE", "DELETE", "SAME", "DUPLICATE", "INVALID").Immutable(),
		field.Int("contact_id").Optional().Nillable(),
		field.Int64("seen").GoType(revision.Version(0)).Optional().Nillable().Immutable(),
		field.JSON("content", json.RawMessage{}).Optional(),
		field.JSON("changes", []revision.FieldChange{}).Optional(),
		field.JSON("errors", json.RawMessage{}).Optional(),
		field.Enum("outcome").Values("APPLIED", "UNCHANGED", "CONFLICT", "REFUSED", "REVERTED", "KEPT").Optional().Nillable(),
		field.Int64("written").GoType(revision.Version(0)).Optional().Nillable(),
	}
}

// Edges of JobItem. There is none to the contact, which may be deleted.
func (JobItem) Edges() []ent.Edge { return []ent.Edge{ofJob("items")} }

// Indexes of JobItem: the third finds the contacts that a job has written, and what jobs have of a
// contact that is erased.
func (JobItem) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "job_id", "number").Unique(),
		index.Fields("account_id", "job_id", "action", "number"),
		index.Fields("account_id", "job_id", "contact_id").Annotations(entsql.IndexWhere("contact_id IS NOT NULL")),
		index.Fields("account_id", "job_id", "outcome", "number").Annotations(entsql.IndexWhere("outcome IS NOT NULL")),
	}
}

// JobChunk is a part of the file of an import, so that every process can read it.
type JobChunk struct{ ent.Schema }

// Mixin of JobChunk.
func (JobChunk) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Reader: viewer.System, Writer: viewer.System}}
}

// Fields of JobChunk. position is the position of its first byte in the file.
func (JobChunk) Fields() []ent.Field {
	return []ent.Field{
		field.Int("job_id").Immutable(),
		field.Int64("position").Immutable(),
		field.Bytes("data").Immutable(),
	}
}

// Edges of JobChunk.
func (JobChunk) Edges() []ent.Edge { return []ent.Edge{ofJob("chunks")} }

// Indexes of JobChunk.
func (JobChunk) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id", "job_id", "position").Unique()}
}

// JobKey is a unique key in a row of the file of an import: a later row with the same key is a
// duplicate. Keys are deleted when the import is planned.
type JobKey struct{ ent.Schema }

// Mixin of JobKey.
func (JobKey) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Reader: viewer.System, Writer: viewer.System}}
}

// Fields of JobKey. hash has 64 bits of the SHA-256 of the key and its kind, number is that of the
// row.
func (JobKey) Fields() []ent.Field {
	return []ent.Field{
		field.Int("job_id").Immutable(),
		field.Int64("hash").Immutable(),
		field.Int64("number").Immutable(),
	}
}

// Edges of JobKey.
func (JobKey) Edges() []ent.Edge { return []ent.Edge{ofJob("keys")} }

// Indexes of JobKey.
func (JobKey) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id", "job_id", "hash").Unique()}
}
