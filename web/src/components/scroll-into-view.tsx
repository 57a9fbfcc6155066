import { type ReactNode, useEffect, useRef } from 'react';
import classes from './scroll-into-view.module.css';

/** Scrolls its content into view when it appears: the button that caused it may be far away. */
export function ScrollIntoView({ children }: { children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <div ref={box} className={classes.box}>
      {children}
    </div>
  );
}
