import { useRef } from 'react';
import { useSearchParams } from 'react-router';
import { type Listing, listingOf, searchOf } from './list-params';

/**
 * The listing of the address, and what changes it. A change is made of the listing as it is by now: it takes a moment until the page
 * shows what the last one led to, and another may come before.
 */
export function useListing(): [Listing, (change: (now: Listing) => Listing) => void] {
  const [search, setSearch] = useSearchParams();
  const listing = listingOf(search);
  const now = useRef(listing);
  now.current = listing;
  const change = (how: (now: Listing) => Listing) => {
    now.current = how(now.current);
    setSearch(searchOf(now.current), { replace: true });
  };
  return [listing, change];
}
