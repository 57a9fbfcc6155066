import { useRef } from 'react';
import { useSearchParams } from 'react-router';
import { useRights } from '../contact-fields/rights';
import { type ListParams, parseListParams, toSearchParams, withoutHidden } from './list-params';

/**
 * Returns the parameters in the URL that the viewer may use, and a function that changes them. The
 * function works on the latest parameters, which the page may not show yet: a second change can
 * come before the first is rendered.
 */
export function useListParams(): [
  ListParams,
  (change: (latest: ListParams) => ListParams) => void,
] {
  const { mayRead } = useRights();
  const [search, setSearch] = useSearchParams();
  const params = withoutHidden(parseListParams(search), mayRead);
  const latest = useRef(params);
  latest.current = params;
  const update = (change: (latest: ListParams) => ListParams) => {
    latest.current = change(latest.current);
    setSearch(toSearchParams(latest.current), { replace: true });
  };
  return [params, update];
}
