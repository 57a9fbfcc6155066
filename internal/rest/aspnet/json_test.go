package aspnet_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// bindOne binds a body with a valid Version and the given member, and returns the result for that
// member.
func bindOne(t *testing.T, member, value string) any {
	t.Helper()
	values, s := updateContact.BindJSON([]byte(`{"Version":"","`+member+`":`+value+`}`), "")
	if len(s) > 0 {
		t.Errorf("%s: %s refused: %s", member, value, state(t, s))
	}
	return values[member]
}

func TestJSONValues(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		member, value string
		want          any
	}{
		{"Email", `"x"`, "x"},
		{"Email", `'x"y'`, `x"y`},
		{"Email", `""`, ""},
		{"Email", `null`, nil},
		{"Email", `"2024-11-21T06:40:14Z"`, "2024-11-21T06:40:14Z"},
		{"Email", `"\"\\\/\b\f\n\r\t\'\u00e6\ud83d\ude00"`, "\"\\/\b\f\n\r\t'æ😀"},
		{"Email", "\"a\tb\nc\"", "a\tb\nc"},
		{"Email", `/* why */ "x" // so` + "\n", "x"},
		{"Email", `true`, "true"},
		{"Email", `false`, "false"},
		{"Email", `NaN`, "NaN"},
		{"Email", `Infinity`, "Infinity"},
		{"Email", `-Infinity`, "-Infinity"},
		{"Phone", `4670123456`, "4670123456"},
		{"Phone", `0701234567`, "0701234567"},
		{"Phone", `0x1F`, "0x1F"},
		{"Phone", `1.50`, "1.50"},
		{"Phone", `-1e5`, "-1e5"},
		{"Phone", `.5`, ".5"},
		{"Phone", `12345678901234567890`, "12345678901234567890"},
		{"PreferredStoreId", `12`, 12},
		{"PreferredStoreId", `-2147483648`, -2147483648},
		{"PreferredStoreId", `0x1F`, 31},
		{"PreferredStoreId", `0xFFFFFFFF`, -1},
		{"PreferredStoreId", `010`, 8},
		{"PreferredStoreId", `"12"`, 12},
		{"PreferredStoreId", `" \t+0012\n"`, 12},
		{"PreferredStoreId", `""`, nil},
		{"PreferredStoreId", `null`, nil},
		{"LimitMailsPermanently", `true`, true},
		{"LimitMailsPermanently", `false`, false},
		{"LimitMailsPermanently", `" TRUE "`, true},
		{"LimitMailsPermanently", `"False"`, false},
		{"LimitMailsPermanently", `0`, false},
		{"LimitMailsPermanently", `1`, true},
		{"LimitMailsPermanently", `-1`, true},
		{"LimitMailsPermanently", `0.0`, false},
		{"LimitMailsPermanently", `0.5`, true},
		{"LimitMailsPermanently", `0x0`, false},
		{"LimitMailsPermanently", `99999999999999999999`, true},
		{"LimitMailsPermanently", `-00000000000000000000`, false},
		{"LimitMailsTemporarilyUntil", `null`, nil},
		{"LimitMailsTemporarilyUntil", `""`, nil},
		{"Version", `"AAAAAAAAB9E="`, []byte{0, 0, 0, 0, 0, 0, 7, 209}},
		{"Version", `" AAAA\tAAAA\r\nB9E= "`, []byte{0, 0, 0, 0, 0, 0, 7, 209}},
		{"Version", `""`, []byte{}},
		{"Version", `" "`, []byte{}},
		{"Version", `[0,0,0,0,0,0,7,209]`, []byte{0, 0, 0, 0, 0, 0, 7, 209}},
		{"Version", `[ 1, /* two */ 0x2, ]`, []byte{1, 2}},
		{"Version", `[]`, []byte{}},
		{"Version", `"00112233-4455-6677-8899-aAbBcCdDeEfF"`,
			[]byte{0x33, 0x22, 0x11, 0, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}},
	} {
		if diff := cmp.Diff(tt.want, bindOne(t, tt.member, tt.value)); diff != "" {
			t.Errorf("%s: %s: %s", tt.member, tt.value, diff)
		}
	}
}

