// Command receive runs an SMTP server for the browser tests. It prints its address, and then each
// message that it receives, as a line of JSON with the recipient, the subject and the text.
package main

import (
	"encoding/json"
	"log"
	"os"

	"contactgraph/internal/mail/mailtest"
)

func main() {
	server, err := mailtest.Start(mailtest.Options{UTF8: true})
	if err != nil {
		log.Fatal(err)
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(server.Address); err != nil {
		log.Fatal(err)
	}
	for printed := 0; ; {
		messages, more := server.Messages()
		for _, m := range messages[printed:] {
			if err := out.Encode(map[string]string{"to": m.To, "subject": m.Subject, "text": m.Text}); err != nil {
				return // the test has ended
			}
		}
		printed = len(messages)
		<-more
	}
}
