package job

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/account"
	"contactgraph/ent/job"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/importfile"
	"contactgraph/internal/interchange"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// ImportPolicy says what an import may do to contacts.
type ImportPolicy string

// The policies. The zero value is Upsert.
const (
	Upsert     ImportPolicy = "upsert" // it updates contacts that exist, and creates the others
	CreateOnly ImportPolicy = "create" // rows about contacts that exist are duplicates
	UpdateOnly ImportPolicy = "update" // rows about contacts that do not exist are invalid
)

// Policies lists the policies of imports.
func Policies() []ImportPolicy { return []ImportPolicy{Upsert, CreateOnly, UpdateOnly} }

// Import is how the rows of a file become contacts.
type Import struct {
	FileName string             `json:"fileName,omitempty"` // for people
	File     importfile.Options `json:"file"`
	// Preset is the name of the program that wrote the file, for guessing a mapping; "" if it is to
	// be recognized.
	Preset string `json:"preset,omitempty"`
	// Mapping is nil until it was guessed, which the plan does.
	Mapping *importfile.Mapping `json:"mapping,omitempty"`
	// Match lists the keys by which contacts are found, the first that is found counts: MatchKeys.
	// The default has all but contactId, which is among them if KeepIDs is set: the ids of another
	// system are those of other contacts here.
	Match  []string     `json:"match,omitempty"`
	Policy ImportPolicy `json:"policy,omitempty"`
	// KeepIDs keeps the ids, secrets, times of registration and hashes of passwords that the file
	// has. It is for admins.
	KeepIDs bool `json:"keepIds,omitempty"`

	// Missing are the names that the plan has found in the file and not in the account, and that
	// are created before the import is applied.
	Missing Names `json:"missing,omitzero"`
}

// Names are names of reference data.
type Names struct {
	Stores    []string `json:"stores,omitempty"`
	Companies []string `json:"companies,omitempty"`
	Segments  []string `json:"segments,omitempty"`
}

func (n *Names) count() int { return len(n.Stores) + len(n.Companies) + len(n.Segments) }

// MatchKeys lists the keys by which imports can find contacts, in the default order.
func MatchKeys() []string {
	return []string{interchange.PathContactID, field.PathExternalIDs, field.PathLogins, field.Email.Path, field.Phone.Path}
}

// match returns the keys by which contacts are found.
func (i *Import) match() []string {
	switch {
	case len(i.Match) > 0:
		return i.Match
	case i.KeepIDs:
		return MatchKeys()
	}
	return MatchKeys()[1:]
}

// NewImport says which import to create.
type NewImport struct {
	Import

	// OnConflict decides about contacts that have changed since they were planned.
	OnConflict contact.Policy
	// ApplyNow applies the import as soon as it is planned.
	ApplyNow bool
}

