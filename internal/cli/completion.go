package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// Completion is the command that prints the completion of a shell, which is written from the
// command line itself.
type Completion struct {
	Shell string `arg:"" enum:"bash" help:"The shell: bash."`
}

// Run prints a function that bash calls, and how it is called.
func (Completion) Run(c *kong.Context, p *Process) error {
	var cases strings.Builder
	for _, node := range append([]*kong.Node{c.Model.Node}, descendants(c.Model.Node)...) {
		fmt.Fprintf(&cases, "    %q) words=%q ;;\n", strings.TrimPrefix(strings.TrimPrefix(node.Path(), program), " "), strings.Join(wordsOf(node, c.Model.DefaultCmd), " "))
	}
	_, err := io.WriteString(p.Stdout, fmt.Sprintf(completion, cases.String()))
	return err
}

// completion has a word list for each command. Values of flags are completed as files.
const completion = `# bash completion for contactgraph

_contactgraph() {
  local words word command="" i
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    case "$word" in
    [a-z]*) case " $(_contactgraph_words "$command") " in *" $word "*) command="${command:+$command }$word" ;; esac ;;
    esac
  done
  if [[ $previous == --* && $current != -* && " $(_contactgraph_words "$command") " == *" $previous= "* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
  fi
  words="$(_contactgraph_words "$command")"
  mapfile -t COMPREPLY < <(compgen -W "${words//= / }" -- "$current")
}

# _contactgraph_words prints the commands and flags that may follow a command. A flag with a value
# ends in "=".
_contactgraph_words() {
  local words=""
  case "$1" in
%s  esac
  printf '%%s ' "$words"
}

complete -o default -F _contactgraph contactgraph
`

// wordsOf returns what may follow a command. After the program itself, these are also the flags of
// the default command.
func wordsOf(node, byDefault *kong.Node) (words []string) {
	flags := node.Flags
	if node.Parent == nil {
		flags = byDefault.Flags
	}
	for _, child := range node.Children {
		if !child.Hidden {
			words = append(words, child.Name)
		}
	}
	for _, flag := range flags {
		switch {
		case flag.Hidden:
		case flag.IsBool():
			words = append(words, "--"+flag.Name)
		default:
			words = append(words, "--"+flag.Name+"=")
		}
	}
	return words
}

// descendants returns the commands below a node, and those below them.
func descendants(node *kong.Node) (all []*kong.Node) {
	for _, child := range node.Children {
		if !child.Hidden {
			all = append(append(all, child), descendants(child)...)
		}
	}
	return all
}
