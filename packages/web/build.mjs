// Builds the web application into packages/offhook/web as static files; with `gallery [FOLDER]`, the page of its views into .cache/gallery or there.
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build, defaultClientConditions } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const common = {
  root: here,
  configFile: false,
  logLevel: 'warn',
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // The library's sources, so that a stale build of it can't get in.
  resolve: { conditions: ['offhook-source', ...defaultClientConditions] },
};
const output = { assetFileNames: 'assets/[name]-[hash][extname]', hashCharacters: 'base36' };

/** One run of Vite: these entries into that folder. */
function into(outDir, input, options) {
  return build({
    ...common,
    publicDir: options.publicDir ?? false,
    build: {
      outDir,
      emptyOutDir: options.empty,
      target: 'es2023',
      cssTarget: ['chrome123', 'firefox128', 'safari18'],
      // No inline code: not even the small pieces that Vite would put into the page.
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      // What may be how large is said by a test.
      chunkSizeWarningLimit: 2_000,
      rolldownOptions: { input, output: { ...output, ...options.names } },
    },
  });
}

if (process.argv[2] === 'gallery') {
  await into(
    path.resolve(process.argv[3] ?? path.join(here, '../../.cache/gallery')),
    { gallery: path.join(here, 'gallery.html') },
    {
      empty: true,
      names: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
      },
      publicDir: path.join(here, 'public'),
    },
  );
} else {
  const web = path.join(here, '../offhook/web');
  const entry = (file) => path.join(here, 'src', file);
  // What others name by its address keeps its name: the component, and the worker whose scope is the root.
  const page = {
    entryFileNames: ({ name }) => (name === 'phone' ? 'phone.js' : 'assets/[name]-[hash].js'),
    chunkFileNames: 'assets/[name]-[hash].js',
  };
  await into(
    web,
    { index: path.join(here, 'index.html'), phone: entry('app/element.ts') },
    {
      empty: true,
      names: page,
      publicDir: path.join(here, 'public'),
    },
  );
  // On its own, so that neither page loads pieces that were cut for the other.
  await into(web, { trace: path.join(here, 'trace.html') }, { empty: false, names: page });
  // Workers are loaded by their name, each as one file.
  for (const [name, file] of [
    ['service-worker', 'service-worker/service-worker.ts'],
    ['trace-worker', 'app/trace-worker.ts'],
  ]) {
    await into(
      web,
      { [name]: entry(file) },
      { empty: false, names: { entryFileNames: '[name].js' } },
    );
  }
  copyFileSync(entry('app/element-types.ts'), path.join(web, 'phone.d.ts'));
}
