import { join, resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const out = resolve(import.meta.dirname, process.env['INDESK_WEB_OUT'] ?? join('dist', 'web'));

/** Builds the console into `console/` of `INDESK_WEB_OUT`, served below /console/. */
export default defineConfig({
  root: join(import.meta.dirname, 'web', 'console'),
  base: '/console/',
  publicDir: false,
  plugins: [react()],
  build: {
    outDir: join(out, 'console'),
    emptyOutDir: true,
    target: 'es2023',
    // Both would put code or data into the page, which the content security policy refuses.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
