declare module 'monaco-editor/esm/vs/editor/standalone/common/themes.js' {
  export const vs_dark: { rules: { token: string; foreground?: string }[] };
}
