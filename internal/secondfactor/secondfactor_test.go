package secondfactor_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"net/url"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/secondfactor"

	"github.com/google/go-cmp/cmp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/pquerna/otp/totp"
)

var now = time.Date(2026, 3, 1, 12, 0, 10, 0, time.UTC) // 10 s after the beginning of a step

// codeAt returns what an app shows, by the library's own function.
func codeAt(t *testing.T, s secondfactor.Secret, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(s.Text(), at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// TestCodesOfTheRFC uses the test vectors of RFC 6238, appendix B, of which six digits are
// compared.
func TestCodesOfTheRFC(t *testing.T) {
	t.Parallel()
	f := secondfactor.Factor{Secret: secondfactor.Secret("12345678901234567890")}
	for seconds, code := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if _, kind := f.Use(code, time.Unix(seconds, 0)); kind != secondfactor.App {
			t.Errorf("%s at %d is not accepted", code, seconds)
		}
		if _, kind := f.Use(code, time.Unix(seconds+120, 0)); kind != secondfactor.Wrong {
			t.Errorf("%s at %d is accepted two minutes later", code, seconds)
		}
	}
}

func TestUse(t *testing.T) {
	t.Parallel()
	secret := secondfactor.NewSecret()
	f := secondfactor.Factor{Secret: secret}
	for _, tt := range []struct {
		name string
		code string
		want secondfactor.Kind
	}{
		{"the code of now", codeAt(t, secret, now), secondfactor.App},
		{"of the step before", codeAt(t, secret, now.Add(-30*time.Second)), secondfactor.App},
		{"of the step after", codeAt(t, secret, now.Add(30*time.Second)), secondfactor.App},
		{"of two steps before", codeAt(t, secret, now.Add(-60*time.Second)), secondfactor.Wrong},
		{"of two steps after", codeAt(t, secret, now.Add(60*time.Second)), secondfactor.Wrong},
		{"with spaces", " " + codeAt(t, secret, now)[:3] + " " + codeAt(t, secret, now)[3:] + "\n", secondfactor.App},
		{"nothing", "", secondfactor.Wrong},
		{"five digits", codeAt(t, secret, now)[:5], secondfactor.Wrong},
		{"a long text", strings.Repeat(" ", 100_000) + codeAt(t, secret, now), secondfactor.Wrong},
		{"no text", "\xff\x00", secondfactor.Wrong},
	} {
		if _, kind := f.Use(tt.code, now); kind != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, kind, tt.want)
		}
	}
}

func TestACodeIsAcceptedOnce(t *testing.T) {
	t.Parallel()
	secret := secondfactor.NewSecret()
	f := secondfactor.Factor{Secret: secret}
	f, kind := f.Use(codeAt(t, secret, now), now)
	if kind != secondfactor.App {
		t.Fatal("the first use is not accepted")
	}
	for _, older := range []time.Duration{0, -30 * time.Second} {
		if _, kind := f.Use(codeAt(t, secret, now.Add(older)), now); kind != secondfactor.Wrong {
			t.Errorf("the code of %s is accepted after it", older)
		}
	}
	if _, kind := f.Use(codeAt(t, secret, now.Add(30*time.Second)), now); kind != secondfactor.App {
		t.Error("the next code is not accepted")
	}
}

func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	codes, hashes := secondfactor.NewRecoveryCodes()
	if len(codes) != secondfactor.RecoveryCodes || len(hashes) != len(codes) {
		t.Fatalf("%d codes and %d hashes", len(codes), len(hashes))
	}
	f := secondfactor.Factor{Secret: secondfactor.NewSecret(), Recovery: hashes}
	for i, code := range codes {
		entered := []string{code, strings.ToUpper(code), strings.ReplaceAll(code, "-", " "), strings.ReplaceAll(code, "-", "")}[i%4]
		next, kind := f.Use(entered, now)
		if kind != secondfactor.Recovery || len(next.Recovery) != len(codes)-i-1 {
			t.Fatalf("%q: got %d, and %d codes are left", entered, kind, len(next.Recovery))
		}
		if _, kind := next.Use(entered, now); kind != secondfactor.Wrong {
			t.Errorf("%q is accepted twice", entered)
		}
		f = next
	}
	for _, h := range hashes {
		if _, kind := (secondfactor.Factor{Recovery: hashes}).Use(h, now); kind != secondfactor.Wrong {
			t.Error("a hash is accepted as a code")
		}
	}
}

// TestAppsReadTheQRCode decodes the QR code as an app does.
func TestAppsReadTheQRCode(t *testing.T) {
	t.Parallel()
	secret := secondfactor.NewSecret()
	for _, tt := range []struct{ account, login, label string }{
		{"Acme", "ada@example.com", "contactgraph:ada@example.com (Acme)"},
		{"A: B/C?", "ö & 猫", "contactgraph:ö & 猫 (A  B/C?)"},
		{strings.Repeat("\U0001f600", 250), strings.Repeat("ß", 250), fmt.Sprintf("contactgraph:%s (%s)", strings.Repeat("ß", 64), strings.Repeat("\U0001f600", 64))},
	} {
		uri, err := secret.URI(tt.account, tt.login)
		if err != nil {
			t.Fatal(err)
		}
		picture, err := secondfactor.QRCode(uri)
		if err != nil {
			t.Fatal(err)
		}
		if got := scan(t, picture); got != uri {
			t.Errorf("scanned %q, want %q", got, uri)
		}
		u, err := url.Parse(uri)
		if err != nil {
			t.Fatal(err)
		}
		want := url.Values{"secret": {secret.Text()}, "issuer": {"contactgraph"}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
		if diff := cmp.Diff(want, u.Query()); diff != "" || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/"+tt.label {
			t.Errorf("%s\n%s", uri, diff)
		}
	}
}

func scan(t *testing.T, dataURL string) string {
	t.Helper()
	text, ok := strings.CutPrefix(dataURL, "data:image/png;base64,")
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || !ok {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	return result.GetText()
}

func TestSecretsDoNotPrint(t *testing.T) {
	t.Parallel()
	s := secondfactor.NewSecret()
	f := secondfactor.Factor{Secret: s}
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %s", f, f, s)} {
		if strings.Contains(text, s.Text()) || strings.Contains(text, string(s)) || strings.Contains(text, fmt.Sprintf("%d", []byte(s))) {
			t.Errorf("%q shows the secret", text)
		}
	}
}
