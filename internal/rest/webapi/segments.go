package webapi

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"contactgraph/internal/contact/query"
	"contactgraph/internal/rest/aspnet"
)

// contactCountDto describes the body of a count of contacts.
var contactCountDto = aspnet.Model{Name: "getContactCountDto", Members: []aspnet.Member{
	{Name: "SegmentIds", Kind: aspnet.Scalars, Required: true},
}}

// getSegmentIDs handles GET /api/v1/Segments/{id}/GetContactIds.
func (a *API) getSegmentIDs(w http.ResponseWriter, r *http.Request) {
	a.sendArray(w, r, costIDs, func(r *http.Request) (elements, error) {
		return a.inSegment(r, idsPerPart, func(_ context.Context, ids []int) (list [][]byte, err error) {
			for _, id := range ids {
				list = append(list, strconv.AppendInt(nil, int64(id), 10))
			}
			return list, nil
		})
	})
}

// getSegmentBaseInfo handles GET /api/v1/Segments/{id}/GetContactsBaseInfo.
func (a *API) getSegmentBaseInfo(w http.ResponseWriter, r *http.Request) {
	a.sendArray(w, r, costBaseInfos, func(r *http.Request) (elements, error) {
		return a.inSegment(r, query.MaxScan, func(ctx context.Context, ids []int) (list [][]byte, err error) {
			contacts, err := a.Queries.ByIDs(ctx, ids)
			for _, c := range contacts {
				list = append(list, baseInfo(c))
			}
			return list, err
		})
	})
}

// inSegment opens the list of the contacts in the segment of the URL. dtos returns the bodies of at
// most size contacts.
func (a *API) inSegment(r *http.Request, size int, dtos func(context.Context, []int) ([][]byte, error)) (elements, error) {
	id, state := routeID(r)
	if len(state) > 0 {
		return nil, responseError{invalidResponse(state)}
	}
	if _, err := a.Catalog.Segment(r.Context(), id); err != nil {
		return nil, err
	}
	after := 0
	return func(ctx context.Context) (list [][]byte, more bool, err error) {
		ids, err := a.Queries.IDsInSegment(ctx, id, after, size)
		if err != nil || len(ids) == 0 {
			return nil, false, err
		}
		after = ids[len(ids)-1]
		list, err = dtos(ctx, ids)
		return list, len(ids) == size, err
	}, nil
}

// countContacts handles POST /api/v1/Segments/GetContactCount: how many contacts are in at least
// one of the segments. Segments that do not exist have none.
func (a *API) countContacts(w http.ResponseWriter, r *http.Request) {
	a.serveStaff(w, r, costIDs, func(w http.ResponseWriter, r *http.Request) error {
		values, err := a.bindValues(w, r, contactCountDto, nil)
		if err != nil {
			return err
		}
		sent, ok := idsOf(values["SegmentIds"])
		if !ok {
			key := contactCountDto.Name + ".SegmentIds"
			return responseError{invalidResponse(aspnet.ModelState{{Key: key, Messages: []string{errorOccurred}}})}
		}
		all, err := a.Catalog.Segments(r.Context())
		if err != nil {
			return err
		}
		var existing []int // fewer than can be sent
		for _, s := range all {
			if slices.Contains(sent, s.ID) {
				existing = append(existing, s.ID)
			}
		}
		n, err := a.Queries.CountInSegments(r.Context(), existing)
		if err == nil {
			sendObject(w, r, appendValue(nil, n))
		}
		return err
	})
}

// idsOf reads an array of ids, which may be numbers or strings.
func idsOf(sent any) (ids []int, ok bool) {
	if form, isForm := sent.(aspnet.FormValues); isForm {
		list := make([]any, len(form))
		for i, text := range form {
			list[i] = text
		}
		sent = list
	}
	list, ok := sent.([]any)
	if !ok {
		return nil, false
	}
	for _, element := range list {
		text, isText := element.(string)
		if n, isNumber := element.(json.Number); isNumber {
			text, isText = n.String(), true
		}
		id, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
		if !isText || err != nil {
			return nil, false
		}
		ids = append(ids, int(id))
	}
	return ids, true
}
