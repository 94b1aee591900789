// The book of calls: documents of calls that were recorded, and of the same calls as a capture has them.
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../base/tap.ts';
import type { CapturedObservation } from '../capture/captured.ts';
import * as samples from '../sample/calls.ts';
import { proxiedCall } from '../sample/proxied-call.ts';
import { sniffed } from '../sample/sniffed.ts';
import { TraceBook } from './book.ts';
import type { CallDocument } from './document.ts';
import { summarise } from './summary.ts';

describe('TraceBook', () => {
  it('makes one document of a call that both ends recorded', () => {
    const document = recorded(samples.basicCall());
    expect(document.source).toBe('recorded');
    expect(document.parties.map(({ name }) => name)).toEqual(['alice', 'bob']);
    expect(document.transactions.map(({ method }) => method)).toEqual(['INVITE', 'ACK', 'BYE']);
    expect(document.dialogs).toHaveLength(1);
    expect(document.dialogs[0]?.states.map(({ state }) => state)).toEqual([
      'early',
      'confirmed',
      'terminated',
    ]);
    expect(document.sessions[0]?.states.map(({ state }) => state)).toEqual([
      'offered',
      'active',
      'ended',
    ]);
  });

  it('joins the legs of a call when the first one hears of its Session-ID in an answer (RFC 7989)', () => {
    const id = `Session-ID: ${'a'.repeat(32)};remote=${'b'.repeat(32)}`;
    const named = (one: Observation, wanted: RegExp): Observation =>
      one.kind === 'message' && wanted.test(one.text)
        ? { ...one, text: one.text.replace('\r\n', `\r\n${id}\r\n`) }
        : one;
    const later = (one: Observation): Observation => ({ ...one, at: one.at + 100 });
    const book = new TraceBook();
    const [first, second] = [samples.basicCall(), samples.lonelyMessage().map(later)];
    const all = [
      ...first.map((one) => named(one, /^SIP\/2.0 200/)),
      ...second.map((one) => named(one, /^MESSAGE/)),
    ].toSorted((a, b) => a.at - b.at);
    for (const one of all) book.observe(one);
    expect(book.calls).toHaveLength(1);
    const [line] = book.calls;
    expect(line?.id).toBe('basic-51c0');
    expect(line?.legs).toHaveLength(2);
    expect(book.document(line?.legs[1] ?? '')?.legs.map((leg) => leg.joinedBy)).toEqual([
      undefined,
      'Session-ID',
    ]);
  });

  it('makes the same lanes of a capture of it, and says that they are inferred', () => {
    const inside = recorded(samples.basicCall());
    const outside = captured(sniffed(samples.basicCall()));
    expect(outside.source).toBe('inferred');
    expect(outside.messages.map(({ title }) => title)).toEqual(
      inside.messages.map(({ title }) => title),
    );
    expect(outside.dialogs.map(({ ends }) => ends.map(({ tag }) => tag))).toEqual(
      inside.dialogs.map(({ ends }) => ends.map(({ tag }) => tag)),
    );
    expect(outside.sessions[0]?.states.map(({ state }) => state)).toEqual([
      'offered',
      'active',
      'ended',
    ]);
  });

  it('keeps the forks of a request apart, and says that they are forks', () => {
    const { dialogs } = captured(sniffed(samples.forkedCall()));
    expect(dialogs.map(({ number, forks }) => [number, forks])).toEqual([
      [1, [2]],
      [2, [1]],
    ]);
  });

  it('puts offers beside answers, and the media line into spans', () => {
    const { negotiations, sessions } = captured(sniffed(samples.holdAndResume()));
    expect(negotiations.map(({ lines }) => lines[0]?.offered.direction)).toEqual([
      'sendrecv',
      'sendonly',
      'sendrecv',
    ]);
    expect(negotiations[1]?.lines[0]?.changed).toContain('direction');
    expect(sessions[0]?.lines[0]?.spans.map(({ forth, back }) => [forth, back])).toEqual([
      [true, true],
      [true, false],
      [true, true],
    ]);
  });

  it('tells what of a lossy call was lost, and which message a repeat repeats', () => {
    const { messages } = recorded(samples.lossyCall());
    expect(messages[0]?.lost).toBe(true);
    for (const { resend, resendOf, number } of messages)
      expect(resend > 0 ? (resendOf ?? number) < number : resendOf === undefined).toBe(true);
  });

  it('has the timers of a silent peer as they ran', () => {
    const { transactions } = recorded(samples.silentPeer());
    const timers = transactions[0]?.machines[0]?.timers ?? [];
    expect(timers.filter(({ name, fired }) => name === 'A' && fired)).toHaveLength(6);
    expect(timers.find(({ name }) => name === 'B')?.fired).toBe(true);
  });

  it('gives every message and step a frame, and cites only those', () => {
    for (const sample of [...Object.values(samples), proxiedCall]) {
      const observations = sample();
      const book = bookOf(observations);
      for (const { id } of book.calls) {
        const document = book.document(id);
        const explanation = book.explanation(id);
        if (document === undefined || explanation === undefined) throw new Error('no document');
        const frames = new Set([
          ...document.messages.map(({ frame }) => frame),
          ...document.steps.map(({ frame }) => frame),
        ]);
        expect(frames.has(0)).toBe(false);
        const { happened, why, whose, todo } = explanation.verdict;
        for (const sentence of [happened, why, whose, todo, ...explanation.story])
          for (const frame of sentence.frames) expect(frames).toContain(frame);
      }
    }
  });

  it('has in its list what the documents of its calls say', () => {
    for (const sample of [...Object.values(samples), proxiedCall]) {
      for (const book of [bookOf(sample()), bookWith(sniffed(sample()))]) {
        const { calls } = book;
        expect(calls).toEqual(
          calls.map(({ id }) => {
            const document = book.document(id);
            const explanation = book.explanation(id);
            return document && explanation && summarise(document, explanation);
          }),
        );
      }
    }
  });

  it('is plain data: JSON brings it back as it was', () => {
    const document = recorded(samples.holdAndResume());
    expect(JSON.parse(JSON.stringify(document))).toEqual(structuredClone(withoutHoles(document)));
  });

  it('joins the legs of a back-to-back user agent by likeness, and says that it is not certain', () => {
    const first = sniffed(samples.basicCall());
    const second = first.map((item) => legOf(item, 'other-leg', 5));
    const book = new TraceBook();
    for (const item of [...first, ...second].toSorted(
      (one, other) => one.observation.at - other.observation.at,
    ))
      book.add(item);
    expect(book.calls).toHaveLength(1);
    expect(
      book.document('other-leg')?.legs.map(({ joinedBy, certain }) => [joinedBy, certain]),
    ).toEqual([
      [undefined, true],
      ['likeness', false],
    ]);
  });

  it('joins a leg whose server transaction told of its birth before its first message was told', () => {
    const renamedTo = (observation: Observation): Observation => {
      const text = JSON.stringify(observation).replaceAll('busy-0aa4', 'second-leg');
      return JSON.parse(
        text.replaceAll(
          String.raw`Max-Forwards: 70\r\n`,
          String.raw`Max-Forwards: 69\r\nX-CID: basic-51c0\r\n`,
        ),
      ) as Observation;
    };
    const book = new TraceBook();
    for (const observation of samples.basicCall()) book.observe(observation);
    const second = samples.busyCall().filter(({ endpoint }) => endpoint === 'bob');
    const birth = second.findIndex(({ kind }) => kind === 'transaction');
    for (const observation of [...second.splice(birth, 1), ...second]) {
      book.observe(renamedTo(observation));
    }
    expect(book.calls).toHaveLength(1);
    expect(book.document('basic-51c0')?.legs.map(({ joinedBy }) => joinedBy)).toEqual([
      undefined,
      'X-CID',
    ]);
  });

  it('forgets the idlest calls beyond its limit, and keeps their line', () => {
    const book = new TraceBook({ calls: 2 });
    for (let index = 0; index < 5; index += 1)
      for (const item of sniffed(samples.busyCall()))
        book.add(renamed(item, `call-${index}`, index * 60_000));
    expect(book.calls).toHaveLength(5);
    expect(book.document('call-0')).toBeUndefined();
    expect(book.document('call-4')?.outcome.status).toBe(486);
  });

  it('knows a call again that goes on after it was let go', () => {
    const book = new TraceBook({ calls: 1 });
    const call = sniffed(samples.basicCall());
    const cut = call.length - 2;
    const whole = bookWith(call).calls[0];
    for (const item of call.slice(0, cut)) book.add(item);
    for (let index = 0; index < 3; index += 1)
      for (const item of sniffed(samples.busyCall()))
        book.add(renamed(item, `call-${index}`, (index + 1) * 60_000));
    expect(book.document('basic-51c0')).toBeUndefined();
    for (const item of call.slice(cut)) book.add(later(item, 300_000));
    expect(book.calls.map(({ id }) => id)).toEqual(['basic-51c0', 'call-0', 'call-1', 'call-2']);
    const [line] = book.calls;
    expect(line).toMatchObject({ parted: true, over: true, messages: whole?.messages });
    expect(book.isWhole('basic-51c0')).toBe(false);
  });

  it('lists calls one by one where that is asked for, and says how many are left', () => {
    const book = new TraceBook();
    for (let index = 0; index < 3; index += 1)
      for (const item of sniffed(samples.busyCall()))
        book.add(renamed(item, `call-${index}`, index * 10_000));
    expect(book.listed).toEqual([]);
    expect([...book.list()]).toEqual([2, 1, 0]);
    expect(book.listed).toEqual(book.calls);
    expect([...book.list()]).toEqual([]);
  });

  it('tells the calls of a connection that it ended, and of those only the ones that are kept', () => {
    const book = new TraceBook({ calls: 2 });
    const calls = [0, 1, 2].map((index) =>
      sniffed(samples.busyCall()).map((item) => renamed(item, `call-${index}`, index * 1000)),
    );
    for (const item of calls.flat()) book.add(item);
    const [last] = calls.flat().slice(-1);
    if (last?.observation.kind !== 'message') throw new Error('no sample');
    const { at, endpoint, flow, local, remote } = last.observation;
    const ended = { v: 1, kind: 'flow', event: 'closed', protocol: 'TCP' } as const;
    book.add({
      kind: 'observation',
      frame: 77,
      observation: { ...ended, at: at + 10, endpoint, flow, local, remote, reason: undefined },
    });
    const told = ['call-0', 'call-1', 'call-2'].map((id) =>
      book.document(id)?.notes.map(({ frame }) => frame),
    );
    expect(told).toEqual([undefined, [77], [77]]);
  });

  it('gives the steps of a registration to the call that its endpoint registers in', () => {
    const book = bookOf([
      ...samples.registration(),
      ...samples.basicCall().map((one) => ({ ...one, at: one.at + 60_000 })),
    ]);
    const steps = book.observations('reg-7f3a').filter(({ kind }) => kind === 'registration');
    expect(steps).toEqual(samples.registration().filter(({ kind }) => kind === 'registration'));
    expect(steps.length).toBeGreaterThan(0);
  });

  it('takes what is no SIP without a word', () => {
    const book = new TraceBook();
    const [item] = sniffed(samples.basicCall());
    if (item === undefined || item.observation.kind !== 'message') throw new Error('no sample');
    for (const text of [
      '',
      '\r\n\r\n',
      'INVITE',
      'SIP/2.0 200 OK\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n',
    ])
      book.add({ ...item, observation: { ...item.observation, text } });
    for (const { id } of book.calls) expect(book.document(id)?.messages).toHaveLength(1);
  });
});

