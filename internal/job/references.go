package job

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"contactgraph/ent"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/importfile"
	"contactgraph/internal/interchange"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// This file resolves what the rows of a file refer to: stores, companies, segments and properties.

// maxMissing is how many names of a kind an import can create.
const maxMissing = 10_000

// kind is the reference data of one kind: their ids by name and their names by id.
type kind struct {
	noun   string
	code   usererror.Code
	byName map[string]int
	names  map[int]string
	listed map[string]bool // the names of the list that lists was asked for
}

func newKind[T any](noun string, code usererror.Code, all []T, of func(T) (int, string)) *kind {
	k := &kind{noun: noun, code: code, byName: map[string]int{}, names: map[int]string{}, listed: map[string]bool{}}
	for _, one := range all {
		id, name := of(one)
		k.names[id] = name
		if _, taken := k.byName[name]; !taken { // of several with one name, the oldest counts
			k.byName[name] = id
		}
	}
	return k
}

// references are the reference data of an account.
type references struct {
	stores, companies, segments *kind
	properties                  map[string]*ent.Property // by their keys in exports
	catalog                     importfile.Catalog
}

// readReferences reads the reference data of the account.
func (r *run) readReferences(ctx context.Context) error {
	ctx = viewer.NewSystemContext(ctx, r.row.AccountID) // names are resolved for everyone who may write the field
	stores, err := r.catalog.Stores(ctx)
	if err != nil {
		return err
	}
	companies, err := r.catalog.Companies(ctx)
	if err != nil {
		return err
	}
	segments, err := r.catalog.Segments(ctx)
	if err != nil {
		return err
	}
	properties, err := r.catalog.Properties(ctx)
	if err != nil {
		return err
	}
	r.references = &references{
		stores:     newKind("store", usererror.StoreNotFound, stores, func(s *ent.Store) (int, string) { return s.ID, s.Name }),
		companies:  newKind("company", usererror.CompanyNotFound, companies, func(c *ent.Company) (int, string) { return c.ID, c.Name }),
		segments:   newKind("segment", usererror.SegmentNotFound, segments, func(s *ent.Segment) (int, string) { return s.ID, s.Name }),
		properties: make(map[string]*ent.Property, len(properties)),
		catalog:    importfile.Catalog{Properties: properties},
	}
	keys := interchange.PropertyKeys(properties)
	for _, p := range properties {
		r.references.properties[keys[p.ID]] = p
	}
	return nil
}

// find returns the id that a reference stands for; 0 if there is none. The id of a file counts if
// it has no name, or its object has this name.
func (k *kind) find(ref interchange.Reference) int {
	name, known := k.names[ref.ID]
	if known && (ref.Name == "" || ref.Name == name) {
		return ref.ID
	}
	return k.byName[ref.Name]
}

// lists reports whether a list has the name: of the same list each time, which only grows.
func (k *kind) lists(list []string, name string) bool {
	if len(k.listed) != len(list) {
		k.listed = make(map[string]bool, len(list))
		for _, n := range list {
			k.listed[n] = true
		}
	}
	return k.listed[name]
}

// text returns a reference as errors show it.
func text(ref interchange.Reference) string {
	return cmp.Or(ref.Name, fmt.Sprintf("number %d", ref.ID))
}

// resolution is what becomes of a reference: an id, a name that is created, or nothing.
type resolution struct {
	id   int
	name string
}

// resolve finds what a reference stands for. Names that the account does not have are added to
// missing, if the mapping creates them.
func (i *Import) resolve(k *kind, ref interchange.Reference, path string, missing *[]string, errs *usererror.Errors) (to resolution) {
	if id := k.find(ref); id != 0 {
		return resolution{id: id}
	}
	policy := importfile.MissingError
	if i.Mapping != nil && i.Mapping.Missing != "" {
		policy = i.Mapping.Missing
	}
	switch {
	case policy == importfile.MissingIgnore:
	case policy == importfile.MissingCreate && ref.Name != "":
		if !k.lists(*missing, ref.Name) {
			if len(*missing) == maxMissing {
				errs.Add(usererror.TooMany, path, "The file has more than %d names that the account does not have.", maxMissing)
				return to
			}
			*missing = append(*missing, ref.Name)
			k.listed[ref.Name] = true
		}
		return resolution{name: ref.Name}
	default:
		errs.Add(k.code, path, "The account has no %s %q.", k.noun, text(ref))
	}
	return to
}

// createMissing creates the stores, companies and segments that the plan has found to be missing. A
// name that exists meanwhile is not created again.
func (r *run) createMissing(ctx context.Context) error {
	if r.prepared || r.options.Import == nil {
		return nil
	}
	if err := r.readReferences(ctx); err != nil {
		return err
	}
	m := r.options.Import.Missing
	for _, one := range []struct {
		kind   *kind
		names  []string
		create func(context.Context, catalog.Entry) (int, error)
	}{
		{r.references.stores, m.Stores, func(ctx context.Context, e catalog.Entry) (int, error) {
			s, err := r.catalog.CreateStore(ctx, e)
			return idOf(s, err, func(s *ent.Store) int { return s.ID })
		}},
		{r.references.companies, m.Companies, func(ctx context.Context, e catalog.Entry) (int, error) {
			c, err := r.catalog.CreateCompany(ctx, e)
			return idOf(c, err, func(c *ent.Company) int { return c.ID })
		}},
		{r.references.segments, m.Segments, func(ctx context.Context, e catalog.Entry) (int, error) {
			s, err := r.catalog.CreateSegment(ctx, e)
			return idOf(s, err, func(s *ent.Segment) int { return s.ID })
		}},
	} {
		for _, name := range one.names {
			if one.kind.byName[name] != 0 {
				continue
			}
			id, err := one.create(ctx, catalog.Entry{Name: name})
			if err != nil {
				return err
			}
			one.kind.byName[name], one.kind.names[id] = id, name
		}
	}
	r.prepared = true
	return nil
}

func idOf[T any](row *T, err error, id func(*T) int) (int, error) {
	if err != nil {
		return 0, err
	}
	return id(row), nil
}

// named sets what a content refers to by names that were created before it is written.
func (c *Content) named(r *references) error {
	n := c.Missing
	if n == nil {
		return nil
	}
	one := func(k *kind, name string, set func(int)) error {
		if name == "" {
			return nil
		}
		id := k.byName[name]
		if id == 0 {
			return usererror.Errors{{Code: k.code, Message: fmt.Sprintf("The account has no %s %q.", k.noun, name)}}
		}
		set(id)
		return nil
	}
	put := func(path string) func(int) {
		return func(id int) {
			if c.Set == nil {
				c.Set = map[string]any{}
			}
			c.Set[path] = json.Number(strconv.Itoa(id)) // as it is decoded
		}
	}
	err := cmp.Or(one(r.stores, n.PreferredStore, put(field.PreferredStore.Path)), one(r.companies, n.Company, put(field.Company.Path)),
		one(r.stores, n.RegistrationStore, func(id int) { c.RegistrationStore = &id }))
	for _, name := range n.Segments {
		err = cmp.Or(err, one(r.segments, name, c.addSegment))
	}
	return err
}

// segments returns those that the content adds a contact to.
func (c *Content) segments() []int {
	if c.Segments != nil {
		return *c.Segments
	}
	return c.AddSegments
}

func (c *Content) addSegment(id int) {
	if c.Segments != nil {
		*c.Segments = append(*c.Segments, id)
		return
	}
	c.AddSegments = append(c.AddSegments, id)
}
