import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { vs_dark as dark } from 'monaco-editor/esm/vs/editor/standalone/common/themes.js';
import { useEffect } from 'react';

// The base of GraphiQL's dark theme has comments with too little contrast.
for (const rule of dark.rules) if (rule.token === 'comment') rule.foreground = '83AD70';

/** Updates the editors when the system's colour scheme changes. GraphiQL reads it only once. */
export function ColorScheme(): null {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();
  useEffect(() => {
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const update = () => setTheme(theme);
    scheme.addEventListener('change', update);
    return () => scheme.removeEventListener('change', update);
  }, [theme, setTheme]);
  return null;
}
