package job

import (
	"context"
	"io"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/importfile"
	"contactgraph/internal/viewer"
)

// Summary is an import as the command line and the HTTP API show it.
type Summary struct {
	ID      int     `json:"id"`
	State   string  `json:"state"`
	Paused  bool    `json:"paused"`
	Failure *string `json:"failure"` // why it has FAILED
	// Progress is the part of the current state that is done, from 0 to 1; null if it is unknown.
	Progress *float64 `json:"progress"`

	Rows      int `json:"rows"` // that are planned
	Create    int `json:"create"`
	Update    int `json:"update"`
	Same      int `json:"same"`
	Duplicate int `json:"duplicate"`
	Invalid   int `json:"invalid"`

	Applied   int `json:"applied"`
	Unchanged int `json:"unchanged"`
	Conflict  int `json:"conflict"`
	Refused   int `json:"refused"`
	Reverted  int `json:"reverted"`
	Kept      int `json:"kept"`

	FileName  string              `json:"fileName"`
	Size      int64               `json:"size"` // of the file in bytes, so far
	KeepIDs   bool                `json:"keepIds"`
	Policy    ImportPolicy        `json:"policy"`
	Match     []string            `json:"match"`
	Mapping   *importfile.Mapping `json:"mapping"` // null until it was guessed
	CreatedAt time.Time           `json:"createdAt"`
	UpdatedAt time.Time           `json:"updatedAt"`
}

// Summarize returns the summary of an import.
func Summarize(row *ent.Job) (*Summary, error) {
	i, err := FileOf(row)
	if err != nil {
		return nil, err
	}
	if i == nil {
		i = &Import{}
	}
	n := row.Counts
	return &Summary{
		ID: row.ID, State: string(row.State), Paused: row.Paused, Failure: row.Failure, Progress: ProgressOf(row),
		Rows: n[CountItems], Create: n["CREATE"], Update: n["UPDATE"], Same: n["SAME"], Duplicate: n["DUPLICATE"], Invalid: n["INVALID"],
		Applied: n["APPLIED"], Unchanged: n["UNCHANGED"], Conflict: n["CONFLICT"], Refused: n["REFUSED"], Reverted: n["REVERTED"], Kept: n["KEPT"],
		FileName: i.FileName, Size: row.Size, KeepIDs: i.KeepIDs, Policy: i.Policy, Match: i.match(), Mapping: i.Mapping,
		CreatedAt: row.CreatedAt.UTC(), UpdatedAt: row.UpdatedAt.UTC(),
	}, nil
}

// Preview is what is known of a file before it is planned.
type Preview struct {
	importfile.Info

	Columns []importfile.Column `json:"columns"` // of the first rows, with samples
	Guess   importfile.Mapping  `json:"guess"`
	Targets []string            `json:"targets"` // what a column can become
}

// PreviewOf reads the start of the file of an import. It is for admins and the creator of the
// import, and fails as OpenErrors does.
func (s *Service) PreviewOf(ctx context.Context, id int) (*Preview, error) {
	row, i, err := s.ownImport(ctx, id)
	if err != nil {
		return nil, err
	}
	properties, err := s.catalog.Properties(viewer.NewSystemContext(ctx, row.AccountID))
	if err != nil {
		return nil, err
	}
	c := importfile.Catalog{Properties: properties}
	var below io.Reader
	if below, err = s.openFile(ctx, row); err != nil {
		return nil, err
	}
	f, err := importfile.Open(below, i.File)
	if err != nil {
		return nil, explainFile(err)
	}
	m, err := f.Guess(c, i.Preset)
	if err != nil {
		return nil, explainFile(err)
	}
	return &Preview{Info: f.Info(), Columns: f.Columns(), Guess: m, Targets: c.Targets()}, nil
}
