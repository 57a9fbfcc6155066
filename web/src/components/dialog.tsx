import { Modal } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

interface DialogProps {
  title: string;
  onClose: () => void;
  size?: string;
  children: ReactNode;
}

/** A dialog, open as long as it is in the page. The focus then goes back to what had it: Mantine gives it back only if it stays. */
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
