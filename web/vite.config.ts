import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { pageHeader } from './build/header.ts';
import { manual, manualPages } from './build/manual-plugin.ts';
import { resolve } from './build/resolve.ts';

// The HTML pages: the console, /playground, /docs and the manual below it. Each loads only the code
// it needs; shared code is in chunks of its own.
const pages = ['console.html', 'playground.html', 'docs.html', ...manualPages];

export default defineConfig({
  plugins: [react(), manual(), pageHeader()],
  resolve,
  build: {
    outDir: 'out',
    assetsInlineLimit: 0, // the Content-Security-Policy forbids data: URLs for scripts and fonts
    chunkSizeWarningLimit: 5000,
    rolldownOptions: {
      input: pages,
      // GraphiQL has directives for the React compiler, which this build does not use.
      onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
    },
  },
});
