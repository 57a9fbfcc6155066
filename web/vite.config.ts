import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { pageHeader } from './build/header.ts';

// The pages that the server has. Each loads only what it needs; what several need is a file of its own.
const pages = ['console.html', 'playground.html', 'docs.html', 'manual.html'];

export default defineConfig({
  plugins: [react(), pageHeader()],
  build: {
    outDir: 'out',
    assetsInlineLimit: 0, // a strict Content-Security-Policy has no data: for scripts and fonts
    chunkSizeWarningLimit: 5000,
    rolldownOptions: {
      input: pages,
      // GraphiQL tells the React compiler what to leave alone, which is of no use to anybody by now.
      onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
    },
  },
});
