//go:build tools

// Command contactgraph's code generators, pinned by go.mod.
package main

import (
	_ "entgo.io/ent/entc"
	_ "github.com/99designs/gqlgen"
)
