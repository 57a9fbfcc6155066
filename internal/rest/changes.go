package rest

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"contactgraph/ent"
	"contactgraph/internal/changelog"
	"contactgraph/internal/rest/binding"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
)

// defaultChanges is how many changes an answer has unless first says otherwise.
const defaultChanges = 100

// GetChanges answers GET /api/v1/Changes?after=…&first=…&contactId=…: the account's change log behind a cursor.
func (a *API) GetChanges(w http.ResponseWriter, r *http.Request) {
	asked := r
	err := run(func(w http.ResponseWriter, r *http.Request) (err error) {
		if asked, err = a.authenticate(r); err != nil {
			return err
		}
		return a.getChanges(w, asked)
	}, w, r)
	if err != nil {
		a.refuseContact(w, asked, err)
	}
}

func (a *API) getChanges(w http.ResponseWriter, r *http.Request) error {
	args, first, state := changesQuery(r)
	if len(state) > 0 {
		return answerError{invalid(state)}
	}
	feed, err := a.Changes.Page(r.Context(), args, first)
	switch {
	case errors.Is(err, changelog.ErrCursorExpired):
		return answerError{message(http.StatusGone, "The log does not have the place of this cursor: what followed it is cut off, or the log is another. Read everything anew, and go on from LastCursor.")}
	case errors.Is(err, usererror.ErrArguments):
		return answerError{invalid(binding.ModelState{{Key: "first", Messages: []string{"The value must be from 0 to " + strconv.Itoa(changelog.MaxPage) + "."}}})}
	case err != nil:
		return err
	}
	body, err := changesDto(feed)
	if err != nil {
		return err
	}
	send(w, r, answer{status: http.StatusOK, body: body})
	return nil
}

// changesQuery reads what the URL asks for, and says what is wrong with it.
func changesQuery(r *http.Request) (args changelog.PageArgs, first int, state binding.ModelState) {
	first = defaultChanges
	query := r.URL.Query()
	number := func(name string) *int {
		text := query.Get(name)
		if text == "" {
			return nil
		}
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			state = append(state, binding.FieldErrors{Key: name, Messages: []string{"The value '" + text + "' is not valid for Int32."}})
		}
		return new(int(n))
	}
	if text := query.Get("after"); text != "" {
		cursor, err := revision.ParseCursor(text)
		if err != nil {
			state = append(state, binding.FieldErrors{Key: "after", Messages: []string{"The value is not a cursor of the change log."}})
		}
		args.After = &cursor
	}
	if n := number("first"); n != nil {
		first = *n
	}
	args.Contact = number("contactId")
	return args, first, state
}

// changesDto is the body of the answer.
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
	var actor, name, undoes any
	if row.ActorName != "" {
		name = row.ActorName
	}
	if row.ActorKind != "" {
		actor = json.RawMessage(object{}.add("Type", row.ActorKind.Name()).add("Id", row.ActorID).add("Name", name).end())
	}
	if id := row.UndoesID(); id != nil {
		undoes = *id
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
		add("Fields", json.RawMessage(append(fields, ']'))).end(), nil
}
