package permissions

import (
	"maps"
)

// allRows returns the rows of the table of permissions.
func allRows() map[string]permission {
	all := maps.Clone(permissions)
	maps.Copy(all, contactsAPI)
	maps.Copy(all, iServicePermissions)
	maps.Copy(all, jobPermissions)
	return all
}

// rowOf returns the row of an operation.
func rowOf(operation string) (p permission, declared bool) {
	p, declared = allRows()[operation]
	return p, declared
}

// iServicePermissions are the rows of the table of permissions for the iService API.
var iServicePermissions = map[string]permission{
	"iService setdetails": contactForm("custinfo", "setdetails", `{"contactID":%d,"details":{"properties":[]}}`),
	"iService details":    contactForm("custinfo", "details", `{"contactID":%d}`),
	"iService name":       contactForm("custinfo", "name", `{"contactID":%d}`),
	"iService search":     staffForm("search", `{"fields":{"groups":[{"fields":[{"fieldID":"login","searchString":"%s"}]}]}}`, ok),
	"iService newcontact": staffForm("newcontact", `{"details":{"setLogins":true,"logins":[{"name":"%s"}]}}`, forbidden),
	"iService mydetails": {
		customer: all(ok), agent: all(forbidden), admin: all(forbidden), foreign: all(forbidden),
		try: func(c *attempt) string {
			return c.iservice(c.Send(c.caller, "POST", "/f/webapp-api-findanswer?api=mydetails", "application/json", `{}`))
		},
	},
	"iService login":    sessions("POST", "login", refused, refused),
	"iService loggedin": sessions("GET", "loggedin", ok, forbidden),
	"iService logout":   sessions("POST", "logout", ok, ok),

	// The server of these tests sends no email, and lets no one register.
	"iService resetSend":    sessions("POST", "resetSend", notAvailable, notAvailable),
	"iService resetconfirm": sessions("POST", "resetconfirm", notAvailable, notAvailable),
	"iService register":     sessions("POST", "register", notAvailable, notAvailable),
}
