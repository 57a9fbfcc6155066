package main

import (
	"context"
	"errors"
	"slices"
	"time"
)

// What is compared.
const (
	caseUpdate = "update" // a first name, under optimistic locking
	caseRead   = "read"   // a contact by its id
	caseREST   = "rest"   // PUT of a whole contact
	casePage   = "page"   // 50 contacts, by id
)

var caseNames = []string{caseUpdate, caseRead, caseREST, casePage}

// comparison is one case with so many clients.
type comparison struct {
	Engine   string   `json:"engine"`
	Contacts int      `json:"contacts"`
	Case     string   `json:"case"`
	Clients  int      `json:"clients"`
	Beside   string   `json:"beside"`
	Server   measured `json:"server"`
	Other    measured `json:"other"`
}

// measured are the rounds of one program, and their medians.
type measured struct {
	Median figures   `json:"median"`
	Rounds []figures `json:"rounds"`
}

func (m *measured) add(f figures) {
	m.Rounds = append(m.Rounds, f)
	m.Median = medians(m.Rounds)
}

// start starts p on a database.
func start(ctx context.Context, e engine, p *program, contacts int, database string) (target, error) {
	s, err := p.start(ctx, append(slices.Clone(p.serve), database))
	if err != nil {
		return target{}, err
	}
	total := func() (time.Duration, error) {
		own, err1 := processTime(s.pid)
		others, err2 := e.time()
		return own + others, errors.Join(err1, err2)
	}
	return target{process: s, size: contacts, time: total}, nil
}

// open starts p on a database of its own.
func open(ctx context.Context, e engine, p *program, contacts int) (t target, stop func() error, err error) {
	name, discard, err := e.database(ctx, p, contacts)
	if err != nil {
		return t, nil, err
	}
	t, err = start(ctx, e, p, contacts, name)
	if err != nil {
		return t, nil, errors.Join(err, discard())
	}
	return t, func() error { return errors.Join(t.stop(), discard()) }, nil
}

// compare runs both programs side by side, and measures them in turns.
func (b *bench) compare(ctx context.Context, e engine, engineName string, contacts int) (err error) {
	server, stop, err := open(ctx, e, b.server, contacts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	other, stopOther, err := open(ctx, e, b.other, contacts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopOther()) }()
	if b.beside == besideUnwatched {
		w, err := watch(ctx, server.url, contacts, b.watchers)
		if err != nil {
			return err
		}
		defer func() {
			w.stop()
			b.say("%d changes came to subscriptions", w.came.Load())
		}()
	}
	for _, name := range b.cases {
		for _, clients := range b.clients {
			b.say("%s, %d contacts: %s, %d clients", engineName, contacts, name, clients)
			c := comparison{Engine: engineName, Contacts: contacts, Case: name, Clients: clients, Beside: b.beside}
			if err := b.alternate(ctx, clients, name, []target{server, other}, []*measured{&c.Server, &c.Other}); err != nil {
				return err
			}
			b.report.Comparisons = append(b.report.Comparisons, c)
		}
	}
	m, err := memoryOf(server.pid)
	b.report.Memory = append(b.report.Memory, memoryAt{Engine: engineName, Contacts: contacts, memory: m})
	return err
}

// alternate measures the targets in turns, so that what else happens on the machine befalls all alike. Each round begins with
// another one.
func (b *bench) alternate(ctx context.Context, clients int, name string, targets []target, into []*measured) error {
	for round := range b.rounds {
		for i := range targets {
			i = (i + round) % len(targets)
			f, err := load{clients, b.round()}.put(ctx, targets[i], targets[i].cases[name])
			if err != nil {
				return err
			}
			into[i].add(f)
		}
	}
	return nil
}
