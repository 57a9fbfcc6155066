package webapi

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"contactgraph/internal/authz"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// patchContactsDto describes the body of a PATCH of many contacts, and patchedFields the new values
// in it.
var (
	patchContactsDto = aspnet.Model{Name: "patchContactsDto", Members: []aspnet.Member{
		{Name: "KeyType", Kind: aspnet.Scalars, Required: true},
		{Name: "Keys", Kind: aspnet.Scalars, Required: true},
		{Name: "Fields", Kind: aspnet.Object, Required: true},
	}}
	patchedFields = aspnet.Model{Name: "patchContactsDto.Fields", Members: fieldMembers(aspnet.Bool), Strict: true}
)

// keyTypes are the types of keys by their names in lower case.
var keyTypes = map[string]query.KeyKind{"id": query.KeyID, nameSecret: query.KeySecret, nameEmail: query.KeyEmail, namePhone: query.KeyPhone}

// updatedHeader lists the keys that were written before the one that a 409 is about.
const updatedHeader = "X-Updated"

// maxUpdatedHeader is the largest length of that header: proxies and clients refuse long ones.
const maxUpdatedHeader = 4_000

// patchContacts handles PATCH /api/v1/Contacts: it sets the same values in many contacts, whatever
// their versions are. Contacts are written in the order of their keys, all values of one or none.
func (a *API) patchContacts(w http.ResponseWriter, r *http.Request) {
	var p *bulkPatch
	err := a.Run(func(w http.ResponseWriter, r *http.Request) error {
		r, permit, err := a.Begin(r, costPage)
		defer permit.Release()
		if err == nil {
			_, err = authz.ToWriteContacts(authz.RequireRole(r.Context(), viewer.Agent))
		}
		if err == nil {
			p, err = a.bindBulk(w, r)
		}
		return err
	}, w, r)
	var resp response
	if err == nil {
		identity := []any{p.kind, p.keys, p.values}
		err = call.RunIdempotent(w, r, identity, func(key *idempotency.Key) (err error) {
			resp, err = p.run(w, r, key)
			return err
		})
	}
	if err != nil {
		a.sendError(w, r, err)
		return
	}
	resp.send(w, r)
}

// bulkPatch is a PATCH of many contacts.
type bulkPatch struct {
	boundBody

	api       *API
	kind      query.KeyKind
	keys      []any // strings and numbers, as they were sent
	contacts  []int // the contact of each key, 0 for none
	set       field.Patch
	exclusive bool // at most one contact can have the values
}

// bindBulk reads the body, and finds the contacts of the keys.
func (a *API) bindBulk(w http.ResponseWriter, r *http.Request) (*bulkPatch, error) {
	body, err := call.ReadBody(w, r)
	if err != nil {
		return nil, err
	}
	values, state, err := bindBody(r.Header, patchContactsDto, body)
	if err != nil {
		return nil, err
	}
	if len(state) > 0 {
		return nil, responseError{invalidResponse(state)}
	}
	p := &bulkPatch{api: a, set: field.Patch{}, boundBody: boundBody{model: patchedFields.Name}}
	var ok bool
	if p.kind, ok = keyTypeOf(values["KeyType"]); !ok {
		state = append(state, aspnet.FieldErrors{Key: "patchContactsDto.KeyType", Messages: []string{errorOccurred}})
	}
	texts, ok := p.bindKeys(values["Keys"])
	if !ok {
		state = append(state, aspnet.FieldErrors{Key: "patchContactsDto.Keys", Messages: []string{errorOccurred}})
	}
	if p.fields, err = a.accountFields(r.Context()); err != nil {
		return nil, err
	}
	raw, _ := values["Fields"].(aspnet.RawObject)
	fieldValues, fieldState := p.fields.in(patchedFields).BindJSON([]byte(raw), "")
	p.values = fieldValues
	custom, customState := p.fields.custom(patchedFields.Name, fieldValues, byBoth)
	if state = slices.Concat(state, fieldState, customState); len(state) > 0 {
		return nil, responseError{invalidResponse(state)}
	}
	if err := p.setFields(r.Context(), custom); err != nil {
		return nil, err
	}
	return p, p.findContacts(r.Context(), texts)
}

