package aspnet

// readJSON binds the root value (JsonSerializerInternalReader.Deserialize). It reports whether the
// result is an object, even one with errors.
func (b *binder) readJSON(r *reader) bool {
	bound, err := b.readRoot(r)
	if err != nil {
		b.fail(r)
		return false
	}
	return bound
}

func (b *binder) readRoot(r *reader) (bool, error) {
	if found, err := r.readContent(); err != nil || !found {
		return false, err
	}
	switch r.token {
	case tokenStartObject:
		if err := r.mustRead(); err != nil {
			return false, err
		}
		return true, b.populate(r)
	case tokenNull, tokenUndefined:
		return false, nil
	case tokenString:
		if r.value == "" { // null, as for every nullable type
			return false, nil
		}
	}
	return false, errJSON
}

// populate binds the members of the root object (JsonSerializerInternalReader.PopulateObject). It
// records an error in a member and continues after it; an error outside of a member ends it. Text
// after the object is never read.
func (b *binder) populate(r *reader) error {
	depth := r.depth()
	for {
		switch r.token {
		case tokenPropertyName:
			if err := b.readProperty(r, r.value.(string)); err != nil { //nolint:forcetypeassert // a name is a string
				b.fail(r)
				if err := r.skipPast(depth); err != nil {
					return err
				}
			}
		case tokenEndObject:
			return nil
		case tokenComment:
		default:
			return errJSON
		}
		more, err := r.read()
		if err != nil {
			return err
		}
		if !more {
			b.fail(r) // the text was cut off; what was bound so far is validated
			return nil
		}
	}
}

// readProperty binds one property. It skips unknown ones.
func (b *binder) readProperty(r *reader, name string) error {
	member, ok := b.member(name)
	if !ok && b.model.Strict {
		b.state.add(b.model.Name, memberUnknown)
	}
	if !ok {
		if more, err := r.read(); err != nil || !more {
			return err
		}
		return r.skip()
	}
	value, err := r.readValue(member.Kind)
	if err != nil {
		return err
	}
	if r.token == tokenNone || value == nil && member.Kind == Bool {
		return errJSON
	}
	b.values[member.Name] = value
	return nil
}

// fail records an error with the path of the reader. The name of a member in the path keeps the
// letter case that was sent, as in the framework. The name of an unknown member is left out,
// because errors must repeat nothing else of a body.
func (b *binder) fail(r *reader) {
	key := b.model.Name
	if member, indexes := r.path(); member != "" {
		if _, ok := b.member(member); ok {
			key = b.key(member) + indexes
		}
	}
	b.state.add(key, errorOccurred)
}
