// Every figure walked through: each state with each event, and random lives of the transactions that run them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Figure } from '../base/figure.ts';
import { Machine } from '../base/machine.ts';
import type { Step } from '../base/machine.ts';
import { createRequest } from '../message/create.ts';
import type { Request } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { inviteClient } from './invite-client.figure.ts';
import { InviteClient } from './invite-client.ts';
import { inviteServer } from './invite-server.figure.ts';
import { InviteServer } from './invite-server.ts';
import { nonInviteClient } from './non-invite-client.figure.ts';
import { NonInviteClient } from './non-invite-client.ts';
import { nonInviteServer } from './non-invite-server.figure.ts';
import { NonInviteServer } from './non-invite-server.ts';
import { TransactionTable } from './table.ts';
import {
  defaultSettings,
  inviteClientTimers,
  inviteServerTimers,
  lengths,
  nonInviteClientTimers,
  nonInviteServerTimers,
} from './timers.ts';
import type { TimerTable } from './timers.ts';

/** A figure whose words are not known to the compiler, so that one walk fits all. */
type Table = Figure<string, string, string, string>;

interface Walked {
  readonly name: string;
  readonly figure: Table;
  readonly timers: TimerTable<string>;
  /** Events for which no state has an arrow. */
  readonly silent: readonly string[];
}

const walked: readonly Walked[] = [
  { name: 'INVITE client', figure: tableOf(inviteClient), timers: inviteClientTimers, silent: [] },
  {
    name: 'non-INVITE client',
    figure: tableOf(nonInviteClient),
    timers: nonInviteClientTimers,
    silent: [],
  },
  { name: 'INVITE server', figure: tableOf(inviteServer), timers: inviteServerTimers, silent: [] },
  {
    name: 'non-INVITE server',
    figure: tableOf(nonInviteServer),
    timers: nonInviteServerTimers,
    silent: ['101-199 from TU'],
  },
];

function tableOf(figure: object): Table {
  return figure as Table;
}

/** How long each timer runs when it starts, on unreliable and on reliable transports: RFC 3261 appendix A, table 4. */
const table4: Readonly<Record<string, readonly [number | undefined, number | undefined]>> = {
  A: [500, undefined],
  B: [32_000, 32_000],
  D: [32_000, 0],
  E: [500, undefined],
  F: [32_000, 32_000],
  G: [500, undefined],
  H: [32_000, 32_000],
  I: [5000, 0],
  J: [32_000, 0],
  K: [5000, 0],
  L: [32_000, 32_000],
  M: [32_000, 32_000],
  cancel: [32_000, 32_000],
};

describe.each(walked)('RFC 3261 §17: $name', ({ name, figure, timers, silent }) => {
  const states = Object.keys(figure);
  const events = [...new Set(states.flatMap((state) => eventsOf(figure, state))), ...silent];
  const cases = [false, true].flatMap((reliable) =>
    states.flatMap((state) => events.map((event) => ({ reliable, state, event }))),
  );

  test('every timer that is named has the length of appendix A', () => {
    for (const timer of new Set(states.flatMap((state) => figure[state]?.timers ?? []))) {
      const length = timer === '100' ? (name === 'INVITE server' ? 200 : 3500) : undefined;
      const expected = length === undefined ? table4[timer] : ([length, length] as const);
      expect([
        timer,
        ...[false, true].map((reliable) =>
          lengths(timers, reliable, defaultSettings)(timer, 0, ''),
        ),
      ]).toEqual([timer, ...(expected ?? ['not in table 4'])]);
    }
  });

  test.each(cases)(
    '$state takes "$event" as drawn, or as a stray (reliable: $reliable)',
    ({ reliable, state, event }) => {
      const clock = new VirtualClock();
      const done: string[] = [];
      const steps: Step<string>[] = [];
      const length = lengths(timers, reliable, defaultSettings);
      const machine: Machine<string, string, string, string> = new Machine({
        figure,
        start: states[0] ?? '',
        clock,
        length,
        perform: (action) => done.push(action),
        observe: (step) => steps.push(step),
      });
      for (const earlier of pathTo(figure, state)) machine.on(earlier);
      if (machine.state !== state) {
        // On a reliable transport some states last no time at all.
        expect([
          reliable,
          (figure[state]?.timers ?? []).some((timer) => length(timer, 0, state) === 0),
        ]).toEqual([true, true]);
        return;
      }
      done.length = 0;
      steps.length = 0;
      const running = names(machine);
      machine.on(event);
      const arrow = arrowOf(figure, state, event);
      if (arrow === undefined) {
        expect(steps).toEqual([{ event, before: state, after: state, actions: [], stray: true }]);
        expect([machine.state, done, names(machine)]).toEqual([state, [], running]);
        return;
      }
      const [after = '', ...actions] = arrow;
      expect(steps[0]).toEqual({ event, before: state, after, actions, stray: false });
      expect(done).toEqual(actions.filter((action) => !action.startsWith('reset ')));
      const named = figure[after]?.timers ?? [];
      if (named.some((timer) => length(timer, 0, after) === 0))
        expect(machine.state).toBe('Terminated');
      else if (after !== state)
        expect(names(machine)).toEqual(
          named.filter((timer) => length(timer, 0, after) !== undefined).toSorted(),
        );
      else expect(names(machine)).toEqual(running);
      expect(clock.pending).toBe(machine.timers.length);
    },
  );
});

