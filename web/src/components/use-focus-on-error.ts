import { type RefObject, useEffect } from 'react';

/** Moves the focus to the first wrong input of the form whenever a submission has errors. */
export function useFocusOnError(
  form: RefObject<HTMLFormElement | null>,
  errors: readonly unknown[] | undefined,
) {
  useEffect(() => {
    if (!errors?.length) return;
    const input = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    input?.scrollIntoView({ block: 'center' }); // focus alone leaves it at the edge, behind the bar
    input?.focus({ preventScroll: true });
  }, [form, errors]);
}