// CreateImport creates an import, whose file is then sent by Upload, until Plan. It is for admins,
// and for agents if the account allows it. It fails with Forbidden for others, and with Invalid for
// what is wrong with the input.
func (s *Service) CreateImport(ctx context.Context, n NewImport) (*ent.Job, error) {
	v, err := s.authorizeImport(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.checkImport(ctx, v, &n.Import).OrNil(); err != nil {
		return nil, err
	}
	details := map[string]any{"keepIds": n.KeepIDs}
	if n.FileName != "" {
		details["file"] = n.FileName
	}
	return s.insert(ctx, v, job.KindIMPORT, job.StateUPLOADING, Options{OnConflict: n.OnConflict, ApplyNow: n.ApplyNow, Import: &n.Import}, details)
}

// authorizeImport returns the viewer if it may import.
func (s *Service) authorizeImport(ctx context.Context) (viewer.Viewer, error) {
	v, err := authorize(ctx)
	return s.mayTransfer(ctx, v, err)
}

// mayTransfer returns the viewer if it may move contacts in and out: admins, and agents if the
// account allows it. It fails with the error that it is given.
func (s *Service) mayTransfer(ctx context.Context, v viewer.Viewer, err error) (viewer.Viewer, error) {
	if err != nil || v.Is(viewer.Admin) {
		return v, err
	}
	own, err := s.db.Client().Account.Query().Where(account.ID(v.Account)).Only(ctx)
	if err == nil && !own.Settings.AgentsMayTransfer {
		err = usererror.Errors{usererror.NewForbidden("", "Only admins may import contacts, unless the account allows it to agents.")}
	}
	return v, err
}

// The paths of errors about an import.
const (
	pathMapping = "mapping"
	pathMatch   = "match"
	pathPolicy  = "policy"
	pathKeepIDs = "keepIds"
)

// checkImport returns what is wrong with the input of an import.
func (s *Service) checkImport(ctx context.Context, v viewer.Viewer, i *Import) (errs usererror.Errors) {
	if i.KeepIDs && !v.Is(viewer.Admin) {
		return usererror.Errors{usererror.NewForbidden(pathKeepIDs, "Only admins may import contacts with their ids, secrets and passwords.")}
	}
	for _, path := range i.Match {
		switch {
		case !slices.Contains(MatchKeys(), path):
			errs.Add(usererror.Invalid, pathMatch, "Contacts cannot be found by %q: use %v.", path, MatchKeys())
		case !contact.CanFindBy(v, path):
			return usererror.Errors{usererror.NewForbidden(pathMatch, "Your role may not find contacts by "+path+".")}
		}
	}
	if i.Match == nil {
		i.Match = slices.DeleteFunc(slices.Clone(i.match()), func(path string) bool { return !contact.CanFindBy(v, path) })
	}
	if i.Policy == "" {
		i.Policy = Upsert
	}
	if !slices.Contains(Policies(), i.Policy) {
		errs.Add(usererror.Invalid, pathPolicy, "The policy is %q: use upsert, create or update.", i.Policy)
	}
	if i.Mapping != nil {
		s.checkMapping(ctx, v, i, &errs)
	}
	if v.Role == viewer.Agent && i.Mapping != nil && i.Mapping.Missing == importfile.MissingCreate {
		return usererror.Errors{usererror.NewForbidden(pathMapping, "Only admins may create stores, companies and segments.")}
	}
	return errs
}

// checkMapping adds what is wrong with the mapping of an import.
func (s *Service) checkMapping(ctx context.Context, v viewer.Viewer, i *Import, errs *usererror.Errors) {
	properties, err := s.catalog.Properties(viewer.NewSystemContext(ctx, v.Account))
	if err == nil {
		err = i.Mapping.Check(importfile.Catalog{Properties: properties})
	}
	if err != nil {
		errs.Add(usererror.Invalid, pathMapping, "%s.", err)
	}
}

// Plan plans an import whose file was sent completely, or plans one again that has written nothing
// yet. With a mapping, it replaces the one that the import has. It fails as Apply does, and with
// Invalid for a mapping that cannot be followed.
func (s *Service) Plan(ctx context.Context, id int, m *importfile.Mapping) (*ent.Job, error) {
	row, err := s.importIn(ctx, id, toPlan)
	if err != nil {
		return nil, err
	}
	o, err := optionsOf(row)
	if err != nil {
		return nil, err
	}
	if m != nil {
		v, _ := viewer.FromContext(ctx)
		o.Import.Mapping = m
		if err := s.checkImport(ctx, v, o.Import).OrNil(); err != nil {
			return nil, err
		}
	}
	o.Import.Missing = Names{}
	options, err := encodeInput(o)
	if err != nil {
		return nil, err
	}
	return s.change(ctx, id, &transition{"planned", toPlan, "", func(u *ent.JobUpdate) {
		u.SetState(job.StatePLANNING).SetPosition(0).SetCounts(map[string]int{}).SetOptions(options)
	}})
}

// toPlan are the states in which an import can be planned: it has written nothing.
var toPlan = []job.State{job.StateUPLOADING, job.StatePLANNED}

// importIn returns an import of the viewer that is in one of the states.
func (s *Service) importIn(ctx context.Context, id int, states []job.State) (*ent.Job, error) {
	v, err := s.authorizeImport(ctx)
	if err != nil {
		return nil, err
	}
	row, err := s.GetImport(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case !v.Is(viewer.Admin) && !isOwn(v, row):
		return nil, usererror.Errors{usererror.NewForbidden("", "Only admins may control the jobs of others.")}
	case !slices.Contains(states, row.State):
		return nil, usererror.Errors{{Code: usererror.Invalid, Path: "id", Message: fmt.Sprintf("The import is %s: it cannot be changed any more.", row.State)}}
	}
	return row, nil
}

// FileOf returns the import that a job is; nil for other jobs.
func FileOf(row *ent.Job) (*Import, error) {
	o, err := optionsOf(row)
	return o.Import, err
}

// errNoFile is the error of a file that was deleted.
var errNoFile = usererror.Errors{{Code: usererror.NotFound, Message: "The file of this import has been deleted."}}

// isFileError reports whether the rest of a file cannot be read, or its mapping not be followed.
func isFileError(err error) (reason string, ok bool) {
	if e, ok := errors.AsType[*importfile.FileError](err); ok {
		return e.Error(), true
	}
	if e, ok := errors.AsType[*importfile.MappingError](err); ok {
		return e.Error(), true
	}
	return "", false
}
