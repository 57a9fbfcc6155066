package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// options are the flags.
type options struct {
	engines   []string
	cases     []string
	beside    string
	watchers  int
	clients   []int
	sizes     []int
	rounds    int
	seconds   float64
	grow      bool
	growSizes []int
	writers   int
	conns     int
	keep      string
	dir       string
	json      string
}

// clientsFlag is the flag that several checks are about.
const clientsFlag = "clients"

// The most that the flags take: a run must end.
const (
	maxRounds  = 100
	maxSeconds = 600
	maxClients = 1000
	maxSize    = 1_000_000 // the demo data has no more

	maxSubscriptions = 15_000 // each takes a file of each process, and a common limit is 20,000
)

func parseOptions(args []string, stderr io.Writer) (options, error) {
	o := options{
		engines: []string{sqliteName, postgresName}, cases: caseNames, clients: []int{1, 16, 64}, sizes: []int{1000},
		growSizes: []int{1000, 60_000, 1_000_000},
	}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Var((*words)(&o.engines), "engines", "databases to measure on")
	f.Var((*words)(&o.cases), "cases", "what to compare with the yardstick; empty for nothing")
	f.StringVar(&o.beside, "beside", besideYardstick, "what to compare with: the yardstick; nolog, the same server that keeps no change log; or unwatched, the same server while that which is compared has -subscriptions open")
	f.IntVar(&o.watchers, "subscriptions", 10_000, "with -beside unwatched: how many subscriptions are open, each to the changes of one contact")
	f.Var((*numbers)(&o.clients), clientsFlag, "how many connections to measure with")
	f.Var((*numbers)(&o.sizes), "sizes", "how many contacts to compare with")
	f.IntVar(&o.rounds, "rounds", 5, "rounds of each program in each case")
	f.Float64Var(&o.seconds, "seconds", 5, "length of a round")
	f.BoolVar(&o.grow, "grow", false, "measure also how the server's cost grows with the contacts")
	f.Var((*numbers)(&o.growSizes), "grow-sizes", "the contacts of -grow, ascending")
	f.IntVar(&o.writers, "yardstick-writers", 0, "0: the yardstick has one pool for everything; 1: a connection of its own that writes")
	f.IntVar(&o.conns, "yardstick-conns", 32, "connections in the yardstick's pool")
	f.StringVar(&o.keep, "keep", "", "a `folder` that keeps seeded SQLite files, so that the next run need not seed")
	f.StringVar(&o.dir, "dir", os.TempDir(), "the `folder` to work in: its disk is the one that is measured")
	f.StringVar(&o.json, "json", "", "a `file` that gets the figures of every round")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	return o, o.check(f.Args())
}

func (o options) check(rest []string) error {
	if len(rest) > 0 {
		return fmt.Errorf("what is %q? All settings are flags", rest[0])
	}
	for _, list := range []struct {
		flag  string
		given []string
		known []string
	}{{"engines", o.engines, engineNames}, {"cases", o.cases, caseNames}} {
		for _, name := range list.given {
			if !slices.Contains(list.known, name) {
				return fmt.Errorf("-%s: %q is none of %s", list.flag, name, strings.Join(list.known, ", "))
			}
		}
	}
	for _, list := range []struct {
		flag  string
		given []int
		most  int
	}{
		{clientsFlag, o.clients, maxClients}, {"sizes", o.sizes, maxSize}, {"grow-sizes", o.growSizes, maxSize},
		{"rounds", []int{o.rounds}, maxRounds}, {"yardstick-conns", []int{o.conns}, maxClients},
	} {
		for _, n := range list.given {
			if n < 1 || n > list.most {
				return fmt.Errorf("-%s: %d is not from 1 to %d", list.flag, n, list.most)
			}
		}
	}
	switch {
	case !slices.Contains(besideNames, o.beside):
		return fmt.Errorf("-beside: %q is none of %s", o.beside, strings.Join(besideNames, ", "))
	case o.watchers < 1 || o.watchers > maxSubscriptions:
		return fmt.Errorf("-subscriptions: %d is not from 1 to %d", o.watchers, maxSubscriptions)
	case o.writers < 0 || o.writers > 1:
		return fmt.Errorf("-yardstick-writers: %d is neither 0 nor 1", o.writers)
	case o.seconds <= 0 || o.seconds > maxSeconds:
		return fmt.Errorf("-seconds: %v is not from 0 to %d", o.seconds, maxSeconds)
	case !slices.IsSorted(o.growSizes) || len(o.growSizes) == 0:
		return fmt.Errorf("-grow-sizes: %v do not ascend", o.growSizes)
	case slices.Max(o.clients) > min(slices.Min(o.sizes), slices.Min(o.growSizes)):
		return errors.New("-clients: each needs a contact of its own, and there are not that many")
	}
	return nil
}

// round is how long a round takes.
func (o options) round() time.Duration { return time.Duration(o.seconds * float64(time.Second)) }

// describe says what a reader of the report must know of the settings.
func (o options) describe() string {
	if o.beside != besideYardstick {
		return fmt.Sprintf("%d alternating rounds of %v s each", o.rounds, o.seconds)
	}
	pool := "one pool of " + strconv.Itoa(o.conns) + " connections for everything"
	if o.writers > 0 {
		pool = "a connection of its own that writes (SQLite), and a pool of " + strconv.Itoa(o.conns)
	}
	return fmt.Sprintf("%d alternating rounds of %v s each; the yardstick has %s", o.rounds, o.seconds, pool)
}

// words is a flag with texts, separated by commas.
type words []string

var _ flag.Value = (*words)(nil)

// String is the flag as it is given.
func (w *words) String() string { return strings.Join(*w, ",") }

// Set reads the flag.
func (w *words) Set(text string) error {
	*w = nil
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			*w = append(*w, word)
		}
	}
	return nil
}

// numbers is a flag with whole numbers, separated by commas.
type numbers []int

var _ flag.Value = (*numbers)(nil)

// String is the flag as it is given.
func (n *numbers) String() string {
	texts := make([]string, len(*n))
	for i, number := range *n {
		texts[i] = strconv.Itoa(number)
	}
	return strings.Join(texts, ",")
}

// Set reads the flag.
func (n *numbers) Set(text string) error {
	var list words
	if err := list.Set(text); err != nil {
		return err
	}
	*n = nil
	for _, word := range list {
		number, err := strconv.Atoi(word)
		if err != nil {
			return fmt.Errorf("%q is no whole number", word)
		}
		*n = append(*n, number)
	}
	return nil
}
