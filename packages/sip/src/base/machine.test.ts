// The machine on a virtual clock: timers live exactly as long as the states that name them, whatever happens.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock.ts';
import type { Figure } from './figure.ts';
import { Machine } from './machine.ts';
import type { Step } from './machine.ts';

type State = 'Idle' | 'Asking' | 'Waiting' | 'Over';
type Event = 'ask' | 'wait' | 'drop' | 'again';
type Action = 'call' | 'tell';

const figure: Figure<State, Event, Action, 'repeat' | 'limit'> = {
  Idle: { ask: ['Asking', 'call'] },
  Asking: {
    timers: ['repeat', 'limit'],
    'Timer repeat fires': ['Asking', 'reset repeat', 'call'],
    'Timer limit fires': ['Over', 'tell'],
    wait: ['Waiting', 'tell'],
    again: ['Asking', 'call'],
    drop: ['Over'],
  },
  Waiting: {
    timers: ['limit'],
    'Timer limit fires': ['Over', 'tell'],
    ask: ['Asking'],
    drop: ['Over'],
  },
  Over: {},
};

function run(
  lengths: { repeat?: number | undefined; limit?: number | undefined } = {
    repeat: 100,
    limit: 1000,
  },
) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const steps: Step<State>[] = [];
  let during: (() => void) | undefined;
  const machine: Machine<State, Event, Action, 'repeat' | 'limit', string> = new Machine({
    figure,
    start: 'Idle',
    clock,
    length: (timer, resets) => {
      const length = lengths[timer];
      return length === undefined ? undefined : timer === 'repeat' ? length * 2 ** resets : length;
    },
    perform: (action, subject) => {
      log.push(`${clock.now()} ${action}${subject === undefined ? '' : ` ${subject}`}`);
      const act = during;
      during = undefined;
      act?.();
    },
    observe: (taken) => steps.push(taken),
  });
  return { clock, log, steps, machine, onNextAction: (act: () => void) => (during = act) };
}

test('entering a state starts the timers it names, and leaving for one that does not name them stops them', () => {
  const { clock, machine } = run();
  expect(machine.timers).toEqual([]);
  machine.on('ask');
  expect(machine.timers).toEqual([
    { name: 'repeat', due: 100 },
    { name: 'limit', due: 1000 },
  ]);
  machine.on('drop');
  expect(machine.timers).toEqual([]);
  expect(clock.pending).toBe(0);
});

test('a timer that both states name goes on from where it was', () => {
  const { clock, machine, log } = run();
  machine.on('ask');
  clock.advance(950);
  machine.on('wait');
  expect(machine.timers).toEqual([{ name: 'limit', due: 1000 }]);
  clock.advance(50);
  expect(machine.state).toBe('Over');
  expect(log.at(-1)).toBe('1000 tell');
});

test('an arrow back to the same state leaves its timers alone', () => {
  const { clock, machine } = run();
  machine.on('ask');
  clock.advance(60);
  machine.on('again');
  expect(machine.timers[0]).toEqual({ name: 'repeat', due: 100 });
});

test('a reset starts the timer anew and is counted, so that intervals can double', () => {
  const { clock, log, machine } = run();
  machine.on('ask');
  clock.advance(999);
  expect(log).toEqual(['0 call', '100 call', '300 call', '700 call']);
});

test('a timer without a length never runs, and its other rows still do', () => {
  const { clock, log, machine } = run({ limit: 1000 });
  machine.on('ask');
  expect(machine.timers).toEqual([{ name: 'limit', due: 1000 }]);
  clock.advance(1000);
  expect(log).toEqual(['0 call', '1000 tell']);
});

test('a timer of length zero fires before anything else, without the clock', () => {
  const { clock, machine, steps } = run({ repeat: 100, limit: 0 });
  machine.on('ask');
  expect(machine.state).toBe('Over');
  expect(clock.pending).toBe(0);
  expect(steps.map((taken) => taken.event)).toEqual(['ask', 'Timer limit fires']);
});