// once is the state of a rejected member, and twice that of one whose value also confused the
// recovery after the error.
func once(member string) string { return `"updateContactDto.` + member + `":[` + occurred + `]` }

func twice(member string) string {
	return `"updateContactDto.` + member + `":[` + occurred + `,` + occurred + `]`
}

const notJSON = `"updateContactDto":[` + occurred + `]`

func TestJSONErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body, want string }{
		// The error of a wrong type is recorded, and the rest is bound and validated.
		{"text for a number", `{"PreferredStoreId":"abc"}`, once("PreferredStoreId") + "," + versionRequired},
		{"decimals for an integer", `{"Version":"","PreferredStoreId":1.0}`, once("PreferredStoreId")},
		{"exponent for an integer", `{"Version":"","PreferredStoreId":1e3}`, once("PreferredStoreId")},
		{"integer out of range", `{"Version":"","PreferredStoreId":"2147483648"}`, once("PreferredStoreId")},
		{"octal with a digit too high", `{"Version":"","PreferredStoreId":08}`, once("PreferredStoreId")},
		{"phone that is no octal", `{"Version":"","Phone":0708}`, once("Phone")},
		{"number out of every range", `{"Version":"","Phone":1e999}`, once("Phone")},
		{"null for a boolean", `{"Version":"","LimitMailsPermanently":null}`, once("LimitMailsPermanently")},
		{"number for a date", `{"Version":"","LimitMailsTemporarilyUntil":1732171214}`, once("LimitMailsTemporarilyUntil")},
		{"no text for a date", `{"Version":"","LimitMailsTemporarilyUntil":"tomorrow"}`, once("LimitMailsTemporarilyUntil")},
		{"missing value", `{"Version":"","Email":,"Phone":"123456789012345678901"}`,
			once("Email") + `,"updateContactDto.Phone":["The field Phone must be a string with a maximum length of 20."]`},
		{"two wrong types", `{"Version":"","ContactCompanyId":"x","PreferredStoreId":"y"}`,
			once("ContactCompanyId") + "," + once("PreferredStoreId")},
		{"the same member twice", `{"Version":"","PreferredStoreId":"x","preferredstoreid":"y"}`, twice("PreferredStoreId")},
		{"name in another case", `{"version":{}}`,
			`"updateContactDto.version":[` + occurred + `,"The Version field is required."]`},

		// A character that no value of the type starts with is consumed. If the rest is not a value
		// either, the object is abandoned and nothing is validated.
		{"boolean for a number", `{"PreferredStoreId":true}`, twice("PreferredStoreId")},
		{"undefined", `{"Email":undefined}`, twice("Email")},
		{"object for a string", `{"Version":"","Email":{"a":1},"Phone":"1"}`, twice("Email")},
		{"empty object for a string", `{"Email":{}}`, twice("Email")},
		{"array for a string", `{"Version":"","Email":["a"]}`, once("Email") + "," + notJSON},
		{"number with letters", `{"Version":"","Phone":12kg}`, twice("Phone")},
		{"unknown word", `{"Version":"","LimitMailsPermanently":truly}`, twice("LimitMailsPermanently")},

		// Version.
		{"version missing", `{}`, versionRequired},
		{"version null", `{"Version":null}`, versionRequired},
		{"version not base64", `{"Version":"AAAAAAAAB9E"}`,
			`"updateContactDto.Version":[` + occurred + `,"The Version field is required."],` + notJSON},
		{"version not base64 before another member", `{"Version":"?","Email":"x"}`, once("Version") + "," + once("Email")},
		{"version of a short number", `{"Version":5}`, twice("Version")},
		{"version of a long number", `{"Version":123}`,
			`"updateContactDto.Version":[` + occurred + `,"The Version field is required."]`},
		{"version of an object", `{"Version":{"a":[1]}}`,
			`"updateContactDto.Version":[` + occurred + `,"The Version field is required."]`},
		{"version of large numbers", `{"Version":[0,300]}`, once("Version[1]") + "," + versionRequired},
		{"version of nested numbers", `{"Version":[[0]]}`, once("Version[0]") + "," + versionRequired},
		{"version with a gap", `{"Version":[0,,1]}`, once("Version[1]") + "," + versionRequired},
		{"date that no DateTimeOffset holds", `{"Version":"","LimitMailsTemporarilyUntil":"2024-11-21T06:40:14+15:00"}`,
			once("LimitMailsTemporarilyUntil") + "," + notJSON},

		// Not JSON, or not an object.
		{"no value", `not json`, notJSON},
		{"array", `[1]`, notJSON},
		{"string", `"x"`, notJSON},
		{"number", `5`, notJSON},
		{"constructor", `new Date(0)`, notJSON},
		{"no name", `{5:1,:2}`, notJSON},
		{"comment before the colon", `{"Version" /* c */:""}`, notJSON},
		{"no colon", `{"Version" "x"}`, notJSON},
		{"no comma", `{"Version":"" "Email":"x"}`, once("Version")},
		{"wrong end", `{"Version":""]`, notJSON},
		{"bad escape", `{"Version":"","Email":"\q"}`, twice("Email")},
		{"bad unicode escape", `{"Version":"","Email":"\u00g0"}`, twice("Email")},

		// Cut off: the last member read, twice within its value.
		{"cut off at the start", `{`, notJSON},
		{"cut off behind a value", `{"Version":""`, once("Version")},
		{"cut off behind a comma", `{"Version":"",`, once("Version")},
		{"cut off in a name", `{"Version":"","Em`, once("Version")},
		{"cut off behind a name", `{"Version":"","Email"`, once("Version")},
		{"cut off before a value", `{"Version":"","Email":`, twice("Email")},
		{"cut off in a value", `{"Version":"","Email":"a`, twice("Email")},
		{"cut off in a value, no version", `{"Email":"a`, twice("Email") + "," + versionRequired},
		{"cut off in a comment", `{"Version":"" /*`, once("Version")},

		// Beyond the framework.
		{"NUL in a string", `{"Version":"","Email":"a\u0000b"}`, once("Email")},
		{"half a surrogate pair", `{"Version":"","Email":"\ud800"}`, once("Email")},
		{"surrogate pair in the wrong order", `{"Version":"","Email":"\ude00\ud83d"}`, once("Email")},
		{"bytes that are no UTF-8", "{\"Version\":\"\",\"Email\":\"\xff\"}", notJSON},
		{"error in an unknown member", `{"Version":"","<script>":@}`, `"updateContactDto":[` + occurred + `,` + occurred + `]`},
		{"error in a nested member", `{"Version":{"<script>":1}}`,
			`"updateContactDto.Version":[` + occurred + `,"The Version field is required."]`},
	} {
		values, s := updateContact.BindJSON([]byte(tt.body), "utf-8")
		if diff := cmp.Diff(tt.want, state(t, s)); diff != "" || values != nil {
			t.Errorf("%s: %s: values %v, state %s", tt.name, tt.body, values, diff)
		}
	}
}

