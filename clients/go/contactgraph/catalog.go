package contactgraph

import "context"

// Catalog is the reference data of an account: what its contacts refer to.
type Catalog struct {
	Properties []PropertyDefinition
	Stores     []Store
	Companies  []Company
	Segments   []Segment
}

// ReadCatalog returns the catalog of the account. Not available to customers.
func (c *Client) ReadCatalog(ctx context.Context) (*Catalog, error) {
	return c.catalog(ctx, true)
}

// ReadCustomerCatalog returns what customers may read of the catalog: the properties and stores.
func (c *Client) ReadCustomerCatalog(ctx context.Context) (*Catalog, error) {
	return c.catalog(ctx, false)
}

func (c *Client) catalog(ctx context.Context, staff bool) (*Catalog, error) {
	r, _, err := readCatalog(ctx, c, staff)
	if err != nil {
		return nil, err
	}
	return &Catalog{Properties: r.Properties, Stores: r.Stores, Companies: r.Companies, Segments: r.Segments}, nil
}
