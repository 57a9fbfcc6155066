package arguments

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"contactgraph/graph/apierror"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// This file rejects decimal numbers that a float of 64 bits does not hold. gqlgen reads literals as
// such floats: a value of type JSON would be stored with other digits than were sent. Variables
// keep all digits.

// mustBeExact is the predicate of a value that has such a number.
const mustBeExact = "has a number with too many digits for a literal: send it in a variable"

// checkDefaults returns an error if the default of a variable has such a number.
func checkDefaults(variables ast.VariableDefinitionList) *gqlerror.Error {
	for _, v := range variables {
		if v.DefaultValue != nil && rounded(v.DefaultValue) {
			e := apierror.New(apierror.CodeBadInput, "The default of "+v.Variable+" "+mustBeExact+".")
			e.Path = ast.Path{ast.PathName("variable"), ast.PathName(v.Variable)}
			e.Locations = []gqlerror.Location{{Line: v.Position.Line, Column: v.Position.Column}}
			return e
		}
	}
	return nil
}

// rounded reports whether a literal has a number that is rounded when it is read.
func rounded(v *ast.Value) bool {
	if v.Kind == ast.FloatValue {
		return !isExact(v.Raw)
	}
	return slices.ContainsFunc(v.Children, func(c *ast.ChildValue) bool { return rounded(c.Value) })
}

// The limits within which a decimal number is the shortest text of its float of 64 bits.
const (
	exactDigits    = 15
	smallestNormal = 0x1p-1022
)

// isExact reports whether a decimal number keeps its value as a float of 64 bits that is written in
// as few digits as possible.
func isExact(decimal string) bool {
	mantissa, _, _ := strings.Cut(strings.ToLower(decimal), "e")
	digits := strings.Trim(strings.NewReplacer("-", "", ".", "").Replace(mantissa), "0")
	f, err := strconv.ParseFloat(decimal, 64)
	return digits == "" || err == nil && len(digits) <= exactDigits && math.Abs(f) >= smallestNormal
}
