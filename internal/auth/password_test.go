package auth_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"contactgraph/internal/auth"
)

func TestPasswords(t *testing.T) {
	t.Parallel()
	p := auth.NewPasswords(1)
	hash, err := p.Hash(t.Context(), "pässword")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=12288,t=3,p=1$") || len(hash) != 31+22+1+43 {
		t.Errorf("got %s, want argon2id with 12 MiB, 3 passes, 1 thread, 16 bytes of salt and 32 of key", hash)
	}
	again, err := p.Hash(t.Context(), "pässword")
	if err != nil || again == hash {
		t.Errorf("hashed twice: got %s, %v, want another salt", again, err)
	}
	for _, h := range []string{hash, again} {
		if ok, err := p.Verify(t.Context(), h, "pässword"); !ok || err != nil {
			t.Errorf("the right password: got %v, %v", ok, err)
		}
	}
	for _, wrong := range []string{"", "password", "Pässword", "pässword "} {
		if ok, err := p.Verify(t.Context(), hash, wrong); ok || err != nil {
			t.Errorf("%q: got %v, %v, want false", wrong, ok, err)
		}
	}
}

// The reference implementation's own test vectors, with parameters other than ours.
func TestVerifyUsesTheParametersOfTheHash(t *testing.T) {
	t.Parallel()
	p := auth.NewPasswords(1)
	for _, hash := range []string{
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
	} {
		if ok, err := p.Verify(t.Context(), hash, "password"); !ok || err != nil {
			t.Errorf("%s: got %v, %v, want true", hash, ok, err)
		}
		if ok, err := p.Verify(t.Context(), hash, "Password"); ok || err != nil {
			t.Errorf("%s with a wrong password: got %v, %v, want false", hash, ok, err)
		}
	}
}

func TestVerifyRejectsAMalformedHash(t *testing.T) {
	t.Parallel()
	const salt, key = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for name, hash := range map[string]string{
		"plain text":        "password",
		"blank":             " ",
		"another algorithm": "$argon2i$v=19$m=65536,t=2,p=1$" + salt + "$" + key,
		"another version":   "$argon2id$v=16$m=65536,t=2,p=1$" + salt + "$" + key,
		"no passes":         "$argon2id$v=19$m=65536,t=0,p=1$" + salt + "$" + key,
		"many passes":       "$argon2id$v=19$m=65536,t=17,p=1$" + salt + "$" + key,
		"no threads":        "$argon2id$v=19$m=65536,t=2,p=0$" + salt + "$" + key,
		"256 threads":       "$argon2id$v=19$m=65536,t=2,p=256$" + salt + "$" + key,
		"little memory":     "$argon2id$v=19$m=7,t=2,p=1$" + salt + "$" + key,
		"much memory":       "$argon2id$v=19$m=999999999,t=2,p=1$" + salt + "$" + key,
		"a huge number":     "$argon2id$v=19$m=99999999999999999999,t=2,p=1$" + salt + "$" + key,
		"no key":            "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$",
		"a short key":       "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$CTFh",
		"a short salt":      "$argon2id$v=19$m=65536,t=2,p=1$c29t$" + key,
		"padding":           "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$" + key + "=",
		"impossible base64": "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "AA$" + key,
		"trailing text":     "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$" + key + "$",
		"a line break":      "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$" + key + "\n",
	} {
		p := auth.NewPasswords(1)
		p.Stub(func() { t.Errorf("%s: hashed with it", name) })
		ok, err := p.Verify(t.Context(), hash, "password")
		if ok || err == nil {
			t.Errorf("%s: got %v, %v, want an error", name, ok, err)
		}
		if err != nil && strings.Contains(err.Error(), salt) {
			t.Errorf("%s: the error shows the hash: %v", name, err)
		}
	}
}

func TestVerifyWithoutAHashDoesTheSameWork(t *testing.T) {
	t.Parallel()
	p := auth.NewPasswords(1)
	if ok, err := p.Verify(t.Context(), "", "password"); ok || err != nil {
		t.Errorf("got %v, %v, want false", ok, err)
	}
	var hashes int
	p.Stub(func() { hashes++ })
	for _, password := range []string{"password", ""} {
		if ok, err := p.Verify(t.Context(), "", password); ok || err != nil {
			t.Errorf("got %v, %v, want false", ok, err)
		}
	}
	if hashes != 2 {
		t.Errorf("computed %d hashes, want 2", hashes)
	}
}

func TestHashRejectsTheLength(t *testing.T) {
	t.Parallel()
	p := auth.NewPasswords(1)
	var hashes int
	p.Stub(func() { hashes++ })
	for _, password := range []string{"", strings.Repeat("x", auth.MaxPassword+1), strings.Repeat("é", auth.MaxPassword/2+1)} {
		if hash, err := p.Hash(t.Context(), password); hash != "" || !errors.Is(err, auth.ErrInvalid) {
			t.Errorf("%d bytes: got %q, %v, want ErrInvalid", len(password), hash, err)
		}
	}
	if hashes != 0 {
		t.Errorf("computed %d hashes, want none", hashes)
	}
	if _, err := p.Hash(t.Context(), strings.Repeat("é", auth.MaxPassword/2)); err != nil || hashes != 1 {
		t.Errorf("%d bytes: got %v after %d hashes", auth.MaxPassword, err, hashes)
	}
}

func TestPasswordsLimitsConcurrency(t *testing.T) {
	t.Parallel()
	for _, concurrency := range []int{-1, 1, 3} {
		synctest.Test(t, func(t *testing.T) {
			p := auth.NewPasswords(concurrency)
			var running, most atomic.Int32
			p.Stub(func() {
				n := running.Add(1)
				if n > most.Load() {
					most.Store(n)
				}
				time.Sleep(time.Second)
				running.Add(-1)
			})
			began := time.Now()
			var wg sync.WaitGroup
			for range 6 {
				wg.Go(func() {
					if _, err := p.Hash(t.Context(), "x"); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			want := max(concurrency, 1)
			if took := time.Since(began); took != time.Duration(6/want)*time.Second {
				t.Errorf("took %s, %d at a time", took, want)
			}
			if most.Load() > int32(want) {
				t.Errorf("%d at the same time, want %d", most.Load(), want)
			}
		})
	}
}

func TestPasswordsStopWaitingWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := auth.NewPasswords(1)
		p.Stub(func() { time.Sleep(time.Minute) })
		go func() { _, _ = p.Hash(context.WithoutCancel(t.Context()), "x") }()
		synctest.Wait()

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if _, err := p.Verify(ctx, "", "x"); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("got %v after %s, want the deadline after 1s", err, time.Since(began))
		}
		time.Sleep(time.Minute)
		for range 20 { // select chooses at random
			if _, err := p.Hash(ctx, "x"); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("with a free slot: got %v, want the deadline", err)
			}
		}
	})
}
