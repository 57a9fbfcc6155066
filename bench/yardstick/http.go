package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"strconv"
)

// maxBody limits the body of a request, in bytes.
const maxBody = 64 << 10

// routes returns the handler of all routes.
func routes(s *statements) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /contacts", s.servePage)
	mux.HandleFunc("GET /contacts/{id}", s.serveOne)
	mux.HandleFunc("PATCH /contacts/{id}", func(w http.ResponseWriter, r *http.Request) { serveWrite(w, r, s.patch) })
	mux.HandleFunc("PUT /contacts/{id}", func(w http.ResponseWriter, r *http.Request) { serveWrite(w, r, s.put) })
	return mux
}

func (s *statements) serveOne(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		http.Error(w, "the id is not a number", http.StatusBadRequest)
		return
	}
	c, err := s.get(r.Context(), id)
	respond(w, c, err, http.StatusNotFound)
}

// page is the body of a list. Next is the id after which the next page begins, or 0 on the last
// page.
type page struct {
	Contacts []*contact `json:"contacts"`
	Next     int        `json:"next"`
}

func (s *statements) servePage(w http.ResponseWriter, r *http.Request) {
	after, err := strconv.Atoi(r.FormValue("after"))
	if err != nil {
		http.Error(w, "after is not a number", http.StatusBadRequest)
		return
	}
	contacts, more, err := s.list(r.Context(), after)
	p := page{Contacts: contacts}
	if more {
		p.Next = contacts[len(contacts)-1].ID
	}
	respond(w, p, err, http.StatusNotFound)
}

// serveWrite decodes a contact, and responds with the result of write.
func serveWrite(w http.ResponseWriter, r *http.Request, write func(context.Context, *contact) (*contact, error)) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		http.Error(w, "the id is not a number", http.StatusBadRequest)
		return
	}
	var c contact
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&c); err != nil {
		http.Error(w, "the body is not a contact", http.StatusBadRequest)
		return
	}
	c.ID = id
	written, err := write(r.Context(), &c)
	respond(w, written, err, http.StatusConflict)
}

// respond writes body as JSON, or the status noRows if no row was found.
func respond(w http.ResponseWriter, body any, err error, noRows int) {
	if errors.Is(err, sql.ErrNoRows) {
		http.Error(w, http.StatusText(noRows), noRows)
		return
	}
	encoded, encoding := json.Marshal(body)
	if err = errors.Join(err, encoding); err != nil {
		log.Print(err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(encoded)))
	_, _ = w.Write(encoded) // the client has disconnected
}
