package cli

import (
	"cmp"
	"context"

	"contactgraph/internal/version"
)

// Version is the command that describes the binary.
type Version struct {
	Output `embed:""`
}

// Run prints the version of the program, the revision it was built from, the version of Go, and the
// newest migration.
func (c *Version) Run(_ context.Context, p *Process) error {
	v := version.Current()
	return c.print(p.Stdout, v, table(
		program+"\t"+v.Version,
		"revision\t"+cmp.Or(v.Revision, "unknown"),
		"go\t"+v.Go,
		"migration\t"+v.Migration,
	))
}
