package webapi

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"contactgraph/internal/rest/aspnet"
)

// netTime is the layout in which Json.NET writes a DateTimeOffset: no trailing zeros, and +00:00
// instead of Z.
const netTime = "2006-01-02T15:04:05.9999999-07:00"

// object builds a compact JSON object in the bytes that Json.NET would write. encoding/json escapes
// other characters.
type object []byte

// add appends a member. value is nil, a bool, int, string, time.Time, json.Number,
// aspnet.ModelState, json.RawMessage, or a []any of these.
func (o object) add(name string, value any) object {
	if len(o) == 0 {
		o = append(o, '{')
	} else {
		o = append(o, ',')
	}
	return appendValue(append(appendString(o, name), ':'), value)
}

// end returns the finished object.
func (o object) end() []byte { return append(o, '}') }

// raw returns the finished object as a value.
func (o object) raw() json.RawMessage { return json.RawMessage(o.end()) }

func appendValue(out []byte, value any) []byte {
	switch v := value.(type) {
	case bool:
		return strconv.AppendBool(out, v)
	case int:
		return strconv.AppendInt(out, int64(v), 10)
	case string:
		return appendString(out, v)
	case time.Time:
		return appendString(out, v.UTC().Format(netTime))
	case aspnet.ModelState:
		return appendState(out, v)
	case json.RawMessage:
		return append(out, v...)
	case json.Number:
		return append(out, v...)
	case []any:
		out = append(out, '[')
		for i, element := range v {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendValue(out, element)
		}
		return append(out, ']')
	default:
		return append(out, "null"...)
	}
}

// appendState writes an object with an array of messages for each key.
func appendState(out []byte, state aspnet.ModelState) []byte {
	for i, field := range state {
		out = append(out, "{,"[min(i, 1)])
		out = append(appendString(out, field.Key), ':')
		for j, message := range field.Messages {
			out = append(out, "[,"[min(j, 1)])
			out = appendString(out, message)
		}
		out = append(out, ']')
	}
	return append(out, '}')
}

// appendString writes a string with the escapes of Json.NET's StringEscapeHandling.Default: those
// that JSON requires, and the three line separators that older JavaScript did not allow in strings.
func appendString(out []byte, s string) []byte {
	const named, names = "\"\\\b\t\n\f\r", `"\btnfr`
	out = append(out, '"')
	for _, r := range s {
		i := strings.IndexRune(named, r)
		switch {
		case i >= 0:
			out = append(out, '\\', names[i])
		case r < ' ' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return append(out, '"')
}
