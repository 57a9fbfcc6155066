// Package cli is the command line: how it is read, what its commands have in common, and the commands that make API keys and
// users. Every flag has an environment variable, which --help shows.
package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// program is how the program calls itself.
const program = "contactgraph"

// Process is what a command has of the process that it runs in.
type Process struct {
	Getenv         func(string) string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// Run runs the command that args choose in grammar, a pointer to a struct as kong reads it: its method Run, which may take
// the context and p. A flag that args lack is taken from the environment. --help is no error.
func Run(ctx context.Context, grammar any, args []string, p *Process) error {
	helped := false
	parser, err := kong.New(grammar,
		kong.Name(program),
		kong.Description("A server for contacts: GraphQL, and two documented REST APIs."),
		kong.Writers(p.Stdout, p.Stderr),
		kong.Exit(func(int) { helped = true }), // kong means to leave the process after --help
		kong.Resolvers(environment(p.Getenv)),
		kong.Help(help),
		kong.ValueFormatter(describe),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(p),
	)
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if helped {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w (%s --help shows the commands and their flags)", err, program)
	}
	return command.Run()
}

// help prints what kong does and, where no command is given, the flags of the one that runs then.
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

// variable is the environment variable of a flag.
func variable(flag string) string {
	return strings.ToUpper(program + "_" + strings.ReplaceAll(flag, "-", "_"))
}

// environment takes flags from the environment; an empty variable counts as none. kong's own way reads the variables of the
// process, which tests that run side by side would share.
func environment(getenv func(string) string) kong.ResolverFunc {
	return func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		value := getenv(variable(flag.Name))
		if value == "" || isHelp(flag.Value) {
			return nil, nil
		}
		return value, nil
	}
}

// describe is a flag's help with its environment variable.
func describe(v *kong.Value) string {
	if v.Flag == nil || isHelp(v) {
		return v.Help
	}
	return v.Help + " [$" + variable(v.Name) + "]"
}

func isHelp(v *kong.Value) bool { return v.Name == "help" }
