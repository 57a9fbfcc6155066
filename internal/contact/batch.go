package contact

import (
	"context"
	"errors"
	"slices"

	"contactgraph/internal/database"
	"contactgraph/internal/safego"
	"contactgraph/internal/usererror"
)

// MaxCommands is the largest number of commands in one RunEach or RunAll.
const MaxCommands = 100

// Outcome is the outcome of one of several commands: a result, or Errors.
type Outcome struct {
	Result *Result
	Errors usererror.Errors
}

// Err returns Errors, nil if there are none.
func (o Outcome) Err() error { return o.Errors.OrNil() }

// RunEach runs each command by itself: some may succeed and others fail. Outcomes are in the order
// of the commands; commands with the same subject are run in their order. It fails with TooMany.
// After any other error, a fault of the server, it is unknown how many commands were applied.
func (s *Service) RunEach(ctx context.Context, commands []Command) ([]Outcome, error) {
	if err := checkCount(commands); err != nil {
		return nil, err
	}
	outcomes, faults := make([]Outcome, len(commands)), make([]error, len(commands))
	groups := bySubject(commands)
	safego.Each(len(groups), func(g int) { // concurrent writes share a group commit
		for _, i := range groups[g] {
			outcomes[i].Result, faults[i] = s.WithKey(s.key.WithItem(i)).run(ctx, commands[i])
			if errors.As(faults[i], &outcomes[i].Errors) {
				faults[i] = nil
			}
		}
	})
	return outcomes, errors.Join(faults...)
}

// bySubject returns the indexes of the commands, those with the same subject together.
func bySubject(commands []Command) (groups [][]int) {
	group := map[string]int{}
	for i, c := range commands {
		g, known := group[c.subject()]
		if !known || c.subject() == "" {
			g, groups = len(groups), append(groups, nil)
			group[c.subject()] = g
		}
		groups[g] = append(groups[g], i)
	}
	return groups
}

// RunAll runs all commands in one transaction, or none: if one fails, those without errors of their
// own get the error NotApplied. Contacts can pass unique keys to each other. Outcomes are in the
// order of the commands; a command that writes the same contact as an earlier one gets the error
// Duplicate. It fails with TooMany.
func (s *Service) RunAll(ctx context.Context, commands []Command) ([]Outcome, error) {
	if err := checkCount(commands); err != nil {
		return nil, err
	}
	return s.runAll(ctx, commands)
}

func (s *Service) runAll(ctx context.Context, commands []Command) ([]Outcome, error) {
	outcomes, all := make([]Outcome, len(commands)), make([]*prepared, len(commands))
	contacts := make([]int, 0, len(commands))
	for i, c := range commands {
		var err error
		if all[i], err = c.prepare(ctx, s); err != nil && !errors.As(err, &outcomes[i].Errors) {
			return nil, err
		}
		if err == nil && all[i].contact != 0 {
			contacts = append(contacts, all[i].contact)
		}
	}
	if len(commands) == 0 || anyFailed(outcomes) {
		markNotApplied(outcomes)
		return outcomes, nil
	}
	v := all[0].viewer
	keys := s.throttle.newKeyCheck(v)
	results, err := s.writeAll(ctx, v, s.transactionForAll(contacts), func(ctx context.Context, tx *database.Tx) ([]*Result, error) {
		outcomes = make([]Outcome, len(commands))
		return s.newTransaction(tx, v, keys).runAll(ctx, all, outcomes)
	})
	for _, o := range outcomes {
		hideFields(v, o.Errors)
		keys.report(ctx, o.Err())
	}
	keys.report(ctx, err)
	switch {
	case errors.Is(err, errNotApplied):
		markNotApplied(outcomes)
	case err != nil:
		return nil, err
	}
	for i, r := range results {
		outcomes[i].Result = r
	}
	return outcomes, nil
}

func checkCount(commands []Command) error {
	if len(commands) > MaxCommands {
		var errs usererror.Errors
		errs.Add(usererror.TooMany, "", "At most %d items can be sent in one call.", MaxCommands)
		return errs
	}
	return nil
}

func anyFailed(outcomes []Outcome) bool {
	return slices.ContainsFunc(outcomes, func(o Outcome) bool { return len(o.Errors) > 0 })
}

// markNotApplied adds the error NotApplied to the outcomes that have no error.
func markNotApplied(outcomes []Outcome) {
	for i := range outcomes {
		o := &outcomes[i]
		if len(o.Errors) == 0 {
			o.Errors.Add(usererror.NotApplied, "", "This item was not applied because another item of the call failed.")
		}
		o.Errors.Sort()
	}
}

// errNotApplied makes the database roll the batch back. The outcomes have the errors.
var errNotApplied = errors.New("not applied")
