import { useState } from 'react';
import { nothing, type Selection } from './selection';

/**
 * The selection in the list with a key. Another list has another selection, which is empty at
 * first.
 */
export function useSelection(
  key: string,
): [Selection, (change: (before: Selection) => Selection) => void] {
  const [stored, setStored] = useState({ key, selection: nothing });
  const selection = stored.key === key ? stored.selection : nothing;
  const update = (change: (before: Selection) => Selection) =>
    setStored({ key, selection: change(selection) });
  return [selection, update];
}
