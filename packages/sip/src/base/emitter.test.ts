// Events: in order, until they are switched off, and not disturbed by a listener that throws.
import { expect, test } from 'vitest';
import { Emitter } from './emitter.ts';
import { silentLogger } from './log.ts';

interface Events {
  readonly progress: number;
  readonly over: string;
}

test('listeners are called in the order in which they were added, until switched off', () => {
  const emitter = new Emitter<Events>();
  const heard: string[] = [];
  const off = emitter.on('progress', (value) => heard.push(`a${value}`));
  emitter.on('progress', (value) => heard.push(`b${value}`));
  emitter.emit('progress', 1);
  off();
  off();
  emitter.emit('progress', 2);
  emitter.emit('over', 'nobody listens');
  expect(heard).toEqual(['a1', 'b1', 'b2']);
});

test('a listener that throws is logged with the name of the event, and the others are still called', () => {
  const logged: unknown[] = [];
  const emitter = new Emitter<Events>({
    ...silentLogger,
    error: (_message, fields) => logged.push(fields),
  });
  const heard: number[] = [];
  emitter.on('progress', () => {
    throw new Error('no');
  });
  emitter.on('progress', (value) => heard.push(value));
  emitter.emit('progress', 7);
  expect(heard).toEqual([7]);
  expect(logged).toEqual([{ event: 'progress', error: 'Error: no' }]);
});

test('a listener that is added or switched off during an event counts from the next one on', () => {
  const emitter = new Emitter<Events>();
  const heard: string[] = [];
  emitter.on('over', () => {
    heard.push('first');
    emitter.on('over', () => heard.push('late'));
    off();
  });
  const off = emitter.on('over', () => heard.push('second'));
  emitter.emit('over', '');
  expect(heard).toEqual(['first', 'second']);
  emitter.emit('over', '');
  expect(heard).toEqual(['first', 'second', 'first', 'late']);
});
