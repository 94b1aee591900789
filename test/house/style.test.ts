// What every file of the house keeps: a sentence on its first line, names that mean something, and nothing left to be done.
import { expect, test } from 'vitest';
import { files, read, sources } from './sources.ts';

const code = files().filter((file) => /\.(ts|mts|tsx|mjs)$/.test(file));

test('each file starts with a sentence that says what it is', () => {
  expect(code.filter((file) => !/^(#!.*\n)?\/\/ \S/.test(read(file)))).toEqual([]);
});

test('no open matter is left in a comment', () => {
  const open = new RegExp(String.raw`\b(${['TO', 'DO|FIX', 'ME|XX', 'X'].join('')})\b`);
  expect(code.filter((file) => open.test(read(file)))).toEqual([]);
});

test('no test is left out or alone', () => {
  const tests = code.filter(
    (file) => file.endsWith('.test.ts') && file !== 'test/house/style.test.ts',
  );
  expect(
    tests.filter((file) => /\b(?:test|it|describe)\.(?:skip|only|todo)\(/.test(read(file))),
  ).toEqual([]);
});

test('no file is named by a word that says nothing', () => {
  expect(
    sources().filter((file) => /\/(?:utils?|helpers?|manager|common|misc|impl)\b/.test(file)),
  ).toEqual([]);
});

test('disabling a rule has its reason on the line', () => {
  const bare = /(?:oxlint|eslint)-disable(?:-next-line|-line)?(?![-\w])(?! [\w/@, -]+ -- \S)/;
  const wrong = code.filter((file) => file !== 'test/house/style.test.ts' && bare.test(read(file)));
  expect(wrong).toEqual([]);
});

test('each room has a README of at most thirty lines', () => {
  const plans = JSON.parse(read('floors.json')) as Record<
    string,
    { readonly floors: readonly (readonly string[])[]; readonly beside: Record<string, unknown> }
  >;
  const known = sources();
  const wrong = Object.entries(plans).flatMap(([folder, { floors, beside }]) =>
    [...floors.flat(), ...Object.keys(beside)]
      .map((room) => `${folder}/${room}`)
      .filter((room) => known.some((file) => file.startsWith(`${room}/`)))
      .filter((room) => !files().includes(`${room}/README.md`) || lines(`${room}/README.md`) > 30),
  );
  expect(wrong).toEqual([]);
});

function lines(file: string): number {
  return read(file).trimEnd().split('\n').length;
}
