package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// growth is the server at one size, in a run that measured several.
type growth struct {
	Engine   string        `json:"engine"`
	Contacts int           `json:"contacts"`
	Start    time.Duration `json:"start"` // from the start of the process to the first 200 of /readyz
	Clients  int           `json:"clients"`
	Update   measured      `json:"update"`
	Read     measured      `json:"read"`
	Pages    []pages       `json:"pages"`
	Memory   memory        `json:"memory"`
}

// measureGrowth runs a server for each size side by side, and measures them in turns.
func (b *bench) measureGrowth(ctx context.Context, e engine, engineName string) (err error) {
	found := make([]growth, len(b.growSizes))
	var targets []target
	for i, contacts := range b.growSizes {
		found[i] = growth{Engine: engineName, Contacts: contacts, Clients: slices.Max(b.clients)}
		t, stop, err := b.openMigrated(ctx, e, &found[i])
		if err != nil {
			return fmt.Errorf("at %d contacts: %w", contacts, err)
		}
		defer func() { err = errors.Join(err, stop()) }()
		targets = append(targets, t)
	}
	for _, c := range []struct {
		name string
		into func(*growth) *measured
	}{{caseUpdate, func(g *growth) *measured { return &g.Update }}, {caseRead, func(g *growth) *measured { return &g.Read }}} {
		b.say("%s: %s at %v contacts", engineName, c.name, b.growSizes)
		var into []*measured
		for i := range found {
			into = append(into, c.into(&found[i]))
		}
		if err := b.alternate(ctx, found[0].Clients, c.name, targets, into); err != nil {
			return err
		}
	}
	b.say("%s: pages at %v contacts", engineName, b.growSizes)
	if err := b.measurePages(ctx, targets, found); err != nil {
		return err
	}
	for i := range found {
		if found[i].Memory, err = memoryOf(targets[i].pid); err != nil {
			return err
		}
	}
	b.report.Growth = append(b.report.Growth, found...)
	return nil
}

// startsMeasured is how many starts there are of each size, after one that migrates.
const startsMeasured = 3

// openMigrated starts the server on a database of g's size, and measures how long that takes.
func (b *bench) openMigrated(ctx context.Context, e engine, g *growth) (t target, stop func() error, err error) {
	database, discard, err := e.database(ctx, b.server, g.Contacts)
	if err != nil {
		return t, nil, err
	}
	var took []time.Duration
	for i := range 1 + startsMeasured {
		var d time.Duration
		if t, d, err = timedStart(ctx, e, b.server, g.Contacts, database); err != nil {
			return t, nil, errors.Join(err, discard())
		}
		if i > 0 {
			took = append(took, d)
		}
		if i < startsMeasured {
			if err := t.stop(); err != nil {
				return t, nil, errors.Join(err, discard())
			}
		}
	}
	g.Start = median(took)
	return t, func() error { return errors.Join(t.stop(), discard()) }, nil
}

func timedStart(ctx context.Context, e engine, p *program, contacts int, database string) (t target, took time.Duration, err error) {
	begin := time.Now()
	if t, err = start(ctx, e, p, contacts, database); err != nil {
		return t, 0, err
	}
	c := newConn(t.url, 0)
	defer c.close()
	var answer struct {
		Status string `json:"status"`
	}
	if _, err := c.send(ctx, http.MethodGet, "/readyz", nil, &answer); err != nil {
		return t, 0, errors.Join(err, t.stop())
	}
	return t, time.Since(begin), nil
}
