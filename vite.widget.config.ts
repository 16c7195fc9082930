import { join, resolve } from 'node:path';
import { defineConfig } from 'vite';

const out = resolve(import.meta.dirname, process.env['INDESK_WEB_OUT'] ?? join('dist', 'web'));
const root = join(import.meta.dirname, 'web', 'widget');

/**
 * Builds the chat widget into `INDESK_WEB_OUT`/widget: the frame's index.html and its files under assets/, and, with
 * `--mode loader`, the one script that customers' pages load.
 */
export default defineConfig(({ mode }) => ({
  root: join(root, 'frame'),
  base: '/widget/',
  publicDir: false,
  build: {
    outDir: join(out, 'widget'),
    emptyOutDir: mode !== 'loader',
    target: mode === 'loader' ? 'es2020' : 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    ...(mode === 'loader' && {
      // A classic script: what it declares stays inside it, and it can import nothing.
      lib: {
        entry: join(root, 'loader', 'loader.ts'),
        formats: ['iife'],
        name: 'indesk',
        fileName: () => 'loader.js',
      },
    }),
  },
}));
