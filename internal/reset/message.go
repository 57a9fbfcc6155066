package reset

import (
	"fmt"

	"contactgraph/internal/mail"
)

// text is the message. Its arguments are the login, the name of the account, and the link.
const text = `A new password was requested for %s at %s.

To set it, open this link within an hour:

%s

The link works once, and only until the next request or the next change of the password. If you
did not request it, ignore this message: your password stays as it is.
`

func message(o owner, link string) mail.Message {
	return mail.Message{To: o.login, Subject: "Set a new password for " + o.account, Text: fmt.Sprintf(text, o.login, o.account, link)}
}
