// Package aspnet reads request bodies the way ASP.NET Web API 2 (5.2.7) with Json.NET 11 does. The
// REST API that this server replaces ran on that framework, and its clients rely on what the
// framework accepts (single quotes, comments, "12" for a number, several notations of a date) and
// on the exact keys and messages with which it rejects the rest.
//
// The package covers three steps of the framework:
//
//   - JSON: JsonMediaTypeFormatter with Json.NET's JsonTextReader and JsonSerializerInternalReader
//   - forms: JQueryMvcFormUrlEncodedFormatter with the model binders
//   - validation: the attributes Required and StringLength, as DefaultBodyModelValidator applies
//     them
//
// The sources are the published source code of ASP.NET Web API and Json.NET, and requests that were
// sent to the running framework. 44 of those requests, with the framework's responses, are in
// internal/rest/testdata/contacts-put.jsonl; the tests here and in internal/rest replay them.
// Comments name the method of the framework that a function follows.
//
// The error keys and messages depend on how far the framework's reader came before it failed and on
// where it went on reading. The JSON reader therefore reproduces the framework's states and does
// not start from the grammar.
//
// The package is stricter than the framework where a body could do harm: it rejects NUL characters
// and text that is not valid Unicode, and errors repeat nothing of a body except the letter case of
// a member's name.
//
// The framework no longer changes, so this package does not either: change it only when a recorded
// request shows that the framework behaves differently, and add that request to the tests.
//
// Start with [Model.BindJSON] and [Model.BindForm] in model.go. The JSON path continues in
// object.go (members), values.go (typed values), tokens.go and reader.go (the token reader); the
// form path in form.go. date.go and jsondate.go parse dates, validate.go applies the attributes,
// and modelstate.go collects the errors.
package aspnet