func TestJSONWithoutABody(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", " \r\n\t", "null", " null ", "\ufeff", "/* nothing */", "undefined", `""`} {
		if _, s := updateContact.BindJSON([]byte(body), ""); state(t, s) != `"updateContactDto":["A request body is required."]` {
			t.Errorf("%q: %s", body, state(t, s))
		}
	}
}

func TestJSONNotations(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"Version":"","Email":"x"}`,
		`{'Version':'','Email':'x'}`,
		`{Version:"",Email:"x"}`,
		`{"VERSION":"","eMAIL":"x",}`,
		`/* a */ { // b` + "\n" + `"Version" : /* c */ "" /* d */ , /* e */ "Email":"x" /* f */ } // g`,
		"\ufeff \u00a0{\x00\"Version\":\"\",\"Email\":\"x\"}",
		`{"Version":"","Email":"1","email":"x"}`,
		`{"Version":"","Email":"x"} and more`,
		`{"Foo":{"x":[1,{"y":null},new Date(0,[1])],"z":undefined,q:NaN,"i":-Infinity},"Version":"","Email":"x"}`,
		`{"Foo":[,],"Bar":true,"":-1.5e+3,$_æ1:0x1F,"Version":"","Email":"x"}`,
		`{"Foo":"/Date(0)/","\ud800":"\udc00\u0000","Version":"","Email":"x"}`,
	} {
		values, s := updateContact.BindJSON([]byte(body), "utf-8")
		if want := "x"; len(s) > 0 || values["Email"] != want {
			t.Errorf("%s: %v, %s", body, values, state(t, s))
		}
	}
}

