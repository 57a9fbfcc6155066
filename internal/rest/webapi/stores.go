package webapi

import (
	"net/http"

	"contactgraph/ent"
	"contactgraph/internal/authz"
	"contactgraph/internal/catalog"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// storeMembers are the members of a store that clients write.
var storeMembers = []catalogMember{
	{"Number", catalog.StoreNumber},
	{"Name", catalog.StoreName},
	{"Phone", catalog.StorePhone},
	{"Address", catalog.StoreAddress},
	{"ZipCode", catalog.StoreZipCode},
	{"City", catalog.StoreCity},
	{"Email", catalog.StoreEmail},
	{"JsonString", catalog.StoreJSONString},
}

var createStoreDto = requiring("Name", catalogModel("createStoreDto", storeMembers))

// getStores handles GET /api/v1/Stores: all stores, or with the parameter number the one that has
// it.
func (a *API) getStores(w http.ResponseWriter, r *http.Request) {
	if number, given := parametersIn(r.URL)["number"]; given {
		a.sendStore(w, r, func(r *http.Request) (*ent.Store, error) {
			found, err := a.Catalog.StoreByNumber(r.Context(), number)
			if err == nil && found == nil {
				err = usererror.Errors{{Code: usererror.NotFound}}
			}
			return found, err
		})
		return
	}
	a.sendArray(w, r, costPage, func(r *http.Request) (elements, error) {
		if _, err := authz.RequireRole(r.Context(), viewer.Agent); err != nil {
			return nil, err
		}
		stores, err := a.Catalog.Stores(r.Context())
		list := make([][]byte, len(stores))
		for i, s := range stores {
			list[i] = readStoreDto(s)
		}
		return onePart(list), err
	})
}

// getStore handles GET /api/v1/Stores/{id}.
func (a *API) getStore(w http.ResponseWriter, r *http.Request) {
	a.sendStore(w, r, func(r *http.Request) (*ent.Store, error) {
		id, state := routeID(r)
		if len(state) > 0 {
			return nil, responseError{invalidResponse(state)}
		}
		return a.Catalog.Store(r.Context(), id)
	})
}

// sendStore answers staff with the store that find returns.
func (a *API) sendStore(w http.ResponseWriter, r *http.Request, find func(*http.Request) (*ent.Store, error)) {
	a.serveStaff(w, r, call.CostRead, func(w http.ResponseWriter, r *http.Request) error {
		found, err := find(r)
		if err == nil {
			sendObject(w, r, readStoreDto(found))
		}
		return err
	})
}

// postStore handles POST /api/v1/Stores: it creates a store.
func (a *API) postStore(w http.ResponseWriter, r *http.Request) {
	a.serveAdmin(w, r, costWrite, func(w http.ResponseWriter, r *http.Request) error {
		values, err := a.bindValues(w, r, createStoreDto, nil)
		if err != nil {
			return err
		}
		var created *ent.Store
		err = call.RunIdempotent(w, r, values, func(key *idempotency.Key) (err error) {
			created, err = a.Catalog.WithKey(key).CreateStore(r.Context(), catalog.Entry{Set: setOf(storeMembers, values)})
			return err
		})
		if err != nil {
			return catalogError(err, createStoreDto.Name, storeMembers)
		}
		sendObject(w, r, readStoreDto(created))
		return nil
	})
}

func readStoreDto(s *ent.Store) []byte {
	return object{}.
		add("Id", s.ID).
		add("Number", orNull(s.Number)).
		add("LastModified", orNull(s.LastModified)).
		add("Name", s.Name).
		add("Phone", orNull(s.Phone)).
		add("Address", orNull(s.Address)).
		add("ZipCode", orNull(s.ZipCode)).
		add("City", orNull(s.City)).
		add("Email", orNull(s.Email)).
		add("JsonString", orNull(s.JSONString)).
		end()
}
