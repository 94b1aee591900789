import { test } from 'vitest';
import * as calls from '../sample/calls.ts';
import { ladder, LadderPrinter } from './ladder.ts';
test('show', () => {
  const which = process.env['SHOW']?.split(',') ?? Object.keys(calls);
  for (const [name, make] of Object.entries(calls)) {
    if (!which.includes(name)) continue;
    console.log(`##### ${name}\n` + ladder(make(), { unicode: process.env['U'] === '1', verbosity: (process.env['V'] ?? 'normal') as 'normal' }));
  }
});
