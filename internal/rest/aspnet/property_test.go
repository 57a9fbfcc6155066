package aspnet_test

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// contact is the model as encoding/json reads it.
type contact struct {
	Version                    []byte
	Email, Phone, FirstName    *string
	LimitMailsPermanently      *bool
	LimitMailsTemporarilyUntil *time.Time
	PreferredStoreId           *int
}

// text draws a string of at most 20 UTF-16 units.
func text() *rapid.Generator[string] {
	return rapid.Map(rapid.StringN(0, 10, -1), func(s string) string { return strings.ReplaceAll(s, "\x00", "") })
}

// moment draws a time that a DateTimeOffset can represent.
func moment() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		zone := time.FixedZone("", 60*rapid.IntRange(-14*60, 14*60).Draw(t, "offset"))
		seconds := rapid.Int64Range(-62135500000, 253402200000).Draw(t, "seconds")
		return time.Unix(seconds, 100*rapid.Int64Range(0, 9999999).Draw(t, "ticks")).In(zone)
	})
}

// drawContact draws the members of a body. Each can be absent.
func drawContact(t *rapid.T) map[string]any {
	members := map[string]any{"Version": rapid.SliceOf(rapid.Byte()).Draw(t, "Version")}
	optional := func(name string, value any) {
		switch rapid.IntRange(0, 3).Draw(t, name+" sent") {
		case 0:
		case 1:
			if name != "LimitMailsPermanently" {
				members[name] = nil
			}
		default:
			members[name] = value
		}
	}
	optional("Email", text().Draw(t, "Email"))
	optional("Phone", text().Draw(t, "Phone"))
	optional("FirstName", text().Draw(t, "FirstName"))
	optional("LimitMailsPermanently", rapid.Bool().Draw(t, "LimitMailsPermanently"))
	optional("LimitMailsTemporarilyUntil", moment().Draw(t, "LimitMailsTemporarilyUntil"))
	optional("PreferredStoreId", int(rapid.Int32().Draw(t, "PreferredStoreId")))
	return members
}

// unknown draws any JSON value.
func unknown(depth int) *rapid.Generator[any] {
	leaves := rapid.OneOf(text().AsAny(), rapid.Int().AsAny(), rapid.Float64().AsAny(), rapid.Bool().AsAny(), rapid.Just[any](nil))
	if depth == 0 {
		return leaves
	}
	return rapid.OneOf(leaves, rapid.SliceOfN(unknown(depth-1), 0, 3).AsAny(),
		rapid.MapOfN(text(), unknown(depth-1), 0, 3).AsAny())
}

// TestJSONAgreesWithEncodingJSON binds bodies that are JSON in the strict sense.
func TestJSONAgreesWithEncodingJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		members := drawContact(t)
		body := map[string]any{"x" + text().Draw(t, "unknown name"): unknown(3).Draw(t, "unknown")}
		for name, value := range members {
			if rapid.Bool().Draw(t, "lower case") {
				name = strings.ToLower(name)
			}
			body[name] = value
		}
		encoded, err := json.MarshalIndent(body, "", rapid.SampledFrom([]string{"", "\t"}).Draw(t, "indent"))
		if err != nil {
			t.Fatal(err)
		}
		var want contact
		if err := json.Unmarshal(encoded, &want); err != nil {
			t.Fatal(err)
		}
		values, s := updateContact.BindJSON(encoded, "utf-8")
		if len(s) > 0 || len(values) != len(members) {
			t.Fatalf("%s: %v, %v", encoded, values, s)
		}
		equal(t, "Version", values["Version"].([]byte), &want.Version, func(a, b []byte) bool { return string(a) == string(b) })
		equal(t, "Email", values["Email"], want.Email, same)
		equal(t, "Phone", values["Phone"], want.Phone, same)
		equal(t, "FirstName", values["FirstName"], want.FirstName, same)
		equal(t, "LimitMailsPermanently", values["LimitMailsPermanently"], want.LimitMailsPermanently, same)
		equal(t, "PreferredStoreId", values["PreferredStoreId"], want.PreferredStoreId, same)
		equal(t, "LimitMailsTemporarilyUntil", values["LimitMailsTemporarilyUntil"], want.LimitMailsTemporarilyUntil, sameTime)
	})
}

func same[T comparable](a, b T) bool { return a == b }

// sameTime compares the instants and the offsets.
func sameTime(a, b time.Time) bool {
	_, offsetA := a.Zone()
	_, offsetB := b.Zone()
	return a.Equal(b) && offsetA == offsetB
}

// equal compares a bound value with the value that encoding/json read. Both can be absent.
func equal[T any](t *rapid.T, name string, got any, want *T, same func(a, b T) bool) {
	value, ok := got.(T)
	if ok != (want != nil) || ok && !same(value, *want) {
		t.Errorf("%s: got %v, want %v", name, got, want)
	}
}

// TestFormAgreesWithJSON binds the same members from a form and from JSON. They differ only in
// blanks, which a form can only read as null.
func TestFormAgreesWithJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		members := drawContact(t)
		form := url.Values{}
		for name, value := range members {
			switch v := value.(type) {
			case nil:
				form.Add(name, "")
			case []byte:
				for i, b := range v {
					form.Add(name+"["+strconv.Itoa(i)+"]", strconv.Itoa(int(b)))
				}
			case time.Time:
				form.Add(name, v.Format(time.RFC3339Nano))
			case int:
				form.Add(name, strconv.Itoa(v))
			case bool:
				form.Add(name, strconv.FormatBool(v))
			case string:
				form.Add(name, v)
				if strings.TrimSpace(v) == "" {
					members[name] = nil
				}
			}
		}
		if len(members["Version"].([]byte)) == 0 {
			form.Add("Version[]", "0")
			members["Version"] = []byte{0}
		}
		encoded, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		values, s := updateContact.BindJSON(encoded, "")
		formValues, formState := updateContact.BindForm([]byte(form.Encode()))
		if len(s) > 0 || len(formState) > 0 || len(values) != len(formValues) {
			t.Fatalf("%s: %v, %v; %s: %v, %v", encoded, values, s, form.Encode(), formValues, formState)
		}
		for name, want := range values {
			if until, ok := want.(time.Time); ok {
				equal(t, name, formValues[name], &until, sameTime)
			} else if got, err := json.Marshal(formValues[name]); err != nil || !jsonEqual(got, want) {
				t.Errorf("%s: got %s, want %v", name, got, want)
			}
		}
	})
}

func jsonEqual(got []byte, want any) bool {
	encoded, err := json.Marshal(want)
	return err == nil && string(got) == string(encoded)
}
