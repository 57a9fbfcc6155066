package cli

import (
	"bufio"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Man is the command that prints the manual page. It is written from the command line itself, so
// that it has every command and flag.
type Man struct{}

// Run prints the page, for man(1).
func (Man) Run(c *kong.Context, p *Process) error {
	w := roff{bufio.NewWriter(p.Stdout)}
	w.line(`.TH CONTACTGRAPH 1 "" contactgraph "User Commands"`)
	w.section("NAME")
	w.line(program + ` \- server for customer contacts`)
	w.section("SYNOPSIS")
	w.line(".B " + program)
	w.line(".RI [ command ] \" \" [ flags ]")
	w.section("DESCRIPTION")
	w.text(c.Model.Help)
	w.text("Without a command, serve runs.")
	w.section("COMMANDS")
	inherited := map[string]bool{}
	for _, flag := range settingsOf(c) {
		inherited[flag.Name] = true
	}
	for _, command := range c.Model.Leaves(true) {
		w.command(command, func(flag *kong.Flag) bool { return command == c.Model.DefaultCmd || inherited[flag.Name] })
	}
	w.section("COMMON SETTINGS")
	w.text("All commands that open a database have these, except copy.")
	for _, flag := range settingsOf(c) {
		w.flag(flag)
	}
	w.section("FLAGS OF SERVE")
	w.text("All of them, and the settings above, can also be lines of the file that --config names.")
	for _, flag := range c.Model.DefaultCmd.Flags {
		if !inherited[flag.Name] && !flag.Hidden {
			w.flag(flag)
		}
	}
	w.section("ENVIRONMENT")
	w.text("Each flag has a variable: " + variable("") + " followed by the flag in capitals, with _ for -. " +
		"A flag takes precedence over its variable, and the variable over the file of --config.")
	w.section("SIGNALS")
	w.tagged("SIGTERM, SIGINT", "complete running requests, and exit. A second signal ends the process at once.")
	w.tagged("SIGHUP", "read the log level and the certificate again.")
	w.section("EXIT STATUS")
	w.text("0 if the command succeeded, otherwise 1.")
	return w.Flush()
}

// settingsOf returns the flags of Settings, which all commands that open a database have.
func settingsOf(c *kong.Context) []*kong.Flag {
	flags := slices.Clone(c.Model.DefaultCmd.Flags)
	for _, command := range c.Model.Leaves(true) {
		if hasFlag(command, configFlag) {
			flags = slices.DeleteFunc(flags, func(f *kong.Flag) bool { return !hasFlag(command, f.Name) })
		}
	}
	return flags
}

func hasFlag(command *kong.Node, name string) bool {
	return slices.ContainsFunc(command.Flags, func(f *kong.Flag) bool { return f.Name == name })
}

// roff writes the macros of man(7).
type roff struct{ *bufio.Writer }

func (w roff) line(text string) { fmt.Fprintln(w, text) } //nolint:errcheck // Flush returns the error

func (w roff) section(name string) { w.line(".SH " + name) }

func (w roff) text(text string) { w.line(".PP\n" + escape(text)) }

func (w roff) tagged(tag, text string) { w.line(".TP\n.B " + escape(tag) + "\n" + escape(text)) }

// command describes a command and those of its flags that are not described elsewhere.
func (w roff) command(command *kong.Node, elsewhere func(*kong.Flag) bool) {
	words := []string{strings.TrimPrefix(command.Path(), program+" ")}
	for _, arg := range command.Positional {
		words = append(words, strings.ToUpper(arg.Name))
	}
	w.line(".SS " + escape(strings.Join(words, " ")))
	w.line(escape(command.Help))
	for _, flag := range command.Flags {
		if !elsewhere(flag) && !flag.Hidden {
			w.flag(flag)
		}
	}
}

func (w roff) flag(flag *kong.Flag) {
	name := "--" + flag.Name
	if !flag.IsBool() {
		name += "=" + strings.Trim(flag.FormatPlaceHolder(), `"`)
	}
	w.tagged(name, flag.Help)
}

// escape returns a text in which nothing is a request or an escape sequence of roff.
func escape(text string) string {
	text = strings.NewReplacer(`\`, `\e`, `-`, `\-`, "\n", " ").Replace(strings.TrimSpace(text))
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		return `\&` + text
	}
	return text
}
