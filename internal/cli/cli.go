// Package cli reads the command line and contains all commands except serve, which is in the main
// package.
//
// Each command is a struct, and each flag is a field of it: the field's tag holds the help text and
// the default. So a new flag is one new field. Add a flag of every command to Settings, and a flag
// of one command to the struct of that command: serve is in serve.go of the main package, all
// others are in the files of this package that are named after their commands. The environment
// variable of a flag is CONTACTGRAPH_ and its name: CONTACTGRAPH_LOG_LEVEL for
// --log-level. Flags of serve can also be in a file: see config.go, and resolve.go for the order in
// which these count. variables.go refuses variables that do not exist.
//
// Start reading at Run. It parses the arguments and calls the method Run of the chosen command.
// serve and the commands about accounts, users and keys open the database with Settings.Open; these
// commands act as the server itself. migrate, verify, copy and backup do not.
package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// program is the name of the program in its texts and environment variables.
const program = "contactgraph"

// prefix is how the names of the environment variables begin.
const prefix = "CONTACTGRAPH_"

// Process is the environment of a command. Tests replace it.
type Process struct {
	Getenv         func(string) string
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	variables []string // those of the environment that belong to this program, without empty ones
	more      []string // those that are known and belong to no flag
	reparse   func() (any, []string, error)
}

// NewProcess returns a process with an environment, whose lines have the form NAME=VALUE. more are
// the variables of this program that belong to no flag.
func NewProcess(environ []string, more ...string) *Process {
	values := map[string]string{}
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		values[name] = value
	}
	p := &Process{Getenv: func(name string) string { return values[name] }, more: append(more, passwordVariable)}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if strings.HasPrefix(name, prefix) && values[name] != "" {
			p.variables = append(p.variables, name)
		}
	}
	return p
}

// Run runs the command in args. commands is a pointer to a struct with a field for each command, as
// github.com/alecthomas/kong reads it. The method Run of a command may take the context and p. A
// flag that is not in args is taken from the environment, and then from the file that --config
// names. Run returns nil after --help.
func Run(ctx context.Context, commands any, args []string, p *Process) error {
	command, err := parse(ctx, commands, args, p)
	if err != nil || command == nil {
		return err
	}
	p.reparse = func() (any, []string, error) {
		fresh := reflect.New(reflect.TypeOf(commands).Elem()).Interface()
		again, err := parse(ctx, fresh, args, p)
		if err != nil {
			return nil, nil, err
		}
		return fresh, different(command, again), nil
	}
	return command.Run()
}

// Reparse reads the command line, the environment and the configuration file again, and returns
// commands as a new struct of the type that Run was called with. changed are the flags whose values
// differ from those at the start.
func (p *Process) Reparse() (commands any, changed []string, err error) { return p.reparse() }

// parse reads the command line. The command is nil after --help.
func parse(ctx context.Context, commands any, args []string, p *Process) (*kong.Context, error) {
	helpShown := false
	parser, err := kong.New(commands,
		kong.Name(program),
		kong.Description("A server for customer contacts, with a GraphQL API, a web console and two legacy REST APIs."),
		kong.Writers(p.Stdout, p.Stderr),
		kong.Exit(func(int) { helpShown = true }), // kong exits the process after --help
		kong.WithBeforeResolve(func(c *kong.Context, path *kong.Path) error {
			if path.App == nil { // the hook is called for each element of the command line
				return nil
			}
			if err := p.refuseUnknown(c.Model.Node); err != nil {
				return err
			}
			r, err := newResolver(c, p.Getenv)
			c.AddResolver(r)
			return err
		}),
		kong.Help(help),
		kong.ValueFormatter(describe),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(p),
	)
	if err != nil {
		return nil, err
	}
	command, err := parser.Parse(args)
	if helpShown {
		return nil, nil //nolint:nilnil // there is no command to run
	}
	if err != nil {
		return nil, fmt.Errorf("%w (see %s --help)", err, program)
	}
	return command, nil
}

// different returns the flags whose values differ between two readings of the same command line.
func different(before, after *kong.Context) (names []string) {
	flags := after.Flags()
	for i, flag := range before.Flags() {
		if !reflect.DeepEqual(before.FlagValue(flag), after.FlagValue(flags[i])) {
			names = append(names, "--"+flag.Name)
		}
	}
	return names
}

// help prints the help as kong does. Without a command it also prints the flags of the default
// command.
func help(o kong.HelpOptions, c *kong.Context) error {
	if err := kong.DefaultHelpPrinter(o, c); err != nil || c.Selected() != nil {
		return err
	}
	byDefault, err := kong.Trace(c.Kong, []string{c.Model.DefaultCmd.Name})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(c.Stdout); err != nil {
		return err
	}
	return kong.DefaultHelpPrinter(o, byDefault)
}

// variable returns the environment variable of a flag.
func variable(flag string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// describe returns the help text of a flag, with its environment variable.
func describe(v *kong.Value) string {
	if v.Flag == nil || isHelp(v) {
		return v.Help
	}
	return v.Help + " [$" + variable(v.Name) + "]"
}

func isHelp(v *kong.Value) bool { return v.Name == "help" }
