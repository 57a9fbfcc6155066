package cli

import (
	"fmt"
	"slices"

	"github.com/alecthomas/kong"
)

// configFlag is the name of the flag of the configuration file.
const configFlag = "config"

// level returns the value of a flag in one of the places that settings come from, nil if it has
// none there.
type level func(flag *kong.Flag) any

// resolver finds the values of the flags that are not on the command line: in the environment, and
// then in the configuration file. Of flags that exclude each other, such as --database and
// --database-file, it returns those of the first level that has one.
type resolver struct {
	levels []level
}

var _ kong.Resolver = resolver{}

// newResolver returns the resolver of a command line that has been read. It reads the configuration
// file. It fails if one level has two flags that exclude each other.
func newResolver(c *kong.Context, getenv func(string) string) (resolver, error) {
	r := resolver{[]level{environment(getenv)}}
	flags := c.Flags()
	i := slices.IndexFunc(flags, func(f *kong.Flag) bool { return f.Name == configFlag })
	if i < 0 { // there is no command
		return r, nil
	}
	file, _ := c.FlagValue(flags[i]).(string)
	if file == "" {
		file = getenv(variable(configFlag))
	}
	if file != "" {
		values, err := loadConfig(file, c.Model.DefaultCmd.Flags)
		if err != nil {
			return r, err
		}
		r.levels = append(r.levels, values.of)
	}
	for _, of := range append(r.levels, commandLine(c)) {
		for _, flag := range flags {
			if other := alternative(flags, flag); other != nil && of(flag) != nil && of(other) != nil {
				return r, fmt.Errorf("set either --%s or --%s", flag.Name, other.Name)
			}
		}
	}
	return r, nil
}

// Validate is a part of kong.Resolver. The file is checked when it is read.
func (resolver) Validate(*kong.Application) error { return nil }

// Resolve returns the value of a flag, nil for its default.
func (r resolver) Resolve(c *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
	other := alternative(parent.Flags, flag)
	if other != nil && commandLine(c)(other) != nil {
		return nil, nil
	}
	for _, of := range r.levels {
		if value := of(flag); value != nil {
			return value, nil
		}
		if other != nil && of(other) != nil {
			return nil, nil
		}
	}
	return nil, nil
}

// alternative returns the flag that excludes a flag, nil if there is none: the tag instead of the
// one names the other. kong's xor takes a default for a value that was set.
func alternative(all []*kong.Flag, flag *kong.Flag) *kong.Flag {
	for _, other := range all {
		if other.Tag.Get("instead") == flag.Name || flag.Tag.Get("instead") == other.Name {
			return other
		}
	}
	return nil
}

// commandLine returns the level of the command line.
func commandLine(c *kong.Context) level {
	return func(flag *kong.Flag) any {
		for _, p := range c.Path {
			if p.Flag == flag && !p.Resolved {
				return c.FlagValue(flag)
			}
		}
		return nil
	}
}

// environment returns the level of environment variables. An empty variable counts as unset. kong's
// own resolver reads the variables of the process, which parallel tests share.
func environment(getenv func(string) string) level {
	return func(flag *kong.Flag) any {
		value := getenv(variable(flag.Name))
		if value == "" || isHelp(flag.Value) {
			return nil
		}
		return value
	}
}
