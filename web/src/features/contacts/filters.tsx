import { Button, Group, Pill, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import { ClearableSelect, optionsOf } from '../../components/clearable-select';
import { lengths } from '../../gql/lengths';
import type { Names } from '../../lib/catalog';
import { capitalize } from '../../lib/format';
import { useRights } from '../contact-fields/rights';
import { useSession } from '../session/session';
import { type ListParams, mayFilter, searchedBy } from './list-params';

interface FiltersProps {
  params: ListParams;
  onChange: (part: Partial<ListParams>) => void;
}

const searchDelay = 200; // milliseconds without typing before the search starts

const alternatives = new Intl.ListFormat('en-GB', { type: 'disjunction' });

/** The filters of the list. They apply while the person types. */
export function Filters({ params, onChange }: FiltersProps) {
  const { catalog } = useSession();
  const { mayRead } = useRights();
  const [q, setQ] = useState(params.q);
  const search = useDebouncedCallback((text: string) => onChange({ q: text }), searchDelay);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (document.activeElement !== input.current) setQ(params.q); // while the person types, the text is newer than the URL
  }, [params.q]);
  const pick = (name: 'store' | 'company' | 'segment', label: string, names: Names) =>
    mayFilter(name, mayRead) && (
      <ClearableSelect
        aria-label={label}
        placeholder={label}
        data={optionsOf(names)}
        value={params[name]}
        onChange={(value) => onChange({ [name]: value })}
        clearLabel={`Clear ${label.toLowerCase()}`}
        w={{ base: 'calc(50% - 5px)', xs: 170 }}
      />
    );
  const filtered = Object.entries(params).some(([name, value]) => name !== 'sort' && value !== '');
  return (
    <Group component="search" gap="xs" align="end">
      {mayFilter('q', mayRead) && (
        <TextInput
          ref={input}
          type="search"
          aria-label="Search"
          placeholder={capitalize(alternatives.format(searchedBy(mayRead)))}
          maxLength={lengths.ContactFilter.search}
          value={q}
          onChange={({ currentTarget: { value } }) => {
            setQ(value);
            search(value);
          }}
          w={{ base: '100%', xs: 260 }}
        />
      )}
      {pick('store', 'Store', catalog.stores)}
      {pick('company', 'Company', catalog.companies)}
      {pick('segment', 'Segment', catalog.segments)}
      <TextInput
        type="date"
        label="Changed since"
        value={params.since}
        onChange={({ currentTarget: { value } }) => onChange({ since: value })}
        w={{ base: 'calc(50% - 5px)', xs: 170 }}
      />
      {params.job !== '' && (
        <Pill
          size="lg"
          withRemoveButton
          onRemove={() => onChange({ job: '' })}
          removeButtonProps={{ 'aria-label': 'Clear job', 'aria-hidden': false, tabIndex: 0 }}
        >
          Written by job {params.job}
        </Pill>
      )}
      {filtered && (
        <Button
          variant="default"
          onClick={() => {
            search.cancel();
            setQ('');
            onChange({ q: '', store: '', company: '', segment: '', job: '', since: '' });
          }}
        >
          Clear filters
        </Button>
      )}
    </Group>
  );
}