test('an event without an arrow is a stray: observed, and nothing happens', () => {
  const { machine, steps, log } = run();
  machine.on('wait');
  expect(machine.state).toBe('Idle');
  expect(log).toEqual([]);
  expect(steps).toEqual([
    { event: 'wait', before: 'Idle', after: 'Idle', actions: [], stray: true },
  ]);
});

test('an event that arrives while another is taken waits for its end', () => {
  const { machine, steps, onNextAction } = run();
  onNextAction(() => {
    machine.on('wait');
    expect(machine.state).toBe('Asking');
  });
  machine.on('ask');
  expect(machine.state).toBe('Waiting');
  expect(steps.map((taken) => `${taken.before} ${taken.event} ${taken.after}`)).toEqual([
    'Idle ask Asking',
    'Asking wait Waiting',
  ]);
});

test('what came with an event is given to its actions', () => {
  const { machine, log } = run();
  machine.on('ask', 'Bob');
  expect(log).toEqual(['0 call Bob']);
});

test('a machine that was stopped has no timers and takes no event', () => {
  const { clock, machine, steps } = run();
  machine.on('ask');
  machine.stop();
  expect(clock.pending).toBe(0);
  machine.on('wait');
  clock.advance(5000);
  expect(machine.state).toBe('Asking');
  expect(steps).toHaveLength(1);
});

test('a machine that is stopped by its own action starts no timer', () => {
  const { clock, machine, onNextAction } = run();
  onNextAction(() => machine.stop());
  machine.on('ask');
  expect(clock.pending).toBe(0);
  expect(machine.timers).toEqual([]);
});

test('timers go through the queue that the owner gives, and one that was stopped meanwhile does not fire', () => {
  const clock = new VirtualClock();
  const queue: (() => void)[] = [];
  const log: string[] = [];
  const machine: Machine<State, Event, Action, 'repeat' | 'limit'> = new Machine({
    figure,
    start: 'Idle',
    clock,
    length: () => 100,
    perform: (action) => log.push(action),
    run: (event) => queue.push(event),
  });
  machine.on('ask');
  clock.advance(100);
  machine.on('drop');
  for (const event of queue) event();
  expect(queue).toHaveLength(2);
  expect(log).toEqual(['call']);
  expect(machine.state).toBe('Over');
});

test('a firing that waits in the queue while its timer is stopped and started again is not taken for the new one', () => {
  const clock = new VirtualClock();
  const queue: (() => void)[] = [];
  const log: string[] = [];
  const machine: Machine<State, Event, Action, 'repeat' | 'limit'> = new Machine({
    figure,
    start: 'Idle',
    clock,
    length: (timer) => (timer === 'repeat' ? 100 : 1000),
    perform: (action) => log.push(action),
    run: (event) => queue.push(event),
  });
  machine.on('ask');
  clock.advance(100);
  machine.on('wait');
  machine.on('ask');
  for (const event of queue) event();
  expect(log).toEqual(['call', 'tell']);
  expect(machine.timers).toContainEqual({ name: 'repeat', due: 200 });
});

test('whatever happens, exactly the timers run that the state names, and none outlives the machine', () => {
  const doing = fc.oneof(
    fc.constantFrom<Event>('ask', 'wait', 'drop', 'again'),
    fc.integer({ min: 0, max: 400 }),
    fc.constant('stop' as const),
  );
  fc.assert(
    fc.property(fc.array(doing, { maxLength: 40 }), (things) => {
      const { clock, machine } = run();
      let stopped = false;
      for (const thing of things) {
        if (typeof thing === 'number') clock.advance(thing);
        else if (thing === 'stop') {
          machine.stop();
          stopped = true;
        } else machine.on(thing);
        const named = stopped ? [] : (figure[machine.state].timers ?? []);
        expect(machine.timers.map((timer) => timer.name).toSorted()).toEqual([...named].toSorted());
        expect(clock.pending).toBe(named.length);
      }
    }),
  );
});
