// What contacts refer to: the names behind the numbers, and what the properties look like.
import type { CatalogQuery, ContactPartsFragment, PropertyPartsFragment } from '../gql';

/** Names by number, in the order of the numbers. */
export type Names = ReadonlyMap<number, string>;

/** What contacts of the account refer to, as far as the viewer may see it. */
export interface Catalog {
  stores: Names;
  companies: Names;
  segments: Names;
  properties: ReadonlyMap<number, PropertyPartsFragment>;
}

/** Reads the catalogue out of an answer. */
export function catalogOf({ stores, companies, segments, properties }: CatalogQuery): Catalog {
  return {
    stores: new Map(stores.map(({ storeId, name }) => [storeId, name])),
    companies: new Map(companies?.map(({ companyId, name }) => [companyId, name])),
    segments: new Map(segments?.map(({ segmentId, name }) => [segmentId, name])),
    properties: new Map(properties.map((property) => [property.propertyId, property])),
  };
}

/** The catalogue with what the contact itself names: a customer sees its own company and segments, and no list of all. */
export function catalogWith(catalog: Catalog, { company, segments }: ContactPartsFragment): Catalog {
  return {
    ...catalog,
    companies: new Map([...catalog.companies, ...(company ? [[company.companyId, company.name] as const] : [])]),
    segments: new Map([...catalog.segments, ...segments.map(({ segmentId, name }) => [segmentId, name] as const)]),
  };
}
