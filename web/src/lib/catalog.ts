// The catalog: the stores, companies, segments and properties of an account, which contacts refer
// to.
import type { CatalogQuery, ContactPartsFragment, PropertyPartsFragment } from '../gql';

/** Names by number, sorted by number. */
export type Names = ReadonlyMap<number, string>;

/** The part of the account's catalog that the viewer may read. */
export interface Catalog {
  stores: Names;
  companies: Names;
  segments: Names;
  properties: ReadonlyMap<number, PropertyPartsFragment>;
}

export function catalogOf({ stores, companies, segments, properties }: CatalogQuery): Catalog {
  return {
    stores: new Map(stores.map(({ storeId, name }) => [storeId, name])),
    companies: new Map(companies?.map(({ companyId, name }) => [companyId, name])),
    segments: new Map(segments?.map(({ segmentId, name }) => [segmentId, name])),
    properties: new Map(properties.map((property) => [property.propertyId, property])),
  };
}

/** Adds the contact's own company and segments: a customer may read those, but no list of all. */
export function withCatalogOf(
  catalog: Catalog,
  { company, segments }: ContactPartsFragment,
): Catalog {
  return {
    ...catalog,
    companies: new Map([
      ...catalog.companies,
      ...(company ? [[company.companyId, company.name] as const] : []),
    ]),
    segments: new Map([
      ...catalog.segments,
      ...segments.map(({ segmentId, name }) => [segmentId, name] as const),
    ]),
  };
}
