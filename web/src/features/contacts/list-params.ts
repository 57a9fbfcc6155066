// Which contacts are listed, and in what order: it stands in the address, so that a list can be linked to and gone back to.
import type { ContactFilter, ContactOrder, ContactOrderField } from '../../gql';

/** What narrows the list, by the names of the address's parameters. Absent ones are blank. */
export interface Listing {
  q: string;
  store: string;
  company: string;
  segment: string;
  /** A day as YYYY-MM-DD, in the browser's time zone. */
  since: string;
  /** A field and a direction, such as `NAME-DESC`. */
  sort: string;
}

const fields: readonly ContactOrderField[] = ['ID', 'NAME', 'LAST_MODIFIED', 'REGISTRATION_DATE_TIME'];

/** Reads the listing out of an address. */
export function listingOf(search: URLSearchParams): Listing {
  const get = (name: keyof Listing) => search.get(name) ?? '';
  return {
    q: get('q'),
    store: get('store'),
    company: get('company'),
    segment: get('segment'),
    since: get('since'),
    sort: get('sort'),
  };
}

/** The parameters of a listing. */
export function searchOf(listing: Listing): URLSearchParams {
  return new URLSearchParams(Object.entries(listing).filter(([, value]) => value !== ''));
}

/** The filter that a listing asks for. */
export function filterOf({ q, store, company, segment, since }: Listing): ContactFilter {
  const day = new Date(`${since}T00:00`);
  return {
    ...(q.trim() && { search: q }),
    ...(store && { storeId: store }),
    ...(company && { companyId: company }),
    ...(segment && { segmentId: segment }),
    ...(!Number.isNaN(day.valueOf()) && { modifiedSince: day.toISOString() }),
  };
}

/** The order that a listing asks for: by number, unless it says otherwise. */
export function orderOf({ sort }: Listing): Required<ContactOrder> {
  const [name, direction] = sort.split('-');
  const field = fields.find((f) => f === name) ?? 'ID';
  return { field, direction: direction === 'DESC' ? 'DESC' : 'ASC' };
}

/** The listing sorted by a field: the other way round if it is by now. */
export function sortedBy(listing: Listing, field: ContactOrderField): Listing {
  const now = orderOf(listing);
  const direction = now.field === field && now.direction === 'ASC' ? 'DESC' : 'ASC';
  return { ...listing, sort: `${field}-${direction}` };
}
