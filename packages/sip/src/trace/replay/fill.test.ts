// Documents of calls that nobody recorded: their machines are found from the messages, at both ends.
import { expect, test } from 'vitest';
import type { Observation } from '../../base/tap.ts';
import type { CallDocument, MachineDocument } from '../document/document.ts';
import { TraceBook } from '../document/book.ts';
import { basicCall, busyCall, forkedCall, lossyCall, silentPeer } from '../sample/calls.ts';

/** The same call as a capture between its endpoints has it: each message once, when it was sent. */
function captured(observations: readonly Observation[], milliseconds = 40_000): CallDocument {
  const book = new TraceBook();
  const own = new Set(
    observations.flatMap((seen) =>
      seen.kind === 'message' ? `${seen.local.host}:${seen.local.port}` : [],
    ),
  );
  let frame = 0;
  let last = 0;
  for (const seen of observations) {
    if (seen.kind !== 'message') continue;
    if (seen.direction === 'in' && own.has(`${seen.remote.host}:${seen.remote.port}`)) continue;
    frame += 1;
    last = seen.at;
    const observation: Observation = { ...seen, endpoint: '', flow: '', transaction: undefined };
    book.add({ kind: 'observation', frame, observation });
  }
  const other = observations.find((seen) => seen.kind === 'message');
  if (other !== undefined) {
    const text = other.text.replace(/^(Call-ID: *)/im, '$1later-');
    const observation: Observation = {
      ...other,
      at: last + milliseconds,
      endpoint: '',
      flow: '',
      transaction: undefined,
      text,
    };
    book.add({ kind: 'observation', frame: frame + 1, observation });
  }
  const [first] = book.calls;
  const document = book.document(first?.id ?? '');
  if (document === undefined) throw new Error('No call');
  return document;
}

function show({ figure, states, timers }: MachineDocument, start: number): string {
  const bars = states.map(({ state, from }) => `${Math.round(from - start)} ${state}`);
  const running = timers.filter(({ to }) => to === undefined).map(({ name }) => name);
  return `${figure}: ${[...bars, ...running].join(', ')}`;
}

function machines(document: CallDocument): readonly string[] {
  return [...document.transactions, ...document.dialogs, ...document.sessions].flatMap((one) =>
    one.machines.map((machine) => show(machine, document.startedAt)),
  );
}

test('a call that was only captured has the machines of both its ends', () => {
  const document = captured(basicCall());
  expect(machines(document)).toMatchInlineSnapshot(`
    [
      "invite-client: 0 Calling, 1 Proceeding, 2314 Accepted, 34314 Terminated",
      "invite-server: 0 Proceeding, silent, 1 Proceeding, 2314 Accepted, 34314 Terminated",
      "non-invite-client: 7800 Trying, 7801 Completed, 12801 Terminated",
      "non-invite-server: 7800 Trying, 7801 Completed, 39801 Terminated",
      "dialog: 120 Early, 2314 Confirmed, 7800 Terminated",
      "dialog: 120 Early, 2314 Confirmed, 7800 Terminated",
      "outgoing: 0 Preparing, 0 Calling, 120 Proceeding, 2314 Answered, 34314 Ended",
      "session: 2314 Settling, 2315 Active, 7800 Ending, 7801 Ended",
      "offer-answer: 0 Stable, 0 LocalOffer, 2314 Stable, 7800 Ended",
      "incoming: 0 Offered, 120 Ringing, 2314 Answering, 2314 Accepted",
      "session: 2314 Unacknowledged, 2315 Active, 7800 Ended",
      "offer-answer: 0 Stable, 0 RemoteOffer, 2314 Stable, 7800 Ended",
    ]
  `);
  expect(document.messages.every(({ changes }) => changes.length > 0)).toBe(true);
});

