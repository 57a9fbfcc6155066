import { Button, Group, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import { ClearableSelect, optionsOf } from '../../components/clearable-select';
import { lengths } from '../../gql/lengths';
import type { Names } from '../../lib/catalog';
import { useSession } from '../session/session';
import type { Listing } from './list-params';

interface FiltersProps {
  listing: Listing;
  onChange: (part: Partial<Listing>) => void;
}

const typing = 200; // milliseconds that a pause between letters may take

/** What narrows the list: it is applied as one types. */
export function Filters({ listing, onChange }: FiltersProps) {
  const { catalog } = useSession();
  const [q, setQ] = useState(listing.q);
  const search = useDebouncedCallback((text: string) => onChange({ q: text }), typing);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (document.activeElement !== input.current) setQ(listing.q); // whoever types is ahead of the address
  }, [listing.q]);
  const pick = (name: 'store' | 'company' | 'segment', label: string, names: Names) => (
    <ClearableSelect
      aria-label={label}
      placeholder={label}
      data={optionsOf(names)}
      value={listing[name]}
      onChange={(value) => onChange({ [name]: value })}
      clearLabel={`Any ${label.toLowerCase()}`}
      w={{ base: 'calc(50% - 5px)', xs: 170 }}
    />
  );
  const any = Object.entries(listing).some(([name, value]) => name !== 'sort' && value !== '');
  return (
    <Group component="search" gap="xs" align="end">
      <TextInput
        ref={input}
        type="search"
        aria-label="Search"
        placeholder="Name, email or phone"
        maxLength={lengths.ContactFilter.search}
        value={q}
        onChange={({ currentTarget: { value } }) => {
          setQ(value);
          search(value);
        }}
        w={{ base: '100%', xs: 260 }}
      />
      {pick('store', 'Store', catalog.stores)}
      {pick('company', 'Company', catalog.companies)}
      {pick('segment', 'Segment', catalog.segments)}
      <TextInput
        type="date"
        label="Changed since"
        value={listing.since}
        onChange={({ currentTarget: { value } }) => onChange({ since: value })}
        w={{ base: 'calc(50% - 5px)', xs: 170 }}
      />
      {any && (
        <Button
          variant="default"
          onClick={() => {
            search.cancel();
            setQ('');
            onChange({ q: '', store: '', company: '', segment: '', since: '' });
          }}
        >
          Show all
        </Button>
      )}
    </Group>
  );
}
