// Command clients runs the clients that oapi-codegen and genqlient generate against a server with
// the demo data, whose address is its argument.
package main

import (
	"context"
	"log"
	"net/http"
	"os"
)

func main() {
	log.SetFlags(log.Lshortfile)
	useREST(context.Background(), os.Args[1])
	useGraphQL(context.Background(), os.Args[1])
}

// key sends an API key of the demo data with each request.
type key struct{}

func (key) Do(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-ApiKey", "demo-agent")
	return http.DefaultClient.Do(r)
}

// must returns v, unless the call that returned it has failed.
func must[T any](v T, err error) T {
	if err != nil {
		log.Panic(err)
	}
	return v
}

// want ends the program if the values differ.
func want[T comparable](got, want T) {
	if got != want {
		log.Panicf("got %v, want %v", got, want)
	}
}
