package graph

import "contactgraph/graph/cost"

// FieldCosts returns what the fields of the schema cost.
func FieldCosts() []cost.FieldCost { return costs().Table() }
