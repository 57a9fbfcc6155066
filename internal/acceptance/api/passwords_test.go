package api

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"

	"golang.org/x/text/unicode/norm"
)

// TestPasswordsInEveryEncoding sets passwords with accented letters in every way, composed and
// decomposed, and sends them in every way in both encodings.
func TestPasswordsInEveryEncoding(t *testing.T) {
	t.Parallel()
	harness.OnSelected(t, func(t *testing.T, e harness.Engine) {
		s := harness.Start(t, harness.NewDemoDatabase(t, e, 5), 5)
		for _, form := range []norm.Form{norm.NFC, norm.NFD} {
			p := &passwords{Server: s, form: form, name: map[norm.Form]string{norm.NFC: "composed", norm.NFD: "decomposed"}[form]}
			for way, set := range p.ofUsers() {
				login, text := p.name+" "+way, "Crème brûlée "+way
				set(login, form.String(text))
				p.expectSignIns(way, login, text)
				p.expectChange(way, login, text)
			}
			for way, set := range p.ofContacts() {
				login, text := p.name+" contact "+way, "Crème brûlée "+way
				id := p.contact(login)
				set(id, form.String(text))
				p.expectSignIns(way, login, text)
				p.expectOwnChange(way, id, login, text)
			}
		}
	})
}

// passwords are those that a test sets in one encoding.
type passwords struct {
	*harness.Server
	form norm.Form
	name string
}

// write runs a mutation that must succeed, and returns its data.
func (p *passwords) write(c harness.Caller, mutation string, v harness.Variables) map[string]json.RawMessage {
	p.T.Helper()
	r := p.Execute(c, mutation, v)
	for _, payload := range r.Data {
		if !strings.Contains(string(payload), `"errors":[]`) {
			p.T.Errorf("%s of %v: %s", mutation, v, payload)
		}
	}
	if len(r.Errors) > 0 {
		p.T.Errorf("%s of %v: %v", mutation, v, r.Errors)
	}
	return r.Data
}

// ofUsers are the ways to create a user with a password or to set that of a user.
func (p *passwords) ofUsers() map[string]func(login, text string) {
	admin := harness.APIKey("demo-admin")
	create := func(login, text string) string {
		data := p.write(admin, `mutation($login: String!, $text: String!) {
			createUser(input: {login: $login, name: $login, password: $text, role: AGENT}) { user { id } errors { message } } }`, harness.Variables{"login": login, "text": text})
		var payload struct{ User struct{ ID string } }
		if err := json.Unmarshal(data["createUser"], &payload); err != nil {
			p.T.Fatal(err)
		}
		return payload.User.ID
	}
	run := func(command, login, text string, more ...string) {
		p.T.Helper()
		args := append([]string{"user", command, "--database", p.Database, "--account", "Demo", "--login", login}, more...)
		fromInput := exec.Command(harness.Program(p.T), args...)
		fromInput.Stdin = strings.NewReader(text + "\n")
		if out, err := fromInput.CombinedOutput(); err != nil {
			p.T.Errorf("%v: %v: %s", args, err, out)
		}
	}
	return map[string]func(login, text string){
		"createUser": func(login, text string) { create(login, text) },
		"resetUserPassword": func(login, text string) {
			p.write(admin, `mutation($id: ID!, $text: String!) { resetUserPassword(input: {id: $id, newPassword: $text}) { errors { message } } }`,
				harness.Variables{"id": create(login, "the first password"), "text": text})
		},
		"changePassword": func(login, text string) {
			create(login, "the first password")
			p.change(login, "the first password", text)
		},
		"user create": func(login, text string) { run("create", login, text, "--role", "agent") },
		"user password": func(login, text string) {
			create(login, "the first password")
			run("password", login, text)
		},
		"the environment": func(login, text string) {
			command := exec.Command(harness.Program(p.T), "user", "create", "--database", p.Database, "--account", "Demo", "--login", login, "--role", "agent")
			command.Env = append(os.Environ(), "CONTACTGRAPH_PASSWORD="+text)
			if out, err := command.CombinedOutput(); err != nil {
				p.T.Errorf("%v: %s", err, out)
			}
		},
	}
}

// change signs a user in, and changes its password.
func (p *passwords) change(login, current, text string) {
	p.T.Helper()
	p.write(p.signIn(login, current), `mutation($current: String!, $text: String!) {
		changePassword(input: {currentPassword: $current, newPassword: $text}) { errors { message } } }`, harness.Variables{"current": current, "text": text})
}

