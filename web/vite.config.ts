import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The pages that the server has. Each loads only what it needs; what several need is a file of its own.
const pages = ['console.html'];

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'out',
    assetsInlineLimit: 0, // a strict Content-Security-Policy has no data: for scripts and fonts
    chunkSizeWarningLimit: 5000,
    rolldownOptions: { input: pages },
  },
});
