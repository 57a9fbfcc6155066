package transfer

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"math/big"
	"time"

	entschema "entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
)

// row reads one row after the other, in the types that both engines take.
type row struct {
	columns []*entschema.Column
	targets []any
}

func newRow(columns []*entschema.Column) *row {
	r := &row{columns: columns, targets: make([]any, len(columns))}
	for i, c := range columns {
		switch c.Type {
		case field.TypeInt, field.TypeInt64:
			r.targets[i] = &sql.NullInt64{}
		case field.TypeBool:
			r.targets[i] = &sql.NullBool{}
		case field.TypeTime:
			r.targets[i] = &sql.NullTime{}
		case field.TypeJSON, field.TypeBytes:
			r.targets[i] = &[]byte{}
		default:
			r.targets[i] = &sql.NullString{}
		}
	}
	return r
}

// values returns the values of the row that was scanned last. Times are in UTC and have
// microseconds, JSON is text without spaces.
func (r *row) values() (values []any, err error) {
	values = make([]any, len(r.columns))
	for i, target := range r.targets {
		switch v := target.(type) {
		case *sql.NullTime:
			if v.Valid {
				values[i] = v.Time.UTC().Truncate(time.Microsecond)
			}
		case *[]byte:
			values[i], err = bytesOf(r.columns[i], *v)
		case driver.Valuer:
			values[i], err = v.Value()
		}
		if err != nil {
			return nil, fmt.Errorf("the column %s: %w", r.columns[i].Name, err)
		}
	}
	return values, nil
}

// bytesOf returns the value of a column of bytes or of JSON.
func bytesOf(c *entschema.Column, b []byte) (any, error) {
	if b == nil {
		return nil, nil
	}
	if c.Type != field.TypeJSON {
		return bytes.Clone(b), nil
	}
	var text bytes.Buffer
	err := json.Compact(&text, b)
	return text.String(), err
}

// checksum is a SHA-256 of rows in a form that does not depend on the engine.
type checksum struct {
	hash hash.Hash
	rows int64
}

func newChecksum() *checksum { return &checksum{hash: sha256.New()} }

// add adds the next row.
func (s *checksum) add(columns []*entschema.Column, values []any) error {
	for i, v := range values {
		text, err := canonical(columns[i].Type, v)
		if err != nil {
			return fmt.Errorf("the column %s: %w", columns[i].Name, err)
		}
		size := int64(len(text))
		if v == nil {
			size = -1
		}
		s.hash.Write(binary.BigEndian.AppendUint64(nil, uint64(size))) // -1 is a size that no text has
		s.hash.Write([]byte(text))
	}
	s.rows++
	return nil
}

func (s *checksum) sum() string { return hex.EncodeToString(s.hash.Sum(nil)) }

// canonical returns the text of a value. JSON has sorted keys, and numbers of the same value the
// same digits, because jsonb keeps neither the order of keys nor exponents.
func canonical(t field.Type, v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case time.Time:
		return v.Format(time.RFC3339Nano), nil
	case []byte:
		return string(v), nil
	case string:
		if t != field.TypeJSON {
			return v, nil
		}
		d := json.NewDecoder(bytes.NewReader([]byte(v)))
		d.UseNumber()
		var decoded any
		if err := d.Decode(&decoded); err != nil {
			return "", err
		}
		text, err := json.Marshal(withNumbers(decoded))
		return string(text), err
	}
	return fmt.Sprint(v), nil
}

// maxNumber is the longest number of JSON that is compared by its value: one with a large exponent
// would have as many digits.
const maxNumber = 30

// withNumbers returns a decoded value of JSON with its numbers in one form.
func withNumbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = withNumbers(e)
		}
	case []any:
		for i, e := range v {
			v[i] = withNumbers(e)
		}
	case json.Number:
		f, _, err := big.ParseFloat(v.String(), 10, 200, big.ToNearestEven)
		if err == nil && len(v) <= maxNumber {
			return f.Text('g', 40)
		}
		return v.String()
	}
	return v
}
