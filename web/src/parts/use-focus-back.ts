import { useEffect } from 'react';

/** Gives the focus back to what had it before a dialog. Mantine does so only for one that stays in the page when it is closed. */
export function useFocusBack(): void {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
}
