import { join, resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const out = resolve(import.meta.dirname, process.env['INDESK_WEB_OUT'] ?? join('dist', 'web'));

/** Builds the sidebar into `INDESK_WEB_OUT`: index.html and hashed files under assets/, served below /sidebar/. */
export default defineConfig({
  root: join(import.meta.dirname, 'web', 'sidebar'),
  base: '/sidebar/',
  publicDir: false,
  plugins: [react()],
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'es2023',
    // Both would put code or data into the page, which the content security policy refuses.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