test('a refused call: no dialog, and timers that fire without a message are steps', () => {
  const document = captured(busyCall());
  expect(machines(document)).toMatchInlineSnapshot(`
    [
      "invite-client: 0 Calling, 1 Proceeding, 3000 Completed, 35000 Terminated",
      "invite-server: 0 Proceeding, silent, 1 Proceeding, 3000 Completed, 3001 Confirmed, 8001 Terminated",
      "dialog: 120 Early, 3000 Terminated",
      "dialog: 120 Early, 3000 Terminated",
      "outgoing: 0 Preparing, 0 Calling, 120 Proceeding, 3000 Ended",
      "offer-answer: 0 Stable, 0 LocalOffer, 3000 Ended",
      "incoming: 0 Offered, 120 Ringing, 3000 Ended",
      "offer-answer: 0 Stable, 0 RemoteOffer, 3000 Ended",
    ]
  `);
  expect(document.steps.map(({ change }) => change.event)).toMatchInlineSnapshot(`
    [
      "Timer I fires",
      "Timer D fires",
    ]
  `);
});

test('a silent peer: the caller gives up by Timer B, and nothing is said of who was never heard', () => {
  const document = captured(silentPeer());
  expect(machines(document)).toMatchInlineSnapshot(`
    [
      "invite-client: 0 Calling, 32000 Terminated",
      "outgoing: 0 Preparing, 0 Calling, 32000 Ended",
      "offer-answer: 0 Stable, 0 LocalOffer",
    ]
  `);
});

test('forks are dialogs of their own', () => {
  expect(machines(captured(forkedCall()))).toMatchInlineSnapshot(`
    [
      "invite-client: 0 Calling, 80 Proceeding, 2100 Accepted, 34100 Terminated",
      "invite-server: 0 Proceeding, silent, 80 Proceeding, 2100 Accepted, 34100 Terminated",
      "dialog: 80 Early, 34100 Terminated",
      "dialog: 80 Early",
      "dialog: 140 Early, 2100 Confirmed",
      "dialog: 140 Early, 2100 Confirmed",
      "outgoing: 0 Preparing, 0 Calling, 80 Proceeding, 2100 Answered, 34100 Ended",
      "session: 2100 Settling, 2101 Active",
      "offer-answer: 0 Stable, 0 LocalOffer, 2100 Stable",
      "incoming: 0 Offered, 80 Ringing, 2100 Answering, 2100 Accepted",
      "session: 2100 Unacknowledged, 2101 Active",
      "offer-answer: 0 Stable, 0 RemoteOffer, 2100 Stable",
    ]
  `);
});

test('with loss the repeats are firings of timers', () => {
  expect(machines(captured(lossyCall()))).toMatchInlineSnapshot(`
    [
      "invite-client: 0 Calling, 1510 Proceeding, 3000 Accepted, 35000 Terminated",
      "invite-server: 0 Proceeding, silent, 1510 Proceeding, 3000 Accepted, 35000 Terminated",
      "non-invite-client: 6000 Trying, 6001 Completed, 11001 Terminated",
      "non-invite-server: 6000 Trying, 6001 Completed, 38001 Terminated",
      "dialog: 1510 Early, 3000 Confirmed, 6000 Terminated",
      "dialog: 1510 Early, 3000 Confirmed, 6000 Terminated",
      "outgoing: 0 Preparing, 0 Calling, 1510 Proceeding, 3000 Answered, 35000 Ended",
      "session: 3000 Settling, 3501 Active, 6000 Ending, 6001 Ended",
      "offer-answer: 0 Stable, 0 LocalOffer, 3000 Stable, 6000 Ended",
      "incoming: 0 Offered, 1510 Ringing, 3000 Answering, 3000 Accepted",
      "session: 3000 Unacknowledged, 3501 Active, 6000 Ended",
      "offer-answer: 0 Stable, 0 RemoteOffer, 3000 Stable, 6000 Ended",
    ]
  `);
});

test('what was looked at for a short time leaves timers running', () => {
  const document = captured(silentPeer().slice(0, 8), 5);
  expect(machines(document).join()).toContain('B');
});

test('frames of inferred steps are below zero, each its own', () => {
  const { steps } = captured(basicCall());
  const frames = steps.map(({ frame }) => frame);
  expect(frames.length).toBeGreaterThan(0);
  expect(frames.every((frame) => frame < 0)).toBe(true);
  expect(new Set(frames).size).toBe(frames.length);
});
