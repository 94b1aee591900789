// The doors of the packages: each exists, lists its names one by one, and is used from outside only.
import path from 'node:path';
import { expect, test } from 'vitest';
import { files, imports, read, resolved, sources } from './sources.ts';

interface PackageJson {
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly bin?: Readonly<Record<string, string>>;
}

const packages = files().filter((file) => /^packages\/[^/]+\/package\.json$/.test(file));
const doors = packages.flatMap((file) => {
  const { exports = {} } = JSON.parse(read(file)) as PackageJson;
  return Object.entries(exports).map(([name, conditions]) => ({
    name: `${path.posix.dirname(file)} ${name}`,
    conditions,
    source: path.posix.join(path.posix.dirname(file), conditions['offhook-source'] ?? ''),
  }));
});

// A door may call one function that sets its edge up: `./node` makes Buffer the latin1 codec.
test.each(doors)(
  'the door $name exists and lists its names one by one',
  ({ source, conditions }) => {
    expect(files()).toContain(source);
    const built = source.split('/src/')[1]?.replace(/\.ts$/, '');
    expect(conditions['default']).toBe(`./dist/${built}.js`);
    expect(conditions['types']).toBe(`./dist/${built}.d.ts`);
    const text = read(source);
    expect(text).not.toMatch(/export\s*\*/);
    const code = text.replaceAll(/\/\/.*$/gm, '').replaceAll(/\/\*[\s\S]*?\*\//g, '');
    const rest = code.replaceAll(/export(?:\s+type)?\s*\{[^}]*\}\s*from\s*'[^']+';/g, '');
    const setUp = rest.replace(/^\s*import\s*\{[^}]*\}\s*from\s*'[^']+';\s*\w+\(\);/, '');
    expect(setUp.trim()).toBe('');
  },
);

test('no source file has a default export or re-exports everything', () => {
  const wrong = sources().filter((file) => /^export\s+(?:default\b|\*)/m.test(read(file)));
  expect(wrong).toEqual([]);
});

test('no file inside a package imports a door of its own package', () => {
  const inner = new Set(sources().filter((file) => file.endsWith('/index.ts')));
  const wrong = sources().flatMap((file) =>
    file === 'packages/sip/src/index.ts'
      ? []
      : imports(file)
          .filter((specifier) => specifier.startsWith('.') && inner.has(resolved(file, specifier)))
          .map((specifier) => `${file} imports ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

test('the packages reach each other by their doors only', () => {
  const known = new Set(doors.map(({ name }) => name.replace(/^packages\/sip \./, '@offhook/sip')));
  const wrong = sources().flatMap((file) =>
    imports(file)
      .filter((specifier) => specifier.startsWith('@offhook/') && !known.has(specifier))
      .map((specifier) => `${file} imports ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

test('each command that a package installs exists and is executable text for node', () => {
  for (const file of packages) {
    const { bin = {} } = JSON.parse(read(file)) as PackageJson;
    for (const target of Object.values(bin)) {
      expect(read(path.posix.join(path.posix.dirname(file), target))).toMatch(
        /^#!\/usr\/bin\/env node\n/,
      );
    }
  }
});
