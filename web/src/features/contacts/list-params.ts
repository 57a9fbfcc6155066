// The search, the filters and the order of the contact list. They are parameters of the URL, so
// that a list can be linked to and returned to.
import type { ContactFilter, ContactOrder, ContactOrderField } from '../../gql';
import { namePaths, phonePaths, type Rights } from '../contact-fields/rights';

/** The parameters by their names in the URL. Absent ones are empty. */
export interface ListParams {
  q: string;
  store: string;
  company: string;
  segment: string;
  /** The number of the job that has written the contacts. */
  job: string;
  /** A day as YYYY-MM-DD, in the browser's time zone. */
  since: string;
  /** A field and a direction, such as `NAME-DESC`. */
  sort: string;
}

const orderFields: Readonly<Record<ContactOrderField, true>> = {
  ID: true,
  NAME: true,
  LAST_MODIFIED: true,
  REGISTRATION_DATE_TIME: true,
};

const isOrderField = (text: string | undefined): text is ContactOrderField =>
  text !== undefined && Object.hasOwn(orderFields, text);

export function parseListParams(search: URLSearchParams): ListParams {
  const get = (name: keyof ListParams) => search.get(name) ?? '';
  return {
    q: get('q'),
    store: get('store'),
    company: get('company'),
    segment: get('segment'),
    job: get('job'),
    since: get('since'),
    sort: get('sort'),
  };
}

export function toSearchParams(params: ListParams): URLSearchParams {
  return new URLSearchParams(Object.entries(params).filter(([, value]) => value !== ''));
}

type MayRead = Rights['mayRead'];

const searched = {
  name: namePaths,
  email: ['email'],
  phone: phonePaths,
  company: ['companyId'],
} as const;

/** Returns what the search finds contacts by: of these fields, those that the viewer may read. */
export function searchedBy(mayRead: MayRead): string[] {
  return Object.entries(searched)
    .filter(([, paths]) => mayRead(...paths))
    .map(([kind]) => kind);
}

/** Whether the viewer may filter the list by a parameter: that would show what a contact has. */
export function mayFilter(name: Exclude<keyof ListParams, 'sort'>, mayRead: MayRead): boolean {
  switch (name) {
    case 'q':
      return searchedBy(mayRead).length > 0;
    case 'store':
      return mayRead('preferredStoreId');
    case 'company':
      return mayRead('companyId');
    case 'segment':
      return mayRead('membership');
    case 'job':
    case 'since':
      return true;
  }
}

/** Returns the parameters without those that the viewer may not filter or sort by. */
export function withoutHidden(params: ListParams, mayRead: MayRead): ListParams {
  const filter = (name: Exclude<keyof ListParams, 'sort'>) =>
    mayFilter(name, mayRead) ? params[name] : '';
  return {
    q: filter('q'),
    store: filter('store'),
    company: filter('company'),
    segment: filter('segment'),
    job: filter('job'),
    since: filter('since'),
    sort: orderOf(params).field !== 'NAME' || mayRead(...namePaths) ? params.sort : '',
  };
}

/** Returns the filter as the API takes it. Invalid parameters are ignored. */
export function filterOf({ q, store, company, segment, job, since }: ListParams): ContactFilter {
  const day = new Date(`${since}T00:00`);
  return {
    ...(q.trim() && { search: q }),
    ...(store && { storeId: store }),
    ...(company && { companyId: company }),
    ...(segment && { segmentId: segment }),
    ...(job && { jobId: job }),
    ...(!Number.isNaN(day.valueOf()) && { modifiedSince: day.toISOString() }),
  };
}

/** Returns the order; by id if the parameter is absent or invalid. */
export function orderOf({ sort }: ListParams): Required<ContactOrder> {
  const [field, direction] = sort.split('-');
  return {
    field: isOrderField(field) ? field : 'ID',
    direction: direction === 'DESC' ? 'DESC' : 'ASC',
  };
}

/** Sorts by a field. If the list is already sorted by it, the direction is reversed. */
export function sortBy(params: ListParams, field: ContactOrderField): ListParams {
  const order = orderOf(params);
  const direction = order.field === field && order.direction === 'ASC' ? 'DESC' : 'ASC';
  return { ...params, sort: `${field}-${direction}` };
}
