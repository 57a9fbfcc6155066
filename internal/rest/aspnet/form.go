package aspnet

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// formFields maps names to their values. Names are in lower case with normalized brackets.
type formFields map[string][]string

// readForm binds the pairs of a form. It reports whether the result is an object: the framework's
// MutableObjectModelBinder creates one for any pair.
func (b *binder) readForm(body []byte) bool {
	if strings.TrimSpace(string(body)) == "" {
		return false
	}
	fields, ok := parseForm(string(body))
	if !ok {
		b.state.add(b.model.Name, errorOccurred)
		return false
	}
	for _, m := range b.model.Members {
		name := lowerASCII(m.Name)
		values, ok := fields[name]
		switch {
		case m.Kind == Bytes:
			b.bindBytes(m, name, fields)
		case !ok:
		case m.Kind == Scalars:
			b.bindAll(m, values)
		default:
			b.bindScalar(m, values[0])
		}
	}
	return true
}

// parseForm splits a form and decodes its names and values (FormUrlEncodedParser). It fails if a
// name lacks a closing bracket.
func parseForm(body string) (formFields, bool) {
	fields := formFields{}
	for pair := range strings.SplitSeq(body, "&") {
		name, value, _ := strings.Cut(pair, "=")
		key, ok := normalizeName(decodeForm(name))
		if !ok {
			return nil, false
		}
		key = lowerASCII(key)
		fields[key] = append(fields[key], decodeForm(value))
	}
	return fields, true
}

// lowerASCII maps names that equalFold considers equal to the same string.
func lowerASCII(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		return c
	}, s)
}

// decodeForm decodes plus signs and escapes, and keeps malformed escapes unchanged.
func decodeForm(s string) string {
	s = strings.ReplaceAll(s, "+", " ")
	if !strings.Contains(s, "%") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				out = append(out, byte(c))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}

// normalizeName turns jQuery's brackets into the model binder's notation: x[] is x, x[y]
// is x.y, and x[0] stays (FormDataCollectionExtensions.NormalizeJQueryToMvc).
func normalizeName(name string) (string, bool) {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(name, "[")
		out.WriteString(before)
		if !found {
			return out.String(), true
		}
		index, rest, closed := strings.Cut(after, "]")
		switch {
		case !closed:
			return "", false
		case index == "":
		case isDigit(index[0]):
			out.WriteString("[" + index + "]")
		default:
			out.WriteString("." + index)
		}
		name = rest
	}
}

// bindScalar binds one value; a blank value is null (TypeConverterModelBinder).
func (b *binder) bindScalar(m Member, text string) {
	blank := strings.TrimSpace(text) == ""
	switch {
	case blank && m.Kind == Bool:
		b.state.add(b.key(m.Name), valueRequired)
	case blank:
		b.values[m.Name] = nil
	default:
		value, ok := convertScalar(m.Kind, text)
		if !ok {
			b.state.add(b.key(m.Name), errorOccurred)
			return
		}
		b.values[m.Name] = value
	}
}

// bindAll binds all values of a name.
func (b *binder) bindAll(m Member, values []string) {
	for _, text := range values {
		if _, ok := convertScalar(String, text); !ok {
			b.state.add(b.key(m.Name), errorOccurred)
			return
		}
	}
	b.values[m.Name] = FormValues(values)
}

// convertScalar converts text as the type converters do, which trim it first.
func convertScalar(kind Kind, text string) (any, bool) {
	switch kind {
	case String:
		value, err := checkText(text)
		return value, err == nil && utf8.ValidString(text)
	case NullableInt32:
		return convertInteger(text, 32)
	case Bool, NullableBool:
		return parseBoolean(text)
	case Object:
		return nil, false
	default:
		return parseDate(text)
	}
}

// convertInteger follows BaseNumberConverter, which supports three notations of hexadecimal
// numbers.
func convertInteger(text string, bits int) (int, bool) {
	text = strings.TrimSpace(text)
	for _, prefix := range []string{"#", "0x", "0X", "&h", "&H"} {
		if digits, ok := strings.CutPrefix(text, prefix); ok {
			n, err := strconv.ParseUint(digits, 16, bits)
			return int(int32(uint32(n))), err == nil //nolint:gosec // wraps round, as the framework does
		}
	}
	return parseInteger(text)
}

// convertByte follows ByteConverter. A blank is 0, the default of a byte.
func convertByte(text string) (byte, bool) {
	if strings.TrimSpace(text) == "" {
		return 0, true
	}
	n, ok := convertInteger(text, 8)
	return byte(n), ok && n >= 0 && n <= 255 //nolint:gosec // used only within the bounds
}

// bindBytes binds an array: the values of the name itself, or those of name[0], name[1] and so on
// up to the first that is missing or fails (ArrayModelBinder). If the framework would reject a
// single value, base64 is tried.
func (b *binder) bindBytes(m Member, name string, fields formFields) {
	values, ok := fields[name]
	switch {
	case !ok && fields.indexed(name):
		b.bindElements(m, name, fields)
		return
	case !ok:
		return
	}
	data := make([]byte, len(values))
	failures := 0
	for i, text := range values {
		if data[i], ok = convertByte(text); !ok {
			failures++
		}
	}
	if failures == 1 && len(values) == 1 {
		if decoded, err := parseFormBase64(values[0]); err == nil {
			data, failures = decoded, 0
		}
	}
	for range failures {
		b.state.add(b.key(m.Name), errorOccurred)
	}
	b.values[m.Name] = data
}

// indexed reports whether any field belongs to the array with that name
// (PrefixContainer.ContainsPrefix).
func (f formFields) indexed(name string) bool {
	for field := range f {
		if strings.HasPrefix(field, name+"[") || strings.HasPrefix(field, name+".") {
			return true
		}
	}
	return false
}

func (b *binder) bindElements(m Member, name string, fields formFields) {
	data := []byte{}
	for {
		index := "[" + strconv.Itoa(len(data)) + "]"
		values, ok := fields[name+index]
		if !ok {
			break
		}
		element, ok := convertByte(values[0])
		if !ok {
			b.state.add(b.key(m.Name)+index, errorOccurred)
			break
		}
		data = append(data, element)
	}
	b.values[m.Name] = data
}

// parseFormBase64 decodes base64 whose plus signs were not escaped and so were decoded as spaces.
func parseFormBase64(text string) ([]byte, error) {
	if data, err := parseBase64(strings.ReplaceAll(text, " ", "+")); err == nil {
		return data, nil
	}
	return parseBase64(text)
}
