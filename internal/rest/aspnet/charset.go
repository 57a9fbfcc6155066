package aspnet

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decodeText converts a body to UTF-16 units, on which the framework's reader works. It fails if
// the bytes are invalid in their encoding; the framework's decoders throw then. The encoding is
// chosen as MediaTypeFormatter.SelectCharacterEncoding and StreamReader do.
func decodeText(body []byte, charset string) ([]uint16, bool) {
	for _, mark := range []struct {
		bytes  string
		decode func([]byte) ([]uint16, bool)
	}{
		{"\xEF\xBB\xBF", decodeUTF8},
		{"\xFF\xFE", decodeUTF16LE},
		{"\xFE\xFF", decodeUTF16BE},
	} {
		if text, ok := bytes.CutPrefix(body, []byte(mark.bytes)); ok {
			return mark.decode(text)
		}
	}
	if strings.EqualFold(charset, "utf-16") {
		return decodeUTF16LE(body)
	}
	return decodeUTF8(body)
}

func decodeUTF8(text []byte) ([]uint16, bool) {
	if !utf8.Valid(text) {
		return nil, false
	}
	return utf16.Encode([]rune(string(text))), true
}

func decodeUTF16LE(text []byte) ([]uint16, bool) { return decodeUTF16(text, binary.LittleEndian) }

func decodeUTF16BE(text []byte) ([]uint16, bool) { return decodeUTF16(text, binary.BigEndian) }

func decodeUTF16(text []byte, order binary.ByteOrder) ([]uint16, bool) {
	if len(text)%2 != 0 {
		return nil, false
	}
	units := make([]uint16, len(text)/2)
	for i := range units {
		units[i] = order.Uint16(text[2*i:])
	}
	return units, paired(units)
}

// paired reports whether every surrogate is part of a pair.
func paired(units []uint16) bool {
	for i := 0; i < len(units); i++ {
		if !utf16.IsSurrogate(rune(units[i])) {
			continue
		}
		if i+1 == len(units) || utf16.DecodeRune(rune(units[i]), rune(units[i+1])) == utf8.RuneError {
			return false
		}
		i++
	}
	return true
}
