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
	engines       []string
	cases         []string
	against       string
	subscriptions int
	clients       []int
	sizes         []int
	rounds        int
	seconds       float64
	grow          bool
	growSizes     []int
	writers       int // of the yardstick: see its flag -writers
	conns         int // of the yardstick
	keep          string
	dir           string
	json          string
}

// clientsFlag is the flag of several checks.
const clientsFlag = "clients"

// The maximum values of the flags, so that every run ends.
const (
	maxRounds  = 100
	maxSeconds = 600
	maxClients = 1000
	maxSize    = 1_000_000 // the maximum of the demo data

	maxSubscriptions = 15_000 // each uses a file descriptor of each process, and a common limit is 20,000
)

func parseOptions(args []string, stderr io.Writer) (options, error) {
	o := options{
		engines: []string{sqliteName, postgresName}, cases: caseNames, clients: []int{1, 16, 64}, sizes: []int{1000},
		growSizes: []int{1000, 60_000, 1_000_000},
	}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Var((*stringList)(&o.engines), "engines", "`databases` to measure on")
	f.Var((*stringList)(&o.cases), "cases", "`cases` to compare; empty for none")
	f.StringVar(&o.against, "against", againstYardstick, "the `server` to compare with: yardstick; nolog, a build of contactgraph without a change log; unwatched, contactgraph without subscriptions, while -subscriptions are open on the first server; or the path of another build of contactgraph")
	f.IntVar(&o.subscriptions, "subscriptions", 10_000, "number of subscriptions with -against unwatched, each to the changes of one contact")
	f.Var((*intList)(&o.clients), clientsFlag, "`numbers` of connections to measure with")
	f.Var((*intList)(&o.sizes), "sizes", "`numbers` of contacts to compare with")
	f.IntVar(&o.rounds, "rounds", 5, "rounds of each server in each case")
	f.Float64Var(&o.seconds, "seconds", 5, "length of a round in seconds")
	f.BoolVar(&o.grow, "grow", false, "also measure how the cost of contactgraph grows with the number of contacts")
	f.Var((*intList)(&o.growSizes), "grow-sizes", "`numbers` of contacts to measure with -grow, in ascending order")
	f.IntVar(&o.writers, "yardstick-writers", 0, "0: the yardstick uses one connection pool; 1: it has a separate connection for writes")
	f.IntVar(&o.conns, "yardstick-conns", 32, "connections in the pool of the yardstick")
	f.StringVar(&o.keep, "keep", "", "`directory` for seeded SQLite files, so that the next run does not need to seed")
	f.StringVar(&o.dir, "dir", os.TempDir(), "`directory` to work in; its disk is measured")
	f.StringVar(&o.json, "json", "", "`file` to write the figures of every round to")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	return o, o.check(f.Args())
}

func (o options) check(rest []string) error {
	if len(rest) > 0 {
		return fmt.Errorf("unexpected argument %q: all settings are flags", rest[0])
	}
	for _, list := range []struct {
		flag  string
		given []string
		known []string
	}{{"engines", o.engines, engineNames}, {"cases", o.cases, caseNames}} {
		for _, name := range list.given {
			if !slices.Contains(list.known, name) {
				return fmt.Errorf("-%s: %q is not one of %s", list.flag, name, strings.Join(list.known, ", "))
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
				return fmt.Errorf("-%s: %d is not between 1 and %d", list.flag, n, list.most)
			}
		}
	}
	switch {
	case !slices.Contains(againstNames, o.against) && !isBinary(o.against):
		return fmt.Errorf("-against: %q is neither a path nor one of %s", o.against, strings.Join(againstNames, ", "))
	case o.subscriptions < 1 || o.subscriptions > maxSubscriptions:
		return fmt.Errorf("-subscriptions: %d is not between 1 and %d", o.subscriptions, maxSubscriptions)
	case o.writers < 0 || o.writers > 1:
		return fmt.Errorf("-yardstick-writers: %d is neither 0 nor 1", o.writers)
	case o.seconds <= 0 || o.seconds > maxSeconds:
		return fmt.Errorf("-seconds: %v is not above 0 and at most %d", o.seconds, maxSeconds)
	case !slices.IsSorted(o.growSizes) || len(o.growSizes) == 0:
		return fmt.Errorf("-grow-sizes: %v is not in ascending order", o.growSizes)
	case slices.Max(o.clients) > min(slices.Min(o.sizes), slices.Min(o.growSizes)):
		return errors.New("-clients: more clients than contacts: each client needs a contact of its own")
	}
	return nil
}

// round returns the length of a round.
func (o options) round() time.Duration { return time.Duration(o.seconds * float64(time.Second)) }

// describe returns the settings that a reader of the report needs to know.
func (o options) describe() string {
	if o.against != againstYardstick {
		return fmt.Sprintf("%d alternating rounds of %v s each", o.rounds, o.seconds)
	}
	pool := "one pool of " + strconv.Itoa(o.conns) + " connections"
	if o.writers > 0 {
		pool = "a separate connection for writes (SQLite) and a pool of " + strconv.Itoa(o.conns)
	}
	return fmt.Sprintf("%d alternating rounds of %v s each; the yardstick uses %s", o.rounds, o.seconds, pool)
}

// stringList is a flag with texts separated by commas.
type stringList []string

var _ flag.Value = (*stringList)(nil)

// String formats the flag.
func (l *stringList) String() string { return strings.Join(*l, ",") }

// Set parses the flag.
func (l *stringList) Set(text string) error {
	*l = nil
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			*l = append(*l, item)
		}
	}
	return nil
}

// intList is a flag with integers separated by commas.
type intList []int

var _ flag.Value = (*intList)(nil)

// String formats the flag.
func (l *intList) String() string {
	texts := make([]string, len(*l))
	for i, number := range *l {
		texts[i] = strconv.Itoa(number)
	}
	return strings.Join(texts, ",")
}

// Set parses the flag.
func (l *intList) Set(text string) error {
	var list stringList
	if err := list.Set(text); err != nil {
		return err
	}
	*l = nil
	for _, item := range list {
		number, err := strconv.Atoi(item)
		if err != nil {
			return fmt.Errorf("%q is not an integer", item)
		}
		*l = append(*l, number)
	}
	return nil
}
