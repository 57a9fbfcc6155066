package webapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"contactgraph/ent"
	"contactgraph/internal/changelog"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
)

// The cost of a page of the change log.
const (
	costPage      = 20
	costPerChange = 15
)

// defaultChanges is the page size of the change log if the request does not set first.
const defaultChanges = 100

// getChanges handles GET /api/v1/Changes?after=…&first=…&contactId=…: a page of the account's
// change log, starting after a cursor.
func (a *API) getChanges(w http.ResponseWriter, r *http.Request) {
	err := a.Run(func(w http.ResponseWriter, r *http.Request) error {
		args, first, state := changesQuery(r)
		r, permit, err := a.Begin(r, costPage+costPerChange*min(max(first, 0), changelog.MaxPage))
		defer permit.Release()
		if err != nil {
			return err
		}
		if len(state) > 0 {
			return responseError{invalidResponse(state)}
		}
		page, err := a.changes(r, args, first)
		if err != nil {
			return err
		}
		permit.Release() // the client may read slowly
		release, err := permit.Hold(len(page.body))
		if err != nil {
			return err
		}
		defer release()
		page.send(w, r)
		return nil
	}, w, r)
	if err != nil {
		a.sendError(w, r, err)
	}
}

// What clients learn of a cursor that cannot be used.
const (
	cursorInvalid = "The value is not a valid cursor."
	cursorExpired = "This cursor is no longer valid: changes after it were deleted, or it belongs to another change log. " +
		"Read all contacts again, then continue from LastCursor."
)

func (a *API) changes(r *http.Request, args changelog.PageArgs, first int) (response, error) {
	feed, err := a.Changes.Page(r.Context(), args, first)
	switch {
	case errors.Is(err, changelog.ErrCursorExpired):
		return response{}, responseError{messageResponse(http.StatusGone, cursorExpired)}
	case errors.Is(err, usererror.ErrArguments):
		text := "The value must be from 0 to " + strconv.Itoa(changelog.MaxPage) + "."
		return response{}, responseError{invalidResponse(aspnet.ModelState{{Key: parameterFirst, Messages: []string{text}}})}
	case err != nil:
		return response{}, err
	}
	body, err := changesDto(feed)
	return response{status: http.StatusOK, body: body}, err
}

// The parameters of getChanges.
const (
	parameterAfter     = "after"
	parameterFirst     = "first"
	parameterContactID = "contactId"
)

// changesQuery reads the parameters of the URL and reports what is wrong with them.
func changesQuery(r *http.Request) (args changelog.PageArgs, first int, state aspnet.ModelState) {
	first = defaultChanges
	query, state := parametersOf(r.URL, parameterAfter, parameterFirst, parameterContactID)
	number := func(name string) *int {
		text := query[name]
		if text == "" {
			return nil
		}
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			state = append(state, aspnet.FieldErrors{Key: name, Messages: []string{"The value '" + text + "' is not valid for Int32."}})
		}
		return new(int(n))
	}
	if text := query[parameterAfter]; text != "" {
		cursor, err := revision.ParseCursor(text)
		if err != nil {
			state = append(state, aspnet.FieldErrors{Key: parameterAfter, Messages: []string{cursorInvalid}})
		}
		args.After = &cursor
	}
	if n := number(parameterFirst); n != nil {
		first = *n
	}
	args.Contact = number(parameterContactID)
	return args, first, state
}

// changesDto is the body of a page.
func changesDto(f *changelog.Page) ([]byte, error) {
	changes := []byte{'['}
	for i, row := range f.Changes {
		if i > 0 {
			changes = append(changes, ',')
		}
		dto, err := changeDto(row)
		if err != nil {
			return nil, err
		}
		changes = append(changes, dto...)
	}
	return object{}.
		add("Changes", json.RawMessage(append(changes, ']'))).
		add("EndCursor", f.EndCursor()).
		add("HasMore", f.HasMore).
		add("LastCursor", f.LastCursor()).end(), nil
}

func changeDto(row *ent.Change) ([]byte, error) {
	fields := []byte{'['}
	for i, f := range row.Fields {
		if i > 0 {
			fields = append(fields, ',')
		}
		before, err := json.Marshal(f.Old)
		if err != nil {
			return nil, err
		}
		after, err := json.Marshal(f.New)
		if err != nil {
			return nil, err
		}
		fields = append(fields, object{}.add("Path", f.Path).add("Old", json.RawMessage(before)).add("New", json.RawMessage(after)).end()...)
	}
	var actor, name, undoes, into any
	if row.ActorName != "" {
		name = row.ActorName
	}
	if row.ActorKind != "" {
		actor = json.RawMessage(object{}.add("Type", row.ActorKind.Name()).add("Id", row.ActorID).add("Name", name).end())
	}
	if id := row.UndoesID(); id != nil {
		undoes = *id
	}
	if id := row.MergedIntoContact(); id != nil {
		into = *id
	}
	from := []any{}
	for _, id := range row.MergedFromContacts() {
		from = append(from, id)
	}
	return object{}.
		add("Id", row.GlobalID()).
		add("Cursor", revision.Cursor(row.Seq).String()).
		add("ContactId", row.ContactID).
		add(memberVersion, row.Version.String()).
		add("Kind", string(row.Kind)).
		add("At", row.At).
		add("Actor", actor).
		add("Source", string(row.Source)).
		add("Undoes", undoes).
		add("MergedInto", into).
		add("MergedFrom", from).
		add("Fields", json.RawMessage(append(fields, ']'))).end(), nil
}
