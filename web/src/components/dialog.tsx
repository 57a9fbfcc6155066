import { Modal } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

interface DialogProps {
  title: string;
  onClose: () => void;
  size?: string;
  children: ReactNode;
}

/**
 * A dialog that is open while it is mounted. When it is unmounted it returns the focus to the
 * element that had it before; Mantine does that only for a dialog that stays mounted.
 */
export function Dialog({ title, onClose, size = 'md', children }: DialogProps) {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <Modal opened onClose={onClose} title={title} size={size}>
      {children}
    </Modal>
  );
}
