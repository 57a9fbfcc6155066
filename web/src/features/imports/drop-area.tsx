import { Paper } from '@mantine/core';
import { type DragEvent, type ReactNode, useState } from 'react';

interface DropAreaProps {
  onDrop: (file: File) => void;
  /** A way to choose the file without a mouse. */
  children: ReactNode;
}

/** An area on which a file can be dropped. */
export function DropArea({ onDrop, children }: DropAreaProps) {
  const [over, setOver] = useState(false);
  const drag = (entered: boolean) => (event: DragEvent) => {
    event.preventDefault(); // or the browser opens the file
    setOver(entered);
  };
  return (
    <Paper
      withBorder
      p="md"
      bg={over ? 'var(--mantine-primary-color-light)' : 'transparent'}
      onDragOver={drag(true)}
      onDragLeave={drag(false)}
      onDrop={(event) => {
        drag(false)(event);
        const file = event.dataTransfer.files[0];
        if (file) onDrop(file);
      }}
    >
      {children}
    </Paper>
  );
}
