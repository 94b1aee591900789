// What every Tap must do, ours and anyone's, and what a tap may rely on: a suite, and a check of what was observed.
import type { Observation, Tap } from '../../base/tap.ts';
import { equal } from './framework.ts';
import type { TestFunctions } from './framework.ts';

/** A tap, made anew for each test. */
export interface TapWorld {
  readonly tap: Tap;
  /** What it has kept or passed on, a text for each observation, in order; absent for a tap that does neither. */
  readonly kept?: (() => readonly string[]) | undefined;
  close(): Promise<void>;
}

/** Declares the suite. `open` makes a fresh world. */
export function tapContract(
  name: string,
  open: () => TapWorld,
  { describe, test }: TestFunctions,
): void {
  const check = (title: string, body: (world: TapWorld) => void): void => {
    test(title, async () => {
      const world = open();
      try {
        body(world);
      } finally {
        await world.close();
      }
    });
  };
  describe(`${name} keeps the contract of a tap`, () => {
    check('It takes every kind of observation and throws nothing', takesEach);
    check('It changes nothing of what it is told', changesNothing);
    check('It keeps the order in which it is told', keepsOrder);
    check('It keeps no answer to a challenge and no key of media', keepsNoSecrets);
  });
}

/**
 * Throws when something that was observed breaks what a tap may rely on: version 1, plain values that JSON carries, times
 * that never go back at one endpoint, steps that go on where the last one of their machine ended, and none of `secrets`.
 */
export function assertObservations(
  observed: readonly Observation[],
  secrets: readonly string[] = [],
): void {
  const times = new Map<string, number>();
  const states = new Map<string, string>();
  for (const [index, observation] of observed.entries()) {
    const where = `Observation ${index} (${observation.kind} of ${observation.endpoint})`;
    equal(observation.v, 1, `${where}: the version`);
    assertPlain(observation, where);
    const last = times.get(observation.endpoint) ?? 0;
    if (observation.at < last) throw new Error(`${where}: ${observation.at} is before ${last}`);
    times.set(observation.endpoint, observation.at);
    if ('after' in observation) followStep(observation, states, where);
    const text = JSON.stringify(observation);
    if (secrets.some((secret) => text.includes(secret)))
      throw new Error(`${where}: tells a secret`);
  }
}

type Step = Extract<Observation, { readonly after: string }>;

function followStep(step: Step, states: Map<string, string>, where: string): void {
  // A call keeps its id from one phase to the next, and each phase has a figure of its own.
  const known = step.kind === 'session' ? undefined : states.get(keyOf(step));
  if (step.before !== undefined && known !== undefined)
    equal(step.before, known, `${where}: the state before ${step.event}`);
  if (step.stray === true) equal(step.after, step.before, `${where}: the state after a stray`);
  states.set(keyOf(step), step.after);
}

function keyOf({ endpoint, kind, id }: Step): string {
  return `${endpoint} ${kind} ${id}`;
}

function assertPlain(value: unknown, where: string): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return;
    case 'number':
      if (!Number.isFinite(value)) throw new Error(`${where}: ${value} is lost in JSON`);
      return;
    case 'object': {
      if (value === null) return;
      const made: unknown = Object.getPrototypeOf(value);
      if (made !== Object.prototype && made !== Array.prototype)
        throw new Error(`${where}: no plain object`);
      for (const [name, inner] of Object.entries(value)) assertPlain(inner, `${where}, ${name}`);
      return;
    }
    case 'bigint':
    case 'function':
    case 'symbol':
      throw new Error(`${where}: a ${typeof value} is lost in JSON`);
  }
}

function takesEach({ tap, kept }: TapWorld): void {
  for (const one of everyKind) {
    const answer: unknown = tap.observe(one);
    equal(answer, undefined, `What comes back for a ${one.kind}`);
  }
  if (kept !== undefined) equal(kept().length, everyKind.length, 'What it has kept');
}

function changesNothing({ tap }: TapWorld): void {
  for (const one of everyKind) {
    const before = JSON.stringify(one);
    tap.observe(one);
    equal(JSON.stringify(one), before, `What became of a ${one.kind}`);
  }
}

function keepsOrder({ tap, kept }: TapWorld): void {
  const names = ['first', 'second', 'third'];
  for (const flow of names) tap.observe({ ...opened, flow: `the ${flow} flow` });
  if (kept === undefined) return;
  const texts = kept();
  const found = names.filter((flow, at) => texts[at]?.includes(`the ${flow} flow`) === true);
  equal(found.join(', '), names.join(', '), 'The order');
}

function keepsNoSecrets({ tap, kept }: TapWorld): void {
  tap.observe(invite);
  const text = kept?.().join('\n') ?? '';
  for (const secret of [digestAnswer, mediaKey])
    if (text.includes(secret)) throw new Error(`It keeps ${secret}`);
}

const digestAnswer = '6629fae49393a05397450978507c4ef1';
const mediaKey = 'WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz';

const head = { v: 1, at: 1, endpoint: 'alice' } as const;
const local = { host: '192.0.2.1', port: 5060 };
const remote = { host: '2001:db8::2', port: 5060 };
const step = {
  id: 'id',
  event: 'event',
  before: 'One',
  after: 'Two',
  actions: ['act'],
  timers: [{ name: 'A', due: 2 }],
};
const opened: Extract<Observation, { kind: 'flow' }> = {
  ...head,
  kind: 'flow',
  flow: 'tcp 1',
  event: 'opened',
  protocol: 'TCP',
  local,
  remote,
};
const invite: Observation = {
  ...head,
  kind: 'message',
  direction: 'out',
  protocol: 'UDP',
  flow: 'udp',
  local,
  remote,
  text: [
    'INVITE sip:bob@example.com SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
    'From: <sip:alice@example.com>;tag=1',
    'To: <sip:bob@example.com>',
    'Call-ID: 1',
    'CSeq: 1 INVITE',
    `Authorization: Digest username="alice", realm="r", nonce="n", uri="sip:h", response="${digestAnswer}"`,
    'Content-Type: application/sdp',
    '',
    'v=0',
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${mediaKey}`,
    '',
  ].join('\r\n'),
};

/** One of each kind. */
const everyKind: readonly Observation[] = [
  opened,
  invite,
  { ...head, kind: 'dropped', flow: 'udp', remote, reason: 'why', text: '\u0000\u00ff' },
  {
    ...head,
    ...step,
    kind: 'transaction',
    figure: 'invite-client',
    method: 'INVITE',
    branch: 'z9hG4bK1',
    callId: '1',
  },
  { ...head, ...step, kind: 'dialog', callId: '1', localTag: '1', remoteTag: '2' },
  { ...head, ...step, kind: 'session', callId: '1', part: 'timer' },
  { ...head, ...step, kind: 'offer-answer', session: 'id', streams: [] },
  { ...head, ...step, kind: 'subscription', role: 'notifier', package: 'presence', callId: '2' },
  { ...head, ...step, kind: 'registration', aor: 'sip:alice@example.com', stray: true },
  {
    ...head,
    kind: 'media',
    session: 'id',
    line: 0,
    sentPackets: 1,
    receivedPackets: 1,
    lostPackets: 0,
    jitterMilliseconds: 0.5,
    codec: undefined,
  },
];
