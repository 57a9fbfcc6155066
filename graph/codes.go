package graph

import (
	"contactgraph/graph/apierror"
	"contactgraph/graph/cost"
	"contactgraph/graph/generated"
)

// FieldCosts returns what the fields of the schema cost.
func FieldCosts() []cost.FieldCost {
	return costs(generated.NewExecutableSchema(generated.Config{}).Schema()).Table()
}

// PayloadCodes returns the codes of errors in payloads, with their descriptions in the schema.
func PayloadCodes() []apierror.Code {
	var all []apierror.Code
	for _, v := range generated.NewExecutableSchema(generated.Config{}).Schema().Types["ContactErrorCode"].EnumValues {
		all = append(all, apierror.Code{Name: v.Name, Meaning: v.Description})
	}
	return all
}
