package dialect

import "strings"

// Builder writes a statement in the grammar of an engine. Its parameters are numbered in the order
// in which they are asked for.
type Builder struct {
	grammar    Grammar
	text       strings.Builder
	parameters int
}

// NewBuilder returns an empty Builder.
func NewBuilder(g Grammar) *Builder { return &Builder{grammar: g} }

// Write appends text.
func (b *Builder) Write(parts ...string) {
	for _, p := range parts {
		b.text.WriteString(p)
	}
}

// Separate appends the separator unless index, that of the next item, is 0.
func (b *Builder) Separate(index int, separator string) {
	if index > 0 {
		b.text.WriteString(separator)
	}
}

// Parameter returns the next parameter.
func (b *Builder) Parameter() string {
	b.parameters++
	return b.grammar.Parameter(b.parameters)
}

// Parameters appends n parameters, separated by commas.
func (b *Builder) Parameters(n int) {
	for i := range n {
		b.Separate(i, ", ")
		b.Write(b.Parameter())
	}
}

// Values appends a VALUES clause of n rows. The parameters of the first row have the types of the
// columns: PostgreSQL takes the types of all rows from it.
func (b *Builder) Values(n int, columns []string) {
	b.Write("VALUES ")
	for row := range n {
		b.Separate(row, ", ")
		b.Write("(")
		if row > 0 {
			b.Parameters(len(columns))
		} else {
			for i, c := range columns {
				b.Separate(i, ", ")
				b.Write(b.grammar.Cast(b.Parameter(), c))
			}
		}
		b.Write(")")
	}
}

// LockRows appends Grammar.LockRows.
func (b *Builder) LockRows() { b.Write(b.grammar.LockRows()) }

// RepeatAccount appends a condition on the account, which is the first parameter, if the engine
// wants it: see Grammar.RepeatsAccount.
func (b *Builder) RepeatAccount(column string) {
	if b.grammar.RepeatsAccount() {
		b.Write(`"`, column, `" = `, b.grammar.Parameter(1), " AND ")
	}
}

// String returns the statement.
func (b *Builder) String() string { return b.text.String() }
