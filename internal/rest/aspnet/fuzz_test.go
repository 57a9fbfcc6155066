package aspnet_test

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"contactgraph/internal/rest/aspnet"
)

// stateKey and message are all that a ModelState can contain: nothing else of a body is repeated.
var (
	stateKey = regexp.MustCompile(`^updateContactDto(\.(?i:NewPassword|Version|Email|PhoneCountryCode|Phone|FirstName|LastName|` +
		`LimitMailsPermanently|LimitMailsTemporarilyUntil|PreferredStoreId|ContactCompanyId|LatestPermissionSource)(\[\d+\])*)?$`)
	message = regexp.MustCompile(`^(An error has occurred\.|A request body is required\.|The Version field is required\.|` +
		`A value is required but was not present in the request\.|` +
		`The field \w+ must be a string with a maximum length of \d+\.)$`)
)

// checkResult checks what holds for the result of every body.
func checkResult(t *testing.T, values aspnet.Values, s aspnet.ModelState) {
	t.Helper()
	if (len(s) > 0) != (values == nil) {
		t.Errorf("values %v with state %v", values, s)
	}
	for _, field := range s {
		if !stateKey.MatchString(field.Key) || len(field.Messages) == 0 {
			t.Errorf("key %q with %d messages", field.Key, len(field.Messages))
		}
		for _, text := range field.Messages {
			if !message.MatchString(text) {
				t.Errorf("message %q", text)
			}
		}
	}
	if len(s) == 0 {
		checkValues(t, values)
	}
}

func checkValues(t *testing.T, values aspnet.Values) {
	t.Helper()
	if _, ok := values["Version"].([]byte); !ok {
		t.Errorf("Version %v", values["Version"])
	}
	known := 0
	for _, m := range updateContact.Members {
		value, sent := values[m.Name]
		if !sent {
			continue
		}
		known++
		if !fits(m, value) {
			t.Errorf("%s: %v", m.Name, value)
		}
	}
	if known != len(values) {
		t.Errorf("unknown members in %v", values)
	}
}

// fits reports whether a value has the kind of the member and is within its limits.
func fits(m aspnet.Member, value any) bool {
	switch v := value.(type) {
	case nil:
		return m.Kind != aspnet.Bool
	case string:
		return m.Kind == aspnet.String && utf8.ValidString(v) && !strings.ContainsRune(v, 0) &&
			(m.MaxLength == 0 || len(utf16.Encode([]rune(v))) <= m.MaxLength)
	case int:
		return m.Kind == aspnet.NullableInt32 && v == int(int32(v))
	case bool:
		return m.Kind == aspnet.Bool
	case []byte:
		return m.Kind == aspnet.Bytes && v != nil
	case time.Time:
		_, offset := v.Zone()
		return m.Kind == aspnet.NullableDateTimeOffset && v.UTC().Year() >= 1 && v.UTC().Year() <= 9999 &&
			v.Year() >= 1 && v.Year() <= 9999 && offset >= -14*3600 && offset <= 14*3600 && v.Nanosecond()%100 == 0
	}
	return false
}

func FuzzBindJSON(f *testing.F) {
	for _, c := range recordedCases(f) {
		f.Add([]byte(c.Request.Body), "utf-8")
	}
	for text := range jsonDates {
		f.Add([]byte(`{"LimitMailsTemporarilyUntil":"`+text+`"}`), "")
	}
	f.Add([]byte("{\x00\"\x00a\x00\"\x00:\x001\x00}\x00"), "utf-16")
	f.Add([]byte(`{"Foo":{"x":[1,{y:null},new Date(0)],'z':undefined},"Version":[0,1,],"Email":-Infinity,/**/}//`), "")
	f.Fuzz(func(t *testing.T, body []byte, charset string) {
		values, s := updateContact.BindJSON(body, charset)
		checkResult(t, values, s)
		again, sAgain := updateContact.BindJSON(body, charset)
		if !reflect.DeepEqual(values, again) || !reflect.DeepEqual(s, sAgain) {
			t.Errorf("%v, %v and then %v, %v", values, s, again, sAgain)
		}
	})
}

func FuzzBindForm(f *testing.F) {
	for _, c := range recordedCases(f) {
		f.Add([]byte(c.Request.Body))
	}
	for text := range dates {
		f.Add([]byte("LimitMailsTemporarilyUntil=" + text))
	}
	f.Add([]byte("Version[0]=1&Version[1]=0x2&PreferredStoreId=%231F&LimitMailsPermanently=+True+&Phone="))
	f.Fuzz(func(t *testing.T, body []byte) {
		values, s := updateContact.BindForm(body)
		checkResult(t, values, s)
		again, sAgain := updateContact.BindForm(body)
		if !reflect.DeepEqual(values, again) || !reflect.DeepEqual(s, sAgain) {
			t.Errorf("%v, %v and then %v, %v", values, s, again, sAgain)
		}
	})
}

// TestLargeBodies binds bodies of the maximum size that would take long if any step were not
// linear.
func TestLargeBodies(t *testing.T) {
	t.Parallel()
	fill := func(start, piece, end string) []byte {
		return []byte(start + strings.Repeat(piece, (256<<10-len(start)-len(end))/len(piece)) + end)
	}
	for _, body := range [][]byte{
		fill(`{"a":`, `[`, ``),
		fill(`{"a":`, `{"a":`, `}`),
		fill(`{"a":`, `new a(`, ``),
		fill(`{"Version":`, `[`, ``),
		fill(`{"Version":[`, `0,`, `300]}`),
		fill(`{`, `"Version":"?",`, `}`),
		fill(`{`, `"Version":[0,0,0,0,0,0,0,0,0,x],`, `}`),
		fill(`{`, `"PreferredStoreId":"",`, `}`),
		fill(`{`, `"PreferredStoreId":"x",`, `}`),
		fill(`{"Email":"`, `\ud800`, `"}`),
		fill(`{"Email":`, `9`, `}`),
		fill(`{"LimitMailsPermanently":`, `9`, `}`),
		fill(`{"LimitMailsTemporarilyUntil":"2024-11-21 06:40:14.`, `9`, `"}`),
		fill(`{"LimitMailsTemporarilyUntil":"`, `21 `, `"}`),
		fill(`{"LimitMailsTemporarilyUntil":"/Date(`, `9`, `)/"}`),
		fill(`{`, `/**/`, `}`),
	} {
		values, s := updateContact.BindJSON(body, "")
		checkResult(t, values, s)
	}
	for _, body := range [][]byte{
		fill(``, `&`, ``), fill(``, `Version=x&`, ``), fill(`Version=`, `+`, ``), fill(`Email`, `[]`, `=`), fill(`Email=`, `%41`, ``),
		fill(`LimitMailsTemporarilyUntil=`, `,`, ``), fill(`Email`, `[`, ``),
	} {
		values, s := updateContact.BindForm(body)
		checkResult(t, values, s)
	}
}
