package graph

import (
	"contactgraph/graph/model"
	"contactgraph/graph/scalar"
	"contactgraph/internal/contact"
	"contactgraph/internal/globalid"
	"contactgraph/internal/revision"
)

// mergeOf translates a merge of contacts.
func mergeOf(in *model.MergeContactsInput) contact.MergeContacts {
	return contact.MergeContacts{
		Into: memberOf(in.Into, in.ExpectedVersion),
		From: each(in.From, func(m *model.MergeMemberInput) contact.Member { return memberOf(m.ID, m.ExpectedVersion) }),
		Choose: each(in.Choose, func(c *model.MergeChoiceInput) contact.Choice {
			return contact.Choice{Path: c.Path, Contact: globalid.Of(typeContact, c.ContactID)}
		}),
		DryRun: in.DryRun,
	}
}

func memberOf(id string, expected revision.Version) contact.Member {
	return contact.Member{ID: globalid.Of(typeContact, id), Lock: contact.Lock{Expected: &expected, Malformed: expected == scalar.Malformed}}
}

// mergePayload translates the result of a merge.
func mergePayload(m *contact.Merging, err error) (*model.MergeContactsPayload, error) {
	errs, err := payloadErrors(err)
	p := &model.MergeContactsPayload{Errors: errs}
	if m == nil {
		return p, err
	}
	p.Fields = pointers(m.Fields)
	if m.Survivor != nil {
		p.Contact, p.Change = m.Survivor.Contact, m.Survivor.Change
	}
	for _, r := range m.Others {
		p.Merged = append(p.Merged, r.Change)
	}
	return p, err
}

// unmergePayload translates the result of the undo of a merge.
func unmergePayload(m *contact.Merging, err error) (*model.UnmergeContactsPayload, error) {
	errs, err := payloadErrors(err)
	p := &model.UnmergeContactsPayload{Errors: errs}
	if m == nil {
		return p, err
	}
	p.Contact, p.Change, p.Kept = m.Survivor.Contact, m.Survivor.Change, pointers(m.Kept)
	for _, r := range m.Others {
		p.Restored = append(p.Restored, r.Contact)
	}
	return p, err
}

func pointers[T any](list []T) []*T {
	return each(list, func(e T) *T { return &e })
}
