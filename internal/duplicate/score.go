// Package duplicate finds contacts that may be the same person. Each contact has a few blocking
// keys, such as its email address without dots and tags; only contacts that share a key are
// compared. A key that too many contacts have, such as the number of a switchboard, is ignored, so
// that the work grows with the number of contacts and not with its square.
//
// Start reading at Compare in this file; person.go has what is compared, and keys.go the keys. The
// work begins at Service.Run in service.go: worker.go does it for one account, firstpass.go looks
// at all contacts once, follow.go at those that the change log names, and list.go returns the
// results.
package duplicate

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hbollon/go-edlib"
)

// Reason is why two contacts may be the same person.
type Reason string

// The reasons.
const (
	SameEmail      Reason = "EMAIL"       // but for dots and a tag in the part before the @
	SamePhone      Reason = "PHONE"       // but for an extension that one of them has
	SameExternalID Reason = "EXTERNAL_ID" // of another system
	SimilarName    Reason = "NAME"
	SameCompany    Reason = "COMPANY"
	SamePostcode   Reason = "POSTCODE"
	SameSubscriber Reason = "SUBSCRIBER" // the end of the phone number
)

// weights are what the reasons add to the score. A similar name adds its weight only with another
// reason: many people have the same name.
var weights = map[Reason]int{
	SameEmail: 70, SamePhone: 60, SameExternalID: 50, SimilarName: 40, SameCompany: 15, SamePostcode: 20, SameSubscriber: 20,
}

const (
	// MinScore is the least score of a candidate.
	MinScore = 55
	// MaxScore is the highest score.
	MaxScore = 100
	// otherName is what different names take from the score: families and companies share
	// addresses and numbers.
	otherName = 45
	// otherAddress is what a different email address, or phone number, takes from the score: people
	// of the same name at one company have different ones.
	otherAddress = 10
	// similar is the least similarity of names that are a reason, different the highest of those
	// that are different.
	similar, different = 0.90, 0.82
)

// Compare returns how likely two contacts are the same person, from 0 to MaxScore, and why. They
// are candidates from MinScore on.
func Compare(a, b *Person) (score int, reasons []Reason) {
	add := func(r Reason, is bool) {
		if is {
			score, reasons = score+weights[r], append(reasons, r)
		}
	}
	add(SameEmail, a.Email != "" && a.Email == b.Email)
	add(SamePhone, a.Phone != "" && a.Phone == b.Phone && (a.Extension == "" || b.Extension == "" || a.Extension == b.Extension))
	add(SameExternalID, slices.ContainsFunc(a.ExternalIDs, func(id string) bool { return slices.Contains(b.ExternalIDs, id) }))
	add(SameSubscriber, a.Phone != b.Phone && a.subscriber() != "" && a.subscriber() == b.subscriber())
	add(SameCompany, a.Company != 0 && a.Company == b.Company)
	add(SamePostcode, a.Postcode != "" && a.Postcode == b.Postcode)
	if a.Email != "" && b.Email != "" && a.Email != b.Email {
		score -= otherAddress
	}
	if a.Phone != "" && b.Phone != "" && a.Phone != b.Phone && a.subscriber() != b.subscriber() {
		score -= otherAddress
	}
	similarity, known := nameSimilarity(a, b)
	switch {
	case !known:
	case similarity >= similar:
		add(SimilarName, len(reasons) > 0)
	case similarity < different:
		score -= otherName
	default:
		score -= otherName / 2
	}
	return min(max(score, 0), MaxScore), reasons
}

// nameSimilarity returns how similar the names are in the word that differs most, from 0 to 1, also
// if the first and the last name are swapped. known is false if one of the contacts has no name.
func nameSimilarity(a, b *Person) (similarity float64, known bool) {
	if len(a.Names) == 0 || len(b.Names) == 0 {
		return 0, false
	}
	fewer, more := a.Names, slices.Clone(b.Names)
	if len(fewer) > len(more) {
		fewer, more = b.Names, slices.Clone(a.Names)
	}
	single := len(fewer) == 1 && len(more) > 1
	similarity = 1
	for _, word := range fewer {
		best, at := -1.0, 0
		for i, other := range more {
			if s := wordSimilarity(word, other); s > best {
				best, at = s, i
			}
		}
		similarity = min(similarity, best)
		more = slices.Delete(more, at, at+1)
	}
	if single { // it says little
		similarity = min(similarity, similar-0.01)
	}
	return similarity, true
}

// wordSimilarity compares two words of names. Nicknames are the same word, and an initial may be
// any word that begins with it.
func wordSimilarity(a, b string) float64 {
	if isInitial(a) && strings.HasPrefix(b, a) || isInitial(b) && strings.HasPrefix(a, b) {
		return similar
	}
	if a, b = canonical(a), canonical(b); a == b {
		return 1
	}
	return float64(edlib.JaroWinklerSimilarity(a, b))
}

func isInitial(word string) bool { return utf8.RuneCountInString(word) == 1 }