// findContacts finds the contacts of the keys. Secrets count as those of look-ups do.
func (p *bulkPatch) findContacts(ctx context.Context, texts []string) (err error) {
	v, _ := viewer.FromContext(ctx)
	throttle := p.api.Auth.Throttle()
	if p.kind == query.KeySecret {
		err = throttle.BeginSecrets(ctx, v)
	}
	if err == nil {
		p.contacts, err = p.api.Queries.Resolve(ctx, p.kind, texts)
	}
	if wrong := count(p.contacts, 0); err == nil && p.kind == query.KeySecret && wrong > 0 {
		err = throttle.WrongSecrets(ctx, v, wrong)
	}
	return err
}

func count(ids []int, id int) (n int) {
	for _, other := range ids {
		if other == id {
			n++
		}
	}
	return n
}

// keyTypeOf reads a type of keys: its name in any letter case, or its number.
func keyTypeOf(sent any) (query.KeyKind, bool) {
	var text string
	switch sent := sent.(type) {
	case string:
		text = strings.TrimSpace(sent)
	case json.Number:
		text = sent.String()
	}
	if kind, ok := keyTypes[strings.ToLower(text)]; ok {
		return kind, true
	}
	n, err := strconv.Atoi(text)
	return query.KeyKind(n), err == nil && n >= int(query.KeyID) && n <= int(query.KeyPhone)
}

// bindKeys reads the keys and returns their texts.
func (p *bulkPatch) bindKeys(sent any) (texts []string, ok bool) {
	if p.keys, ok = sent.([]any); !ok {
		return nil, false
	}
	for _, key := range p.keys {
		switch key := key.(type) {
		case string:
			texts = append(texts, key)
		case json.Number:
			texts = append(texts, key.String())
		default:
			return nil, false
		}
	}
	return texts, true
}

// setFields sets what the command of each contact writes. It fails with errForbidden if the viewer
// may not write one of the fields, so that nothing is written then.
func (p *bulkPatch) setFields(ctx context.Context, custom map[string]any) error {
	v, _ := viewer.FromContext(ctx)
	for _, m := range members {
		value, given := p.values[m.name]
		if !given {
			continue
		}
		if !field.CanWrite(v, m.field.Path) {
			return errForbidden
		}
		p.set[m.field] = patchedValue(m.field, value)
		p.exclusive = p.exclusive || clearedByEmpty[m.field] && p.set[m.field] != nil
	}
	for name := range custom {
		if !field.CanWriteProperty(v, p.fields.named(name)) {
			return errForbidden
		}
	}
	if custom != nil {
		p.custom = custom
	}
	return nil
}

// run writes the contacts and returns the response.
func (p *bulkPatch) run(w http.ResponseWriter, r *http.Request, key *idempotency.Key) (response, error) {
	parts, size := p.order(), contact.MaxCommands
	if p.exclusive {
		size = 1 // the contacts would pass an address to each other
	}
	written := map[int]bool{}
	for ids := range slices.Chunk(parts, size) {
		part, err := p.beginPart(w, r, ids, key)
		for _, id := range part {
			written[id] = true
		}
		if err != nil {
			return response{}, p.stopped(err, written)
		}
	}
	updated, notFound := []any{}, []any{}
	for i, id := range p.contacts {
		if written[id] {
			updated = append(updated, p.keys[i])
		} else {
			notFound = append(notFound, p.keys[i])
		}
	}
	body := object{}.add("Updated", updated).add("NotFound", notFound).end()
	return response{status: http.StatusOK, body: body}, nil
}

// order returns the contacts in the order of their first keys, each once.
func (p *bulkPatch) order() (ids []int) {
	seen := map[int]bool{0: true}
	for _, id := range p.contacts {
		if !seen[id] {
			seen[id], ids = true, append(ids, id)
		}
	}
	return ids
}

