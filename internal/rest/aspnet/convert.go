package aspnet

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode"
)

// equalFold is StringComparison.OrdinalIgnoreCase for an ASCII name. strings.EqualFold alone would
// accept the Kelvin sign as a k.
func equalFold(s, name string) bool {
	return len(s) == len(name) && strings.EqualFold(s, name)
}

// parseInteger follows Int32.TryParse with NumberStyles.Integer, which allows surrounding white
// space and a sign.
func parseInteger(text string) (int, bool) {
	n, err := strconv.ParseInt(strings.Trim(text, "\t\n\v\f\r "), 10, 32)
	return int(n), err == nil
}

// parseBoolean follows Boolean.TryParse.
func parseBoolean(text string) (bool, bool) {
	text = strings.TrimFunc(text, func(c rune) bool { return c == 0 || unicode.IsSpace(c) })
	isTrue := equalFold(text, "True")
	return isTrue, isTrue || equalFold(text, "False")
}

// parseBytes reads base64, or a GUID of 36 characters (JsonTextReader.ParseReadString).
func parseBytes(text string) ([]byte, error) {
	if guid, ok := parseGUID(text); ok {
		return guid, nil
	}
	return parseBase64(text)
}

// parseBase64 follows Convert.FromBase64String: the standard alphabet with padding, and four kinds
// of white space anywhere.
func parseBase64(text string) ([]byte, error) {
	text = strings.Map(func(c rune) rune {
		if strings.ContainsRune("\t\n\r ", c) {
			return -1
		}
		return c
	}, text)
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errJSON
	}
	return data, nil
}

// parseGUID returns the bytes of Guid.ToByteArray. Its first three groups are little-endian.
func parseGUID(text string) ([]byte, bool) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return nil, false
	}
	guid, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	if err != nil || len(guid) != 16 {
		return nil, false
	}
	guid[0], guid[1], guid[2], guid[3] = guid[3], guid[2], guid[1], guid[0]
	guid[4], guid[5] = guid[5], guid[4]
	guid[6], guid[7] = guid[7], guid[6]
	return guid, true
}
