package main

import (
	"context"
	"errors"
	"slices"
	"time"
)

// The cases that are compared.
const (
	caseUpdate = "update" // a first name, under optimistic locking
	caseRead   = "read"   // a contact by its id
	caseREST   = "rest"   // PUT of a whole contact
	casePage   = "page"   // 50 contacts, by id
)

var caseNames = []string{caseUpdate, caseRead, caseREST, casePage}

// comparison is one case with one number of clients.
type comparison struct {
	Engine   string      `json:"engine"`
	Contacts int         `json:"contacts"`
	Case     string      `json:"case"`
	Clients  int         `json:"clients"`
	Against  string      `json:"against"`
	Server   measurement `json:"server"`
	Other    measurement `json:"other"`
}

// measurement has the rounds of one program, and their medians.
type measurement struct {
	Median figures   `json:"median"`
	Rounds []figures `json:"rounds"`
}

func (m *measurement) add(f figures) {
	m.Rounds = append(m.Rounds, f)
	m.Median = medians(m.Rounds)
}

// start starts p on an existing database.
func start(ctx context.Context, e engine, p *program, contacts int, database string) (instance, error) {
	s, err := p.start(ctx, append(slices.Clone(p.serve), database))
	if err != nil {
		return instance{}, err
	}
	total := func() (time.Duration, error) {
		own, err1 := processTime(s.pid)
		others, err2 := e.time()
		return own + others, errors.Join(err1, err2)
	}
	return instance{process: s, size: contacts, time: total}, nil
}

// open starts p on a new database. stop stops p and removes the database.
func open(ctx context.Context, e engine, p *program, contacts int) (t instance, stop func() error, err error) {
	name, remove, err := e.database(ctx, p, contacts)
	if err != nil {
		return t, nil, err
	}
	t, err = start(ctx, e, p, contacts, name)
	if err != nil {
		return t, nil, errors.Join(err, remove())
	}
	return t, func() error { return errors.Join(t.stop(), remove()) }, nil
}

// compare runs both programs at the same time, and measures them in turns.
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
	if b.against == againstUnwatched {
		open, err := openSubscriptions(ctx, server.url, contacts, b.subscriptions)
		if err != nil {
			return err
		}
		defer func() {
			open.close()
			b.logf("the subscriptions received %d changes", open.received.Load())
		}()
	}
	for _, name := range b.cases {
		for _, clients := range b.clients {
			b.logf("%s, %d contacts: %s, %d clients", engineName, contacts, name, clients)
			c := comparison{Engine: engineName, Contacts: contacts, Case: name, Clients: clients, Against: b.against}
			if err := b.alternate(ctx, clients, name, []instance{server, other}, []*measurement{&c.Server, &c.Other}); err != nil {
				return err
			}
			b.report.Comparisons = append(b.report.Comparisons, c)
		}
	}
	m, err := memoryOf(server.pid)
	b.report.Memory = append(b.report.Memory, memoryAt{Engine: engineName, Contacts: contacts, memory: m})
	return err
}

// alternate measures the instances in turns, so that other load on the machine affects all of them.
// Each round begins with a different instance.
func (b *bench) alternate(ctx context.Context, clients int, name string, instances []instance, into []*measurement) error {
	for round := range b.rounds {
		for i := range instances {
			i = (i + round) % len(instances)
			f, err := load{clients, b.round()}.measure(ctx, instances[i], instances[i].cases[name])
			if err != nil {
				return err
			}
			into[i].add(f)
		}
	}
	return nil
}
