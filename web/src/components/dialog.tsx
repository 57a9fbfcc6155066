import { Modal } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

interface DialogProps {
  title: string;
  onClose: () => void;
  size?: string;
  /** Whether only a button in its content closes it. */
  closedByButtonOnly?: boolean;
  children: ReactNode;
}

/**
 * A dialog that is open while it is mounted. When it is unmounted it returns the focus to the
 * element that had it before; Mantine does that only for a dialog that stays mounted.
 */
export function Dialog({
  title,
  onClose,
  size = 'md',
  closedByButtonOnly = false,
  children,
}: DialogProps) {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size={size}
      withCloseButton={!closedByButtonOnly}
      closeOnEscape={!closedByButtonOnly}
      closeOnClickOutside={!closedByButtonOnly}
    >
      {children}
    </Modal>
  );
}
