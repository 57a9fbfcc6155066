import { type ReactNode, useEffect, useRef } from 'react';
import classes from './scroll-into-view.module.css';

/** Shows what has just happened: it scrolls itself into view when it appears, for the button that did it may be far away. */
export function InView({ children }: { children: ReactNode }) {
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
