package idempotency_test

import (
	"errors"
	"strings"
	"testing"

	"contactgraph/internal/idempotency"
)

func TestNewKeyRefusesInvalidHeaders(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", strings.Repeat("x", 256), "a\x00b", "\xff"} {
		if _, err := idempotency.NewKey([]string{key}, nil); !errors.Is(err, idempotency.ErrKey) {
			t.Errorf("%q: %v", key, err)
		}
	}
	for _, given := range [][]string{nil, {"a", "b"}} {
		if _, err := idempotency.NewKey(given, nil); !errors.Is(err, idempotency.ErrKey) {
			t.Errorf("%q: %v", given, err)
		}
	}
	if _, err := idempotency.NewKey([]string{strings.Repeat("x", 255)}, nil); err != nil {
		t.Error(err)
	}
}