function eventsOf(figure: Table, state: string): readonly string[] {
  return Object.keys(figure[state] ?? {}).filter((key) => key !== 'timers');
}

function arrowOf(figure: Table, state: string, event: string): readonly string[] | undefined {
  return Object.entries(figure[state] ?? {}).find(([key]) => key === event)?.[1];
}

function names(machine: {
  readonly timers: readonly { readonly name: string }[];
}): readonly string[] {
  return machine.timers.map((timer) => timer.name).toSorted();
}

/** The shortest way from the first state to `state`. */
function pathTo(figure: Table, state: string): readonly string[] {
  const [start = ''] = Object.keys(figure);
  const paths = new Map<string, readonly string[]>([[start, []]]);
  for (const [from, path] of paths) {
    for (const event of eventsOf(figure, from)) {
      const [next = ''] = arrowOf(figure, from, event) ?? [];
      if (!paths.has(next)) paths.set(next, [...path, event]);
    }
  }
  return paths.get(state) ?? [];
}

function request(method: string): Request {
  return createRequest({
    method,
    uri: 'sip:bob@b.example',
    headers: [
      ['Via', 'SIP/2.0/UDP a.example;branch=z9hG4bKw'],
      ['Max-Forwards', '70'],
      ['To', '<sip:bob@b.example>'],
      ['From', '<sip:alice@a.example>;tag=a'],
      ['Call-ID', 'w'],
      ['CSeq', `1 ${method}`],
    ],
  });
}

const requests = { INVITE: request('INVITE'), ACK: request('ACK'), OPTIONS: request('OPTIONS') };
const statuses = [100, 180, 183, 199, 200, 202, 299, 302, 401, 408, 486, 487, 500, 699];
const responses = new Map(
  [requests.INVITE, requests.OPTIONS].map((of) => [
    of,
    statuses.map((status) => createResponse(of, status, { toTag: 'b' })),
  ]),
);

const doing = fc.oneof(
  fc.record({ do: fc.constant('message' as const), which: fc.nat({ max: statuses.length - 1 }) }),
  fc.record({ do: fc.constantFrom('repeat', 'ACK', 'cancel', 'error') }),
  fc.record({
    do: fc.constant('wait' as const),
    time: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.constant(32_000)),
  }),
);

describe.each(['InviteClient', 'NonInviteClient', 'InviteServer', 'NonInviteServer'] as const)(
  '%s',
  (kind) => {
    test('whatever happens, nothing throws, no timer lives in Terminated, and the table forgets it (C076)', () => {
      fc.assert(
        fc.property(
          fc.boolean(),
          fc.boolean(),
          fc.array(doing, { maxLength: 30 }),
          (reliable, failing, things) => {
            const clock = new VirtualClock();
            const table = new TransactionTable();
            let ends = 0;
            const surroundings = {
              clock,
              tap: { observe() {} },
              endpoint: 'w',
              settings: defaultSettings,
              run: (event: () => void) => event(),
              ended: (transaction: Parameters<TransactionTable['remove']>[0]) =>
                table.remove(transaction),
            };
            const of = kind.startsWith('Non') ? requests.OPTIONS : requests.INVITE;
            const send = (): void => {
              if (failing) made.transportFailed(new Error('unreachable'));
            };
            const user = {
              response() {},
              timeout() {},
              transportError() {},
              ended: () => (ends += 1),
            };
            const common = { surroundings, request: of, reliable, send };
            const made: InviteClient | NonInviteClient | InviteServer | NonInviteServer =
              kind === 'InviteClient'
                ? new InviteClient({ ...common, user })
                : kind === 'NonInviteClient'
                  ? new NonInviteClient({ ...common, user })
                  : kind === 'InviteServer'
                    ? new InviteServer({ ...common, localTag: 'b' })
                    : new NonInviteServer({ ...common, localTag: 'b' });
            if (made instanceof InviteClient || made instanceof NonInviteClient) {
              table.addClient(made);
              made.start();
            } else {
              made.user = user;
              table.addServer(made);
            }
            for (const thing of things) {
              if ('time' in thing) clock.advance(thing.time);
              else if ('which' in thing) {
                const response = responses.get(of)?.[thing.which];
                if (response === undefined) throw new Error('no such response');
                if ('respond' in made) made.respond(response);
                else made.receive(response);
              } else if (thing.do === 'error') made.transportFailed(new Error('late'));
              else if (thing.do === 'cancel' && made instanceof InviteClient) made.cancel(() => {});
              else if ('respond' in made) made.receive(thing.do === 'ACK' ? requests.ACK : of);
              const over = made.state === 'Terminated';
              expect([table.size, ends]).toEqual(over ? [0, 1] : [1, 0]);
              if (over) expect(clock.pending).toBe(0);
              else if (made.finished) expect(clock.pending).toBeGreaterThan(0);
              expect(made.request === undefined).toBe(made.finished);
              expect(table.finished).toBe(made.finished && !over ? 1 : 0);
            }
            clock.advance(200_000);
            expect(clock.pending).toBe(0);
            if (made.finished) expect(made.state).toBe('Terminated');
          },
        ),
        { numRuns: 300 },
      );
    });
  },
);
