import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../contact-fields/snapshot';
import type { Values } from '../contact-fields/values';
import { edit, forget, isDirty, overtaken, rebase, shown, untouched } from './draft';

const at = (version: string, values: Values): Snapshot => ({ version, values });
const first = at('1', {
  firstName: 'Nora',
  lastName: 'Lind',
  'properties.9': [{ value: 'books', description: null }],
  membership: [1, 2],
});
const second = at('2', { ...first.values, firstName: 'Eleonora' });

describe('a draft', () => {
  it('keeps the version that was shown when it was begun', () => {
    const draft = edit(edit(untouched, first, 'lastName', 'Berg'), second, 'firstName', 'Nora-Lee');
    expect(draft).toEqual({ base: first, edits: { lastName: 'Berg', firstName: 'Nora-Lee' } });
  });

  it('shows what was typed, and elsewhere what others write', () => {
    const draft = edit(untouched, first, 'lastName', 'Berg');
    expect([shown(draft, second, 'firstName'), shown(draft, second, 'lastName')]).toEqual(['Eleonora', 'Berg']);
  });

  it('ends when every field is as it was', () => {
    let draft = edit(untouched, first, 'lastName', 'Berg');
    draft = edit(draft, first, 'membership', [2]);
    draft = edit(draft, first, 'membership', [2, 1]); // segments have no order
    expect(isDirty(draft)).toBe(true);
    expect(edit(draft, second, 'lastName', 'Lind')).toBe(untouched);
  });

  it('does not take a cleared text for a missing one', () => {
    const blank = at('1', { email: null });
    expect(edit(edit(untouched, blank, 'email', 'x'), blank, 'email', '')).toBe(untouched);
  });

  it('knows what others have changed under it', () => {
    const draft = edit(edit(untouched, first, 'firstName', 'Nora-Lee'), first, 'lastName', 'Berg');
    expect([overtaken(draft, second, 'firstName'), overtaken(draft, second, 'lastName')]).toEqual([true, false]);
    expect(overtaken(untouched, second, 'firstName')).toBe(false);
  });

  it('stands on what others have written once the person has chosen', () => {
    const draft = edit(edit(untouched, first, 'firstName', 'Nora-Lee'), first, 'lastName', 'Berg');
    expect(rebase(forget(draft, ['firstName']), second)).toEqual({ base: second, edits: { lastName: 'Berg' } });
    expect(rebase(edit(untouched, first, 'firstName', 'Eleonora'), second)).toBe(untouched); // both want the same
  });

  it('minds the order of values, and remarks on them', () => {
    const two = at('1', { 'properties.9': ['books', 'hiking'].map((value) => ({ value, description: null })) });
    const turned = ['hiking', 'books'].map((value) => ({ value, description: null }));
    expect(isDirty(edit(untouched, two, 'properties.9', turned))).toBe(true);
    expect(isDirty(edit(untouched, first, 'properties.9', [{ value: 'books', description: 'since 2020' }]))).toBe(true);
    expect(isDirty(edit(untouched, first, 'properties.9', [{ value: 'books', description: '' }]))).toBe(false);
  });
});