// ofContacts are the ways to set the password of a contact.
func (p *passwords) ofContacts() map[string]func(id int, text string) {
	admin := harness.APIKey("demo-admin")
	return map[string]func(id int, text string){
		"updateContact": func(id int, text string) {
			p.write(admin, `mutation($id: ID!, $text: String!) {
				updateContact(input: {id: $id, onConflict: OVERWRITE, set: {newPassword: $text}}) { errors { message } } }`, harness.Variables{"id": id, "text": text})
		},
		"PUT": func(id int, text string) {
			version := harness.Query[struct{ Version string }](p.Server, admin, `query($id: ID!) { contact(id: $id) { version } }`, harness.Variables{"id": id}).Version
			body, _ := json.Marshal(map[string]string{"Version": version, "NewPassword": text})
			if r := p.Send(admin, "PUT", fmt.Sprint("/api/v1/Contacts/", id), "application/json", string(body)); r.Status != 200 {
				p.T.Errorf("PUT: %d %s", r.Status, r.Body)
			}
		},
		"PUT of a form": func(id int, text string) {
			version := harness.Query[struct{ Version string }](p.Server, admin, `query($id: ID!) { contact(id: $id) { version } }`, harness.Variables{"id": id}).Version
			body := url.Values{"Version": {version}, "NewPassword": {text}}.Encode()
			if r := p.Send(admin, "PUT", fmt.Sprint("/api/v1/Contacts/", id), "application/x-www-form-urlencoded", body); r.Status != 200 {
				p.T.Errorf("PUT of a form: %d %s", r.Status, r.Body)
			}
		},
	}
}

// contact creates a contact with a login and a password that is replaced.
func (p *passwords) contact(login string) int {
	p.T.Helper()
	data := p.write(harness.APIKey("demo-admin"), `mutation($login: String!, $text: String!) {
		createContact(input: {registrationSource: "test", set: {newPassword: $text}, logins: [{name: $login}]}) { contact { contactId } errors { message } } }`,
		harness.Variables{"login": login, "text": p.form.String("Première brûlée")})
	var payload struct{ Contact struct{ ContactID int } }
	if err := json.Unmarshal(data["createContact"], &payload); err != nil {
		p.T.Fatal(err)
	}
	p.expectSignIns("createContact", login, "Première brûlée")
	return payload.Contact.ContactID
}

// expectSignIns signs in with the password in both encodings, and with another password that looks
// alike.
func (p *passwords) expectSignIns(way, login, text string) {
	p.T.Helper()
	for _, sent := range []string{norm.NFC.String(text), norm.NFD.String(text)} {
		p.signIn(login, sent)
		form := url.Values{"emailAddress": {login}, "Password": {sent}}.Encode()
		if r := p.Send(nil, "POST", "/f/webapp-api-login?api=login", "application/x-www-form-urlencoded", form); !strings.Contains(r.Body, `"isLoggedIn":true`) {
			p.T.Errorf("iService login as %q, with a password set by %s: %d %s", login, way, r.Status, r.Body)
		}
	}
	r := p.Execute(nil, signIn, harness.Variables{"login": login, "text": strings.Replace(text, "C", "\uff23", 1) + " "})
	if !strings.Contains(string(r.Data["signIn"]), "SIGN_IN_REFUSED") {
		p.T.Errorf("%s: another password: %s, %v", way, r.Data["signIn"], r.Errors)
	}
}

const signIn = `mutation($login: String!, $text: String!) { signIn(input: {account: "Demo", login: $login, password: $text}) { token errors { code message } } }`

func (p *passwords) signIn(login, text string) harness.Caller {
	p.T.Helper()
	session := harness.Query[struct {
		Token  string
		Errors []struct{ Message string }
	}](p.Server, nil, signIn, harness.Variables{"login": login, "text": text})
	if session.Token == "" {
		p.T.Fatalf("%q could not sign in with %+q: %v", login, text, session.Errors)
	}
	return harness.Bearer(session.Token)
}

// expectChange changes the password of a user with the current one in the other encoding.
func (p *passwords) expectChange(way, login, text string) {
	p.T.Helper()
	for _, current := range []string{norm.NFD.String(text), norm.NFC.String(text)} {
		p.change(login, current, p.form.String(text))
	}
	p.expectSignIns("changePassword after "+way, login, text)
}

// expectOwnChange changes the password of a contact as the contact.
func (p *passwords) expectOwnChange(way string, id int, login, text string) {
	p.T.Helper()
	for _, current := range []string{norm.NFD.String(text), norm.NFC.String(text)} {
		p.write(p.signIn(login, current), `mutation($id: ID!, $current: String!, $text: String!) {
			updateContact(input: {id: $id, onConflict: OVERWRITE, set: {currentPassword: $current, newPassword: $text}}) { errors { message } } }`,
			harness.Variables{"id": id, "current": current, "text": p.form.String(text)})
	}
	p.expectSignIns("an own change after "+way, login, text)
}
