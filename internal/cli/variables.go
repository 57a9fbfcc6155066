package cli

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/alecthomas/kong"
)

// foreign matches variables, as NAME=VALUE, that begin with the name of the program and are not
// settings: those of its tests, those of the examples of clients, and those that Kubernetes sets
// for each service, such as CONTACTGRAPH_SERVICE_HOST and CONTACTGRAPH_PORT=tcp://10.0.0.11:8080
// (see https://kubernetes.io/docs/concepts/services-networking/service, environment variables).
var foreign = regexp.MustCompile(`^` + prefix + `(TEST_\w+=|URL=|KEY=|` +
	`(\w+_)?(SERVICE_HOST=|SERVICE_PORT(_\w+)?=|PORT=\w+://|PORT_\d+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?=))`)

// refuseUnknown fails if the environment has a variable of this program that is not a setting of
// any command: it is probably misspelled, and would have no effect.
func (p *Process) refuseUnknown(root *kong.Node) error {
	known := slices.Clone(p.more)
	for _, node := range append([]*kong.Node{root}, descendants(root)...) {
		for _, flag := range node.Flags {
			if !isHelp(flag.Value) {
				known = append(known, variable(flag.Name))
			}
		}
	}
	var wrong []error
	for _, name := range p.variables {
		if !slices.Contains(known, name) && !foreign.MatchString(name+"="+p.Getenv(name)) {
			wrong = append(wrong, fmt.Errorf("the environment variable %s is not a setting: the most similar one is %s", name, nearest(name, known)))
		}
	}
	return errors.Join(wrong...)
}

// nearest returns the known name that differs least.
func nearest(name string, known []string) string {
	return slices.MinFunc(known, func(a, b string) int {
		if d := levenshtein.ComputeDistance(name, a) - levenshtein.ComputeDistance(name, b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}
