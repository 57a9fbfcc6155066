import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { vs_dark as dark } from 'monaco-editor/esm/vs/editor/standalone/common/themes.js';
import { useEffect } from 'react';

// What GraphiQL's dark theme builds on has comments that are too dim for its ground.
for (const rule of dark.rules) if (rule.token === 'comment') rule.foreground = '83AD70';

/** Takes the editors along when the system goes dark or light: GraphiQL itself looks only when it is loaded. */
export function Scheme(): null {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();
  useEffect(() => {
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setTheme(theme);
    scheme.addEventListener('change', follow);
    return () => scheme.removeEventListener('change', follow);
  }, [theme, setTheme]);
  return null;
}
