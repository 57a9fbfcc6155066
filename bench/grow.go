package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// growth is the server with one number of contacts, of several that a run measures.
type growth struct {
	Engine   string        `json:"engine"`
	Contacts int           `json:"contacts"`
	Start    time.Duration `json:"start"` // from the start of the process to the first 200 of /readyz
	Clients  int           `json:"clients"`
	Update   measurement   `json:"update"`
	Read     measurement   `json:"read"`
	Pages    []pages       `json:"pages"`
	Memory   memory        `json:"memory"`
}

// measureGrowth runs one server for each number of contacts at the same time, and measures them in
// turns.
func (b *bench) measureGrowth(ctx context.Context, e engine, engineName string) (err error) {
	results := make([]growth, len(b.growSizes))
	var instances []instance
	for i, contacts := range b.growSizes {
		results[i] = growth{Engine: engineName, Contacts: contacts, Clients: slices.Max(b.clients)}
		t, stop, err := b.openMigrated(ctx, e, &results[i])
		if err != nil {
			return fmt.Errorf("at %d contacts: %w", contacts, err)
		}
		defer func() { err = errors.Join(err, stop()) }()
		instances = append(instances, t)
	}
	for _, c := range []struct {
		name string
		into func(*growth) *measurement
	}{{caseUpdate, func(g *growth) *measurement { return &g.Update }}, {caseRead, func(g *growth) *measurement { return &g.Read }}} {
		b.logf("%s: %s at %v contacts", engineName, c.name, b.growSizes)
		var into []*measurement
		for i := range results {
			into = append(into, c.into(&results[i]))
		}
		if err := b.alternate(ctx, results[0].Clients, c.name, instances, into); err != nil {
			return err
		}
	}
	b.logf("%s: pages at %v contacts", engineName, b.growSizes)
	if err := b.measurePages(ctx, instances, results); err != nil {
		return err
	}
	for i := range results {
		if results[i].Memory, err = memoryOf(instances[i].pid); err != nil {
			return err
		}
	}
	b.report.Growth = append(b.report.Growth, results...)
	return nil
}

// measuredStarts is how many starts of each server are measured, after a first one that migrates.
const measuredStarts = 3

// openMigrated starts the server on a database with g.Contacts contacts, and measures how long that
// takes.
func (b *bench) openMigrated(ctx context.Context, e engine, g *growth) (t instance, stop func() error, err error) {
	database, remove, err := e.database(ctx, b.server, g.Contacts)
	if err != nil {
		return t, nil, err
	}
	var took []time.Duration
	for i := range 1 + measuredStarts {
		var d time.Duration
		if t, d, err = timedStart(ctx, e, b.server, g.Contacts, database); err != nil {
			return t, nil, errors.Join(err, remove())
		}
		if i > 0 {
			took = append(took, d)
		}
		if i < measuredStarts {
			if err := t.stop(); err != nil {
				return t, nil, errors.Join(err, remove())
			}
		}
	}
	g.Start = median(took)
	return t, func() error { return errors.Join(t.stop(), remove()) }, nil
}

func timedStart(ctx context.Context, e engine, p *program, contacts int, database string) (t instance, took time.Duration, err error) {
	begin := time.Now()
	if t, err = start(ctx, e, p, contacts, database); err != nil {
		return t, 0, err
	}
	c := newConn(t.url, 0)
	defer c.close()
	var result struct {
		Status string `json:"status"`
	}
	if _, err := c.send(ctx, http.MethodGet, "/readyz", nil, &result); err != nil {
		return t, 0, errors.Join(err, t.stop())
	}
	return t, time.Since(begin), nil
}
