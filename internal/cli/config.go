package cli

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// config are the settings of a file: the texts of each flag by its name.
type config map[string][]string

// loadConfig reads a YAML file that has a key for each setting: the name of the flag, without
// dashes at its beginning. Values are taken as they are written, as those of the command line are,
// so that "on" is not true and 1e3 not 1000. flags are the settings that it may have. Errors name
// the file, the line and the key, and not the value, which can be a secret.
func loadConfig(file string, flags []*kong.Flag) (config, error) {
	content, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("--config: %w", err)
	}
	document, err := parser.ParseBytes(content, 0)
	if err != nil {
		return nil, fmt.Errorf("--config: %s is not YAML: %s", file, yaml.FormatError(err, false, false)) // without its lines
	}
	byName := map[string]*kong.Flag{}
	for _, f := range flags {
		byName[f.Name] = f
	}
	values := config{}
	var wrong []error
	for _, doc := range document.Docs {
		entries, err := entriesOf(doc.Body)
		if err != nil {
			return nil, fmt.Errorf("--config: %s %w", file, err)
		}
		for _, entry := range entries {
			name := entry.Key.GetToken().Value
			if err := values.add(name, byName[name], entry.Value); err != nil {
				wrong = append(wrong, fmt.Errorf("--config: %s, line %d: %s %w", file, entry.Key.GetToken().Position.Line, name, err))
			}
		}
	}
	return values, errors.Join(wrong...)
}

// of returns the value of a flag, nil if it is not set.
func (c config) of(flag *kong.Flag) any {
	if texts, ok := c[flag.Name]; ok {
		return typed(flag, texts)
	}
	return nil
}

// entriesOf returns the keys and values of a document. A document of comments has none.
func entriesOf(body ast.Node) ([]*ast.MappingValueNode, error) {
	switch body := body.(type) {
	case nil, *ast.CommentGroupNode:
		return nil, nil
	case *ast.MappingNode:
		return body.Values, nil
	case *ast.MappingValueNode: // a document with one key
		return []*ast.MappingValueNode{body}, nil
	default:
		return nil, errors.New("must have a line for each setting, such as: log-level: debug")
	}
}

// add adds the value of a setting, if the flag accepts it.
func (c config) add(name string, flag *kong.Flag, node ast.Node) error {
	switch {
	case flag == nil:
		return fmt.Errorf("is not a setting: %s serve --help lists them", program)
	case flag.Name == configFlag:
		return errors.New("cannot be in the file itself")
	case c[name] != nil:
		return errors.New("is set twice")
	}
	texts, err := textsOf(node)
	if err != nil {
		return err
	}
	target := reflect.New(flag.Target.Type()).Elem()
	value := typed(flag, texts)
	if err := flag.Mapper.Decode(&kong.DecodeContext{Value: flag.Value, Scan: kong.Scan().PushTyped(value, kong.FlagValueToken)}, target); err != nil {
		return fmt.Errorf("has a wrong value: %w", err)
	}
	if flag.Enum != "" && !flag.EnumMap()[fmt.Sprint(target)] {
		return fmt.Errorf("must be one of %s", strings.Join(flag.EnumSlice(), ", "))
	}
	c[name] = texts
	return nil
}

// textsOf returns the text of a value, or those of a list.
func textsOf(node ast.Node) ([]string, error) {
	switch node := node.(type) {
	case *ast.NullNode:
		return nil, errors.New("has no value: write one, or delete the line")
	case *ast.SequenceNode:
		texts := []string{}
		for _, v := range node.Values {
			of, err := textsOf(v)
			if err != nil || len(of) != 1 {
				return nil, errors.New("must be a list of single values")
			}
			texts = append(texts, of...)
		}
		return texts, nil
	case *ast.LiteralNode: // a text of several lines, whose token is only its mark
		return []string{node.Value.Value}, nil
	case ast.ScalarNode:
		return []string{node.GetToken().Value}, nil
	default:
		return nil, errors.New("must be a value or a list of values")
	}
}

// typed returns the value in the form that the flag reads.
func typed(flag *kong.Flag, texts []string) any {
	if !flag.IsSlice() {
		return strings.Join(texts, ",")
	}
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	return list
}