func TestJSONAbsentMembersAreNotValues(t *testing.T) {
	t.Parallel()
	values, _ := updateContact.BindJSON([]byte(`{"Version":"","Email":null}`), "")
	if _, sent := values["Phone"]; sent || len(values) != 2 {
		t.Errorf("got %v", values)
	}
}

func TestJSONCharsets(t *testing.T) {
	t.Parallel()
	const text = `{"Version":"","Email":"æ😀"}`
	little, big := []byte{}, []byte{}
	for _, unit := range utf16.Encode([]rune(text)) {
		little = binary.LittleEndian.AppendUint16(little, unit)
		big = binary.BigEndian.AppendUint16(big, unit)
	}
	for _, tt := range []struct {
		name, charset string
		body          string
		ok            bool
	}{
		{"UTF-8", "utf-8", text, true},
		{"no label", "", text, true},
		{"unknown label", "foo", text, true},
		{"UTF-16", "UTF-16", string(little), true},
		{"UTF-16 with a mark", "utf-16", "\xFF\xFE" + string(little), true},
		{"UTF-16 by its mark alone", "utf-8", "\xFF\xFE" + string(little), true},
		{"big-endian by its mark", "utf-16", "\xFE\xFF" + string(big), true},
		{"UTF-8 by its mark", "utf-16", "\xEF\xBB\xBF" + text, true},
		{"UTF-16 without the label", "utf-8", string(little), false},
		{"half a unit", "utf-16", string(little) + "x", false},
		{"half a surrogate pair", "utf-16", strings.Replace(string(little), "\x00\xDE", "x\x00", 1), false},
		{"surrogate at the end", "utf-16", string(little) + "\x3D\xD8", false},
	} {
		values, s := updateContact.BindJSON([]byte(tt.body), tt.charset)
		if !tt.ok && state(t, s) != notJSON || tt.ok && values["Email"] != "æ😀" {
			t.Errorf("%s: %v, %s", tt.name, values, state(t, s))
		}
	}
}

func TestJSONLengthsCountUTF16Units(t *testing.T) {
	t.Parallel()
	const tooLong = `"updateContactDto.Phone":["The field Phone must be a string with a maximum length of 20."]`
	for phone, want := range map[string]string{
		strings.Repeat("æ", 20): "", strings.Repeat("æ", 21): tooLong,
		strings.Repeat("😀", 10): "", strings.Repeat("😀", 10) + "x": tooLong,
	} {
		if _, s := updateContact.BindJSON([]byte(`{"Version":"","Phone":"`+phone+`"}`), ""); (len(s) == 0) != (want == "") || len(s) > 0 && state(t, s) != want {
			t.Errorf("%s: %s", phone, state(t, s))
		}
	}
}

// TestJSONDepth nests unknown members up to the framework's limit and past it.
func TestJSONDepth(t *testing.T) {
	t.Parallel()
	for depth, want := range map[int]string{255: "", 256: notJSON, 100000: notJSON} {
		body := `{"Version":"","Foo":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `,"Email":"x"}`
		if _, s := updateContact.BindJSON([]byte(body), ""); (len(s) == 0) != (want == "") || len(s) > 0 && state(t, s) != want {
			t.Errorf("%d: %s", depth, state(t, s))
		}
	}
}