// rejected is the error of a contact that could not be written.
type rejected struct {
	contact int
	errs    usererror.Errors
}

// Error returns the errors of the contact.
func (r rejected) Error() string { return r.errs.Error() }

// beginPart writes a part with a timeout, a permit and a check of the credentials of its own, so
// that the number of keys does not matter.
func (p *bulkPatch) beginPart(w http.ResponseWriter, r *http.Request, ids []int, key *idempotency.Key) (written []int, err error) {
	if err := extendDeadline(w, p.api.Timeout+streamTimeout); err != nil {
		return nil, err
	}
	err = p.api.Run(func(_ http.ResponseWriter, r *http.Request) error {
		r, permit, err := p.api.Begin(r, costWrite*len(ids))
		defer permit.Release()
		if err == nil {
			written, err = p.writePart(r, ids, key)
		}
		return err
	}, w, r)
	return written, err
}

// writePart writes contacts in one transaction, up to the first that is refused, and returns those
// that it has written. Those that were deleted in the meantime are left out. The idempotency key
// includes the contacts: a repeat may find others by the same keys, of which it must write all.
func (p *bulkPatch) writePart(r *http.Request, ids []int, key *idempotency.Key) ([]int, error) {
	var refused error
	for len(ids) > 0 {
		commands := make([]contact.Command, len(ids))
		for i, id := range ids {
			commands[i] = contact.Update{ID: id, Lock: contact.Lock{OnConflict: contact.Overwrite}, Set: p.set, Custom: p.custom}
		}
		outcomes, err := p.api.contacts.WithKey(key.WithItem(itemOf(ids))).RunAll(r.Context(), commands)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(outcomes, func(o contact.Outcome) bool { return len(o.Errors) > 0 && !o.Errors.Has(usererror.NotApplied) })
		switch {
		case i < 0:
			return ids, refused
		case outcomes[i].Errors.Has(usererror.NotFound), outcomes[i].Errors.Has(usererror.Merged):
			ids = slices.Delete(slices.Clone(ids), i, i+1)
		default:
			refused = rejected{ids[i], outcomes[i].Errors}
			ids = ids[:i]
		}
	}
	return nil, refused
}

// itemOf identifies contacts in an idempotency key.
func itemOf(ids []int) int {
	digest := sha256.Sum256(fmt.Append(nil, ids))
	return int(binary.BigEndian.Uint32(digest[:]))<<31 | int(binary.BigEndian.Uint32(digest[4:])>>1)
}

// stopped returns the error of a PATCH that has ended at a contact. If the values do not fit any
// contact, nothing was written.
func (p *bulkPatch) stopped(err error, written map[int]bool) error {
	refused, ok := err.(rejected) //nolint:errorlint // as writePart has returned it
	if !ok {
		return err
	}
	e, row := decisive(refused.errs)
	if len(written) == 0 && slices.Contains([]int{http.StatusBadRequest, http.StatusForbidden, http.StatusTooManyRequests}, row.status) {
		return p.wrap(refused.errs)
	}
	var keys []string
	name := ""
	for i, id := range p.contacts {
		switch {
		case written[id]:
			keys = append(keys, escapeKey(textOf(p.keys[i])))
		case id == refused.contact && name == "":
			name = textOf(p.keys[i])
		}
	}
	resp := messageResponse(http.StatusConflict, "The contact with the key '"+name+"' was not updated: "+e.Message)
	return responseError{resp.with(updatedHeader, listKeys(keys))}
}

// listKeys returns the keys for a header. If there are too many for one, * stands for the others.
func listKeys(keys []string) string {
	const others = ",*"
	list := ""
	for _, key := range keys {
		if len(list)+len(",")+len(key) > maxUpdatedHeader-len(others) {
			list += others
			break
		}
		list += "," + key
	}
	return strings.TrimPrefix(list, ",")
}

// escapeKey returns a key for a header that lists several, separated by commas.
func escapeKey(key string) string { return strings.ReplaceAll(url.QueryEscape(key), "%40", "@") }
