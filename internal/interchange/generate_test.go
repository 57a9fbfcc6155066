package interchange_test

import (
	"slices"
	"strings"
	"time"

	"contactgraph/ent/login"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/interchange"
	"contactgraph/internal/revision"
	"contactgraph/internal/storable"

	"pgregory.net/rapid"
)

// text generates texts that both engines can store. Many of them have what a format treats in a
// special way.
func text() *rapid.Generator[string] {
	special := rapid.SampledFrom([]string{
		"", "'", "''", `'"`, `'"x"`, `"`, `""`, "=1+1", "+46 70 174 06 05", "-1", "@SUM(A1)", "\t", "\r", "\n", "\r\n", "\ufeff", "＝1",
		"[", "[]", `["a"]`, "[1]", "{", "null", "true", ",", ";", "\\", `\n`, " ", "'s-Hertogenbosch", "O'Brien", "\u2028", "\u0085", "\u00a0",
		"Åkesson", "contactgraph export 1", "#", "1e5", "007", "end", "format",
	})
	part := rapid.OneOf(special, rapid.String().Filter(storable.Text), rapid.StringMatching(`[a-z åäö0-9]{1,12}`))
	return rapid.Map(rapid.SliceOfN(part, 1, 3), func(parts []string) string { return strings.Join(parts, "") })
}

func filled() *rapid.Generator[string] {
	return text().Filter(func(s string) bool { return s != "" })
}

func moment() *rapid.Generator[time.Time] {
	return rapid.Map(rapid.Int64Range(-62135596800_000_000, 253402300799_999_999), func(us int64) time.Time { return time.UnixMicro(us).UTC() })
}

// optional generates null for one of four values.
func optional[T any](g *rapid.Generator[T]) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		if rapid.IntRange(0, 3).Draw(t, "null") == 0 {
			return nil
		}
		return g.Draw(t, "value")
	})
}

func reference() *rapid.Generator[interchange.Reference] {
	return rapid.Custom(func(t *rapid.T) interchange.Reference {
		return interchange.Reference{ID: rapid.IntRange(1, 1<<31-1).Draw(t, "id"), Name: filled().Draw(t, "name")}
	})
}

func value() *rapid.Generator[field.Value] {
	return rapid.Custom(func(t *rapid.T) field.Value {
		return field.Value{Value: text().Draw(t, "value"), Description: rapid.Ptr(text(), true).Draw(t, "description")}
	})
}

// keys are the properties of the contacts.
var keys = []string{"loyalty", "Date of birth", "a.b", "=x", "id", "'"}

// record generates a contact that has everything.
func record() *rapid.Generator[*interchange.Record] {
	return rapid.Custom(func(t *rapid.T) *interchange.Record {
		nullable := func(name string) *interchange.Reference {
			if ref, ok := optional(reference()).Draw(t, name).(interchange.Reference); ok {
				return &ref
			}
			return &interchange.Reference{}
		}
		r := &interchange.Record{
			ContactID: rapid.IntRange(1, 1<<31-1).Draw(t, "contactId"),
			Version:   revision.Version(rapid.Int64Range(1, 1<<62).Draw(t, "version")),
			Secret:    filled().Draw(t, "secret"), RegisteredAt: moment().Draw(t, "registeredAt"), LastModified: moment().Draw(t, "lastModified"),
			RegistrationSource: new(text().Draw(t, "registrationSource")), RegistrationIP: new(text().Draw(t, "registrationIp")),
			RegistrationStore: nullable("registrationStore"), PreferredStore: nullable("preferredStore"), Company: nullable("company"),
			Logins: new(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) field.Login {
				return field.Login{Name: filled().Draw(t, "name"), Kind: rapid.SampledFrom([]login.Kind{login.KindBlank, login.KindEmail, login.KindBounced, login.KindGoogle}).Draw(t, "type")}
			}), 0, 3).Draw(t, "logins")),
			ExternalIDs: new(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) field.ExternalID {
				return field.ExternalID{System: filled().Draw(t, "system"), Value: filled().Draw(t, "value")}
			}), 0, 3).Draw(t, "externalIds")),
			Segments: new(rapid.SliceOfN(reference(), 0, 3).Draw(t, "segments")),
			Set:      field.Patch{},
		}
		for _, f := range field.Fields {
			switch f {
			case field.PreferredStore, field.Company:
			case field.LimitPermanently:
				r.Set[f] = rapid.Bool().Draw(t, f.Path)
			case field.LimitUntil:
				r.Set[f] = optional(moment()).Draw(t, f.Path)
			default:
				r.Set[f] = optional(text()).Draw(t, f.Path)
			}
		}
		for _, key := range keys {
			r.Properties = append(r.Properties, interchange.Property{Name: key, Values: rapid.SliceOfN(value(), 0, 3).Draw(t, key)})
		}
		return r
	})
}

// partial generates a contact that lacks some of what others have.
func partial() *rapid.Generator[*interchange.Record] {
	return rapid.Custom(func(t *rapid.T) *interchange.Record {
		r := record().Draw(t, "record")
		for _, drop := range []func(){
			func() { r.ContactID, r.Version = 0, 0 },
			func() { r.Secret, r.RegisteredAt, r.LastModified = "", time.Time{}, time.Time{} },
			func() { r.RegistrationSource, r.RegistrationIP, r.RegistrationStore = nil, nil, nil },
			func() { r.PreferredStore = nil },
			func() { r.Company, r.Logins = nil, nil },
			func() { r.ExternalIDs, r.Segments = nil, nil },
			func() { r.Properties = nil },
			func() { r.Properties = slices.Delete(r.Properties, 1, 3) },
			func() { delete(r.Set, field.Email) },
			func() { r.Set = nil },
		} {
			if rapid.Bool().Draw(t, "drop") && len(r.Properties) != 0 {
				drop()
			}
		}
		return r
	})
}

// columns are all that a file can have, with the properties.
func columns() []string {
	paths := slices.Clone(interchange.Columns)
	for _, key := range keys {
		paths = append(paths, interchange.PropertyPath(key))
	}
	return paths
}
