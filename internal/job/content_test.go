package job

import "testing"

func TestNULIsNotStored(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text, want string
		found      bool
	}{
		{`{"a":"b"}`, `{"a":"b"}`, false},
		{`"\u0000"`, `"\ufffd"`, true},
		{`"a\u0000\u0000b\""`, `"a\ufffd\ufffdb\""`, true},
		{`"\\u0000"`, `"\\u0000"`, false},
		{`"\\\u0000"`, `"\\\ufffd"`, true},
	} {
		if got, found := withoutNUL([]byte(tt.text)); string(got) != tt.want || found != tt.found {
			t.Errorf("%s: %s, %t", tt.text, got, found)
		}
	}
}
