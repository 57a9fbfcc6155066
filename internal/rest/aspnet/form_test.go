package aspnet_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"contactgraph/internal/rest/aspnet"
)

func TestFormValues(t *testing.T) {
	t.Parallel()
	version := []byte{0, 0, 0, 0, 0, 0, 7, 209}
	for _, tt := range []struct {
		body string
		want aspnet.Values
	}{
		{"Version=7", aspnet.Values{"Version": []byte{7}}},
		{"version[]=0&VERSION[]=7&Version[]=%20209+", aspnet.Values{"Version": []byte{0, 7, 209}}},
		{"Version=0&Version=7", aspnet.Values{"Version": []byte{0, 7}}},
		{"Version[1]=7&Version[0]=0&Version[0]=9", aspnet.Values{"Version": []byte{0, 7}}},
		{"Version%5B0%5D=0&Version%5b1%5d=7", aspnet.Values{"Version": []byte{0, 7}}},
		{"Version[0]=1&Version[2]=3", aspnet.Values{"Version": []byte{1}}},
		{"Version[1]=1", aspnet.Values{"Version": []byte{}}},
		{"Version[x]=1", aspnet.Values{"Version": []byte{}}},
		{"Version=1&Version[0]=2", aspnet.Values{"Version": []byte{1}}},
		{"Version=", aspnet.Values{"Version": []byte{0}}},
		{"Version", aspnet.Values{"Version": []byte{0}}},
		{"Version=0x10&Version=%23ff&Version=%26h1", aspnet.Values{"Version": []byte{16, 255, 1}}},
		{"Version=AAAAAAAAB9E%3D", aspnet.Values{"Version": version}},
		{"Version=AAAAAAAAB9E=", aspnet.Values{"Version": version}},
		{"Version[]=AAAAAAAAB9E%3D", aspnet.Values{"Version": version}},
		{"Version=%2B%2F%2B%2F", aspnet.Values{"Version": []byte{0xfb, 0xff, 0xbf}}},
		{"Version=+/+/", aspnet.Values{"Version": []byte{0xfb, 0xff, 0xbf}}},
		{"Version=AAAA%20AAAA%0D%0AB9E%3D", aspnet.Values{"Version": version}},

		{"Version=0&Email=a%40b.c&email=second", aspnet.Values{"Version": []byte{0}, "Email": "a@b.c"}},
		{"Version=0&Email=&FirstName=+%20&LastName", aspnet.Values{"Version": []byte{0}, "Email": nil, "FirstName": nil, "LastName": nil}},
		{"Version=0&FirstName=J%C3%B8rgen+A&LastName=+b+", aspnet.Values{"Version": []byte{0}, "FirstName": "Jørgen A", "LastName": " b "}},
		{"Version=0&Email=100%&Phone=%zz%4", aspnet.Values{"Version": []byte{0}, "Email": "100%", "Phone": "%zz%4"}},
		{"Version=0&Email[]=x&Phone[0]=y&Phone.x=z", aspnet.Values{"Version": []byte{0}, "Email": "x"}},
		{"Version=0&PreferredStoreId=+12+&ContactCompanyId=0x1F", aspnet.Values{"Version": []byte{0}, "PreferredStoreId": 12, "ContactCompanyId": 31}},
		{"Version=0&PreferredStoreId=-5", aspnet.Values{"Version": []byte{0}, "PreferredStoreId": -5}},
		{"Version=0&PreferredStoreId=%23FFFFFFFF&ContactCompanyId=", aspnet.Values{"Version": []byte{0}, "PreferredStoreId": -1, "ContactCompanyId": nil}},
		{"Version=0&LimitMailsPermanently=+TRUE+", aspnet.Values{"Version": []byte{0}, "LimitMailsPermanently": true}},
		{"Version=0&LimitMailsPermanently=False&LimitMailsPermanently=", aspnet.Values{"Version": []byte{0}, "LimitMailsPermanently": false}},
		{"Version=0&LimitMailsTemporarilyUntil=", aspnet.Values{"Version": []byte{0}, "LimitMailsTemporarilyUntil": nil}},
		{"&=&Foo=1&Foo[bar]=2&Version=0&", aspnet.Values{"Version": []byte{0}}},
	} {
		values, s := updateContact.BindForm([]byte(tt.body))
		if diff := cmp.Diff(tt.want, values); diff != "" {
			t.Errorf("%s: %s, %s", tt.body, diff, state(t, s))
		}
	}
}

func TestFormErrors(t *testing.T) {
	t.Parallel()
	const (
		noBody   = `"updateContactDto":["A request body is required."]`
		required = `"updateContactDto.LimitMailsPermanently":["A value is required but was not present in the request."]`
	)
	for body, want := range map[string]string{
		"":                                         noBody,
		" \r\n":                                    noBody,
		"&":                                        versionRequired,
		"Foo=1":                                    versionRequired,
		"Version[=7":                               notJSON,
		"Version[0=7&":                             notJSON,
		"Version=AAAAAAAAB9E":                      once("Version"),
		"Version=300":                              once("Version"),
		"Version=x&Version=y&Version=3":            twice("Version"),
		"Version=AAAAAAAAB9E%3D&Version=AAAA":      twice("Version"),
		"Version[0]=1&Version[1]=x&Version[2]=3":   once("Version[1]"),
		"Version=0&LimitMailsPermanently=":         required,
		"Version=0&LimitMailsPermanently=+":        required,
		"Version=0&LimitMailsPermanently=1":        once("LimitMailsPermanently"),
		"Version=0&LimitMailsPermanently=on":       once("LimitMailsPermanently"),
		"Version=0&PreferredStoreId=abc":           once("PreferredStoreId"),
		"Version=0&PreferredStoreId=1.0":           once("PreferredStoreId"),
		"Version=0&PreferredStoreId=1,000":         once("PreferredStoreId"),
		"Version=0&PreferredStoreId=99999999999":   once("PreferredStoreId"),
		"Version=0&PreferredStoreId=-0x1":          once("PreferredStoreId"),
		"Version=0&PreferredStoreId=0x":            once("PreferredStoreId"),
		"Version=0&PreferredStoreId=0x1FFFFFFFF":   once("PreferredStoreId"),
		"Version=0&Email=a%00b":                    once("Email"),
		"Version=0&Email=%FF":                      once("Email"),
		"Version=0&Email=\xff":                     once("Email"),
		"Version=0&LimitMailsTemporarilyUntil=abc": once("LimitMailsTemporarilyUntil"),
		"PreferredStoreId=x&Phone=123456789012345678901&LimitMailsPermanently=x&NewPassword=%00": once("NewPassword") + "," +
			once("LimitMailsPermanently") + "," + once("PreferredStoreId") + "," + versionRequired +
			`,"updateContactDto.Phone":["The field Phone must be a string with a maximum length of 20."]`,
	} {
		values, s := updateContact.BindForm([]byte(body))
		if diff := cmp.Diff(want, state(t, s)); diff != "" || values != nil {
			t.Errorf("%q: values %v, state %s", body, values, diff)
		}
	}
}
