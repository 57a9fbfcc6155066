package costtest

import "strings"

// Introspection returns introspection queries as client tools send them: GraphiQL and graphql-js in
// its oldest and newest form, and those that also ask for every option.
func Introspection() map[string]string {
	const typeFields = "kind name description"
	ofType := func(levels int) string {
		return strings.Repeat("ofType{kind name ", levels) + strings.Repeat("}", levels)
	}
	query := func(typeOptions, argOptions, schemaOptions, directiveOptions string, levels int) string {
		return "query IntrospectionQuery{__schema{" + schemaOptions + "queryType{name kind} mutationType{name kind} subscriptionType{name kind} types{...FullType} " +
			"directives{name description " + directiveOptions + "locations args" + argOptions + "{...InputValue}}}} " +
			"fragment FullType on __Type{" + typeFields + " " + typeOptions + "fields(includeDeprecated:true){name description args" + argOptions +
			"{...InputValue} type{...TypeRef} isDeprecated deprecationReason} inputFields" + argOptions + "{...InputValue} interfaces{...TypeRef} " +
			"enumValues(includeDeprecated:true){name description isDeprecated deprecationReason} possibleTypes{...TypeRef}} " +
			"fragment InputValue on __InputValue{name description type{...TypeRef} defaultValue" + strings.ReplaceAll(argOptions, "(includeDeprecated:true)", " isDeprecated deprecationReason") + "} " +
			"fragment TypeRef on __Type{kind name " + ofType(levels) + "}"
	}
	return map[string]string{
		"graphql-js 14":     query("", "", "", "", 7),
		"graphql-js 16":     query("specifiedByURL ", "(includeDeprecated:true)", "description ", "isRepeatable ", 9),
		"with every option": query("specifiedByURL isOneOf ", "(includeDeprecated:true)", "description ", "isRepeatable ", 9),
	}
}
