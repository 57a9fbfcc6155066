package query

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"contactgraph/ent"
	"contactgraph/ent/predicate"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/normalize"
	"contactgraph/internal/viewer"
)

// Limits of the search for similar words.
const (
	maxSuggestions = 3
	maxSeeks       = 500 // index lookups
	maxSimilar     = 12  // words with which contacts are looked for
	minSpelled     = 4   // characters of a word of which one may be wrong; with twice as many, two
	maxSpelled     = 64  // characters of a word
)

// DidYouMean returns at most three names or email addresses that the filter Search, or without it
// Name, may have been meant to find, and that find contacts under the other filters. It returns
// none if contacts match the filter, and none to customers. It fails as Page does.
func (s *Service) DidYouMean(ctx context.Context, f Filter) ([]string, error) {
	v, err := authz.RequireViewer(ctx)
	if err != nil {
		return nil, err
	}
	g := suggester{service: s, viewer: v, in: nameSearch(v)}
	text, read := f.Name, normalize.NameQuery
	if f.Search != nil && !isBlank(*f.Search) {
		text, read = f.Search, normalize.Query
	}
	if text == nil || isBlank(*text) || v.Role == viewer.Customer {
		return nil, nil
	}
	if found, err := s.Page(ctx, f, Order{}, PageArgs{First: new(1)}); err != nil || len(found.Contacts) > 0 {
		return nil, err
	}
	if text == f.Search {
		f.Search = nil
		if g.in, err = s.newSearch(ctx, v); err != nil {
			return nil, err
		}
	} else {
		f.Name = nil
	}
	if g.others, err = s.conditions(ctx, v, f); err != nil {
		return nil, err
	}
	return g.suggest(ctx, read(*text))
}

// suggester looks for words that are similar to those of a search.
type suggester struct {
	service *Service
	viewer  viewer.Viewer
	in      search
	others  []condition // of the other filters
	seeks   int
}

// suggest returns what finds contacts that have all words but one, and instead of that a similar
// one. Words that no contact has are certainly wrong: if there are some, only these are replaced,
// each without the others.
func (g *suggester) suggest(ctx context.Context, words []normalize.Word) (suggestions []string, err error) {
	wrong := make([]bool, len(words))
	for i, w := range words {
		found, err := g.find(ctx, 1, g.in.condition(w))
		if err != nil {
			return nil, err
		}
		wrong[i] = len(found) == 0
	}
	for i, w := range words {
		if !isSpelled(w) || !wrong[i] && slices.Contains(wrong, true) {
			continue
		}
		var right []normalize.Word
		for j, other := range words {
			if j != i && !wrong[j] {
				right = append(right, other)
			}
		}
		more, err := g.replace(ctx, w, right)
		if err != nil {
			return nil, err
		}
		suggestions = appendNew(suggestions, more...)
	}
	return suggestions[:min(len(suggestions), maxSuggestions)], nil
}

// replace returns what finds contacts that have the other words, and one that is similar to w.
func (g *suggester) replace(ctx context.Context, w normalize.Word, others []normalize.Word) (suggestions []string, err error) {
	in, isAddress := g.in, strings.Contains(w.Text, "@")
	if in.kinds = suggestibleKinds(g.in.kinds, isAddress); len(in.kinds) == 0 {
		return nil, nil
	}
	var conditions []condition
	for _, other := range others {
		conditions = append(conditions, g.in.condition(other))
	}
	terms, err := g.similarTerms(ctx, w.Text)
	if err != nil {
		return nil, err
	}
	for _, term := range terms {
		found, err := g.find(ctx, maxSuggestions, append(conditions, in.exactly(term))...)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			suggestions = appendNew(suggestions, readable(c, term, isAddress, len(others) == 0))
		}
		if len(suggestions) >= maxSuggestions {
			break
		}
	}
	return suggestions, nil
}

// suggestibleKinds returns which of the kinds, nil for all, have words of names or of addresses.
func suggestibleKinds(kinds []searchterm.Kind, isAddress bool) (suggestible []searchterm.Kind) {
	of := []searchterm.Kind{searchterm.KindName, searchterm.KindNameSpelling}
	if isAddress {
		of = []searchterm.Kind{searchterm.KindEmail, searchterm.KindEmailSpelling}
	}
	return slices.DeleteFunc(of, func(k searchterm.Kind) bool { return kinds != nil && !slices.Contains(kinds, k) })
}

// isSpelled reports whether a word can be misspelled: it is long enough, and not a number. The time
// for a word grows with the square of its length.
func isSpelled(w normalize.Word) bool {
	n := utf8.RuneCountInString(w.Text)
	return n >= minSpelled && n <= maxSpelled && strings.Trim(w.Text, "+0123456789") != ""
}

// find returns the first contacts that meet the conditions and those of the other filters, as the
// viewer may see them.
func (g *suggester) find(ctx context.Context, size int, conditions ...condition) ([]*ent.Contact, error) {
	pq := &pageQuery{
		limits: defaultLimits, db: g.service.db, account: g.viewer.Account, conditions: slices.Concat(conditions, g.others),
		order: Order{Field: ByID}, size: size,
	}
	found, err := pq.run(ctx, []keyRange{{}})
	return field.VisibleToAll(g.viewer, found), err
}

// similarTerms returns words of the account that are similar to a word, the most similar first. It
// reads the words in their order, and skips those that begin too differently.
func (g *suggester) similarTerms(ctx context.Context, word string) (terms []string, err error) {
	for limit := 1; limit <= 2 && len([]rune(word)) >= limit*minSpelled; limit++ {
		s := spelling{word: []rune(word), limit: limit, prefix: limit > 1} // two edits would allow every beginning
		for from := searchterm.TermGTE(""); g.seeks < maxSeeks; g.seeks++ {
			term, err := g.service.firstTerm(ctx, g.viewer.Account, from)
			if err != nil {
				return nil, err
			}
			least, distance, ok := s.next(term)
			if term == "" || !ok {
				break
			}
			if distance <= limit {
				terms = appendNew(terms, term)
			}
			if from = searchterm.TermGTE(least); least == term {
				from = searchterm.TermGT(term)
			}
		}
	}
	return terms[:min(len(terms), maxSimilar)], nil
}

// firstTerm returns the first word of the account from a place on, "" if there is none.
func (s *Service) firstTerm(ctx context.Context, account int, from predicate.SearchTerm) (string, error) {
	term, err := s.db.Client().SearchTerm.Query().Where(searchterm.AccountID(account), from).
		Order(ent.Asc(searchterm.FieldTerm)).Limit(1).Select(searchterm.FieldTerm).String(ctx)
	if ent.IsNotFound(err) {
		return "", nil
	}
	return term, err
}

// readable returns the text of a contact that has the term: its email address; its first or last
// name, if the term is the only word; or its whole name.
func readable(c *ent.Contact, term string, isAddress, alone bool) string {
	var names []string
	for _, name := range []*string{c.FirstName, c.LastName} {
		if name == nil {
			continue
		}
		if alone && (slices.Contains(normalize.NameWords(*name), term) || slices.Contains(normalize.NameSpellings(*name), term)) {
			names = []string{*name}
			break
		}
		names = append(names, *name)
	}
	if isAddress && c.Email != nil {
		names = []string{*c.Email}
	}
	return strings.TrimSpace(strings.Join(names, " "))
}

// appendNew appends the texts that are neither blank nor among the others yet.
func appendNew(texts []string, more ...string) []string {
	for _, m := range more {
		if m != "" && !slices.Contains(texts, m) {
			texts = append(texts, m)
		}
	}
	return texts
}
