import { describe, expect, it } from 'vitest';
import {
  afterSave,
  emptyDraft,
  isDirty,
  isOverwritten,
  rebase,
  shownValue,
  withEdit,
  withMerged,
  withoutEdits,
} from '../src/contact/draft.js';
import type { Snapshot, Values } from '../src/contact/values.js';

const at = (version: string, values: Values): Snapshot => ({ version, values });
const first = at('1', {
  firstName: 'Nora',
  lastName: 'Lind',
  'properties.9': [{ value: 'books', description: null }],
  membership: [1, 2],
});
const second = at('2', { ...first.values, firstName: 'Eleonora' });

describe('a draft', () => {
  it('keeps the version of the contact at the first edit', () => {
    const draft = withEdit(
      withEdit(emptyDraft, first, 'lastName', 'Berg'),
      second,
      'firstName',
      'Nora-Lee',
    );
    expect(draft).toEqual({ base: first, edits: { lastName: 'Berg', firstName: 'Nora-Lee' } });
  });

  it('shows edits, and the current values of the other fields', () => {
    const draft = withEdit(emptyDraft, first, 'lastName', 'Berg');
    expect([shownValue(draft, second, 'firstName'), shownValue(draft, second, 'lastName')]).toEqual(
      ['Eleonora', 'Berg'],
    );
  });

  it('is empty again when all edits are undone', () => {
    let draft = withEdit(emptyDraft, first, 'lastName', 'Berg');
    draft = withEdit(draft, first, 'membership', [2]);
    draft = withEdit(draft, first, 'membership', [2, 1]); // segments have no order
    expect(isDirty(draft)).toBe(true);
    expect(withEdit(draft, second, 'lastName', 'Lind')).toBe(emptyDraft);
  });

  it('treats an empty text as null', () => {
    const blank = at('1', { email: null });
    expect(withEdit(withEdit(emptyDraft, blank, 'email', 'x'), blank, 'email', '')).toBe(
      emptyDraft,
    );
  });

  it('knows which edited fields others have changed', () => {
    const draft = withEdit(
      withEdit(emptyDraft, first, 'firstName', 'Nora-Lee'),
      first,
      'lastName',
      'Berg',
    );
    expect([
      isOverwritten(draft, second, 'firstName'),
      isOverwritten(draft, second, 'lastName'),
    ]).toEqual([true, false]);
    expect(isOverwritten(emptyDraft, second, 'firstName')).toBe(false);
  });

  it('moves to the latest version after a conflict', () => {
    const draft = withEdit(
      withEdit(emptyDraft, first, 'firstName', 'Nora-Lee'),
      first,
      'lastName',
      'Berg',
    );
    expect(rebase(withoutEdits(draft, ['firstName']), second)).toEqual({
      base: second,
      edits: { lastName: 'Berg' },
    });
    expect(rebase(withEdit(emptyDraft, first, 'firstName', 'Eleonora'), second)).toBe(emptyDraft); // both sides want the same
  });

  it('gets the merged values of edits that do not conflict', () => {
    const draft = withEdit(
      withEdit(emptyDraft, first, 'membership', [1, 2, 3]),
      first,
      'lastName',
      'Berg',
    );
    const latest = at('2', { ...first.values, membership: [1, 2, 4] });
    const merged = { membership: [1, 2, 3, 4], firstName: 'Eleonora' };
    expect(rebase(withMerged(draft, merged), latest)).toEqual({
      base: latest,
      edits: { lastName: 'Berg', membership: [1, 2, 3, 4] },
    });
    expect(withMerged(draft, { lastName: null }).edits.lastName).toBe(null);
  });

  it('keeps its base after a save that was merged with others, while the list is edited', () => {
    const sent = withEdit(emptyDraft, first, 'membership', [1, 2, 3]);
    const edited = withEdit(sent, first, 'membership', [1, 2, 3, 5]);
    const saved = (membership: number[]) => at('3', { ...first.values, membership });
    expect(afterSave(edited, sent, ['membership'], saved([1, 2, 3, 4])).base).toBe(first);
    expect(afterSave(edited, sent, ['membership'], saved([1, 2, 3])).base?.version).toBe('3');
  });

  it('compares the order of property values, and their notes', () => {
    const two = at('1', {
      'properties.9': ['books', 'hiking'].map((value) => ({ value, description: null })),
    });
    const reversed = ['hiking', 'books'].map((value) => ({ value, description: null }));
    expect(isDirty(withEdit(emptyDraft, two, 'properties.9', reversed))).toBe(true);
    expect(
      isDirty(
        withEdit(emptyDraft, first, 'properties.9', [
          { value: 'books', description: 'since 2020' },
        ]),
      ),
    ).toBe(true);
    expect(
      isDirty(withEdit(emptyDraft, first, 'properties.9', [{ value: 'books', description: '' }])),
    ).toBe(false);
  });
});