function bookOf(observations: readonly Observation[]): TraceBook {
  const book = new TraceBook();
  for (const observation of observations) book.observe(observation);
  return book;
}

function bookWith(items: readonly CapturedObservation[]): TraceBook {
  const book = new TraceBook();
  for (const item of items) book.add(item);
  return book;
}

function recorded(observations: readonly Observation[]): CallDocument {
  return only(bookOf(observations));
}

function captured(items: readonly CapturedObservation[]): CallDocument {
  return only(bookWith(items));
}

function only(book: TraceBook): CallDocument {
  const [line] = book.calls;
  const document = line === undefined ? undefined : book.document(line.id);
  if (document === undefined) throw new Error('no call');
  return document;
}

/** The call that a back-to-back user agent at the callee's address makes of it. */
function legOf(item: CapturedObservation, callId: string, later: number): CapturedObservation {
  const { observation } = renamed(item, callId, later);
  if (observation.kind !== 'message') return item;
  const onward = (place: { host: string; port: number }): { host: string; port: number } => ({
    host: place.host,
    port: place.port === 5070 ? 5080 : 5090,
  });
  return {
    ...item,
    observation: {
      ...observation,
      local: onward(observation.local),
      remote: onward(observation.remote),
    },
  };
}

function renamed(item: CapturedObservation, callId: string, later: number): CapturedObservation {
  const { observation } = item;
  if (observation.kind !== 'message') return item;
  const text = observation.text
    .replace(/^Call-ID: .*$/m, `Call-ID: ${callId}\r`)
    .replace('\r\r', '\r');
  return { ...item, observation: { ...observation, at: observation.at + later, text } };
}

function later(item: CapturedObservation, shift: number): CapturedObservation {
  return { ...item, observation: { ...item.observation, at: item.observation.at + shift } };
}

/** JSON leaves out what is undefined. */
function withoutHoles<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
