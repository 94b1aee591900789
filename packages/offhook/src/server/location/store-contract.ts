// What every LocationStore must do, ours and anyone's: a suite for any test framework with `describe` and `test`.
import type { TestFunctions } from '@offhook/sip/testing';
import { bindingKey } from './store.ts';
import type { Binding, BindingChange, LocationStore } from './store.ts';

/** An empty store on a clock that the suite moves, made anew for each test. */
export interface LocationWorld {
  readonly store: LocationStore;
  readonly clock: {
    now(): number;
    /** Lets time pass, and what it sets off be done. */
    elapse(milliseconds: number): Promise<void>;
  };
  /** Closes the store and opens it again on what was stored; undefined for one that forgets. */
  readonly reopen: (() => Promise<LocationStore>) | undefined;
  /** Called at the end of each test. */
  close(): Promise<void>;
}

/** Declares the suite. `open` makes a fresh world. */
export function locationStoreContract(
  name: string,
  open: () => Promise<LocationWorld>,
  framework: TestFunctions,
): void {
  const { describe, test } = framework;
  const check = (title: string, body: (stage: Stage) => Promise<void>): void => {
    test(title, async () => {
      const world = await open();
      try {
        await body(new Stage(world));
      } finally {
        await world.close();
      }
    });
  };

  describe(`${name} keeps the contract of a location store`, () => {
    check('An empty store knows nobody', knowsNobody);
    check('What was put is there when its promise resolves, with all that it holds', givesBack);
    check('Texts come back as they are, whatever they say', keepsTexts);
    check('The preferred contact comes first, of equal ones the newest', orders);
    check('The same contact is put in the place of the old one', replaces);
    check(
      'RFC 5626 §6: a flow is put in the place of its own binding, whatever its contact',
      replacesFlows,
    );
    check('Addresses-of-record do not touch each other', separates);
    check('A change puts and removes at once', putsAndRemoves);
    check('Changes at the same time all count', takesManyAtOnce);
    check('A list that was given out stays as it was', givesSnapshots);
    check('A binding ends when it is due, and not before', ends);
    check('A refresh makes a binding live longer, or shorter', refreshes);
    check('RFC 5626 §7: a closed connection ends its bindings, and no others', closesFlows);
    check('A contact that moved to another connection outlives the old one', movesFlows);
    check('Bindings outlive the store, where it stores', outlives);
    check('close may be called twice', closesTwice);
  });
}

const alice = 'sip:alice@example.com';
const bob = 'sip:bob@example.com';
const hour = 3_600_000;

class Stage {
  readonly world: LocationWorld;

  constructor(world: LocationWorld) {
    this.world = world;
  }

  get store(): LocationStore {
    return this.world.store;
  }

  binding(contact: string, given: Partial<Binding> = {}): Binding {
    return {
      contact,
      q: undefined,
      due: this.world.clock.now() + hour,
      callId: 'c1',
      cseq: 1,
      flow: 'udp 192.0.2.1:5060',
      connection: false,
      source: { protocol: 'UDP', host: '192.0.2.9', port: 5070 },
      userAgent: undefined,
      path: [],
      instance: undefined,
      regId: undefined,
      ...given,
    };
  }

  connected(contact: string, flow: string): Binding {
    const source = { protocol: 'WS', host: '192.0.2.9', port: 40_000 } as const;
    return this.binding(contact, { flow, connection: true, source });
  }

  put(aor: string, ...put: readonly Binding[]): Promise<void> {
    return this.store.change(aor, { put, remove: [] });
  }

  contacts(aor: string = alice): string {
    return this.store
      .bindings(aor)
      .map(({ contact }) => contact)
      .join(' ');
  }
}

function equal(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${String(actual)} is not ${String(expected)}`);
}

async function knowsNobody({ store }: Stage): Promise<void> {
  equal(store.bindings(alice).length, 0, 'The bindings');
  equal(store.aors().length, 0, 'The addresses-of-record');
  equal(store.size, 0, 'The size');
  await store.change(alice, { put: [], remove: [] });
  await store.change(alice, { put: [], remove: ['sip:nobody@h'] });
  store.flowClosed('nothing');
  equal(store.size, 0, 'The size after changes of nothing');
}

async function givesBack(stage: Stage): Promise<void> {
  const rich = stage.binding('sip:alice@h;transport=tcp', {
    q: 0.25,
    callId: 'a@b',
    cseq: 4_294_967_295,
    source: { protocol: 'WSS', host: '2001:db8::1', port: 65_535 },
    userAgent: 'Phone/1.0 (of some kind)',
    path: ['<sip:p1;lr>', '<sip:p2;lr;ob>'],
    instance: '"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"',
    regId: 2_147_483_647,
    gruuSeries: '0123456789abcdef',
  });
  const poor = stage.binding('sip:alice@h2', { cseq: 0, q: 0 });
  await stage.put(alice, rich, poor);
  equal(
    JSON.stringify(stage.store.bindings(alice).map(sorted)),
    JSON.stringify([rich, poor].map(sorted)),
    'The bindings',
  );
  equal(stage.store.aors().join(), alice, 'The addresses-of-record');
  equal(stage.store.size, 2, 'The size');
}

function sorted(binding: Binding): unknown {
  const entries = Object.entries(binding).filter(
    // The revision is the store's own.
    ([name, value]) => value !== undefined && name !== 'revision',
  );
  return entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const oddTexts = [
  "' OR 1=1--",
  '"; DROP TABLE binding; --',
  '%s%n',
  '*)(uid=*',
  'a\r\nDEL x',
  '__proto__',
  'constructor',
  '\u00e9\u00ff\u0080',
  '{"a":1}',
  '',
  'x'.repeat(8000),
];

async function keepsTexts(stage: Stage): Promise<void> {
  for (const text of oddTexts) {
    const aor = `sip:${text}@example.com`;
    const odd = stage.binding(`sip:${text}@h`, {
      callId: text,
      userAgent: text,
      instance: text,
      path: [text, text],
    });
    await stage.put(aor, odd);
    const [found] = stage.store.bindings(aor);
    equal(JSON.stringify(found && sorted(found)), JSON.stringify(sorted(odd)), 'The binding');
  }
  equal(stage.store.aors().length, oddTexts.length, 'The addresses-of-record');
}

async function orders(stage: Stage): Promise<void> {
  await stage.put(alice, stage.binding('sip:half@h', { q: 0.5 }));
  await stage.put(alice, stage.binding('sip:old@h'));
  await stage.put(alice, stage.binding('sip:new@h', { q: 1 }));
  await stage.put(alice, stage.binding('sip:last@h', { q: 0 }));
  equal(stage.contacts(), 'sip:new@h sip:old@h sip:half@h sip:last@h', 'The order');
  await stage.put(alice, stage.binding('sip:old@h'));
  equal(stage.contacts(), 'sip:old@h sip:new@h sip:half@h sip:last@h', 'The order after a refresh');
}

async function replaces(stage: Stage): Promise<void> {
  await stage.put(alice, stage.binding('sip:a@h', { cseq: 1, userAgent: 'one' }));
  await stage.put(alice, stage.binding('sip:a@h', { cseq: 2 }));
  const [found] = stage.store.bindings(alice);
  equal(stage.store.size, 1, 'The size');
  equal(found?.cseq, 2, 'CSeq');
  equal(found?.userAgent, undefined, 'User-Agent');
  await stage.put(alice, stage.binding('sip:A@h'));
  equal(stage.store.size, 2, 'The size with a contact whose text is another');
}

async function replacesFlows(stage: Stage): Promise<void> {
  const instance = '"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"';
  const flow = (contact: string, regId: number): Binding =>
    stage.binding(contact, { instance, regId });
  await stage.put(alice, stage.binding('sip:a@h', { instance }));
  await stage.put(alice, flow('sip:a@h', 1));
  await stage.put(alice, flow('sip:a@h', 2));
  equal(stage.contacts(), 'sip:a@h sip:a@h sip:a@h', 'Two flows and a contact without flow');
  await stage.put(alice, flow('sip:b@h', 1));
  equal(stage.contacts(), 'sip:b@h sip:a@h sip:a@h', 'The contacts after the first flow moved');
  await stage.store.change(alice, {
    put: [],
    remove: [bindingKey({ contact: '', instance, regId: 2 })],
  });
  equal(stage.contacts(), 'sip:b@h sip:a@h', 'The contacts after the second flow ended');
}

async function separates(stage: Stage): Promise<void> {
  await stage.put(alice, stage.binding('sip:same@h'));
  await stage.put(bob, stage.binding('sip:same@h'), stage.binding('sip:b@h'));
  equal(stage.store.aors().toSorted().join(' '), `${alice} ${bob}`, 'The addresses-of-record');
  await stage.store.change(alice, { put: [], remove: ['sip:same@h', 'sip:b@h'] });
  equal(stage.contacts(), '', 'The contacts');
  equal(stage.contacts(bob).split(' ').length, 2, 'The contacts of the other');
  equal(stage.contacts('sip:ALICE@example.com'), '', 'The contacts of another spelling');
}

async function putsAndRemoves(stage: Stage): Promise<void> {
  await stage.put(alice, stage.binding('sip:1@h'), stage.binding('sip:2@h'));
  const change: BindingChange = { put: [stage.binding('sip:3@h')], remove: ['sip:1@h', 'sip:9@h'] };
  await stage.store.change(alice, change);
  equal(stage.contacts(), 'sip:3@h sip:2@h', 'The contacts');
  await stage.store.change(alice, { put: [], remove: ['sip:2@h', 'sip:3@h'] });
  equal(stage.store.aors().length, 0, 'The addresses-of-record in the end');
}

async function takesManyAtOnce(stage: Stage): Promise<void> {
  const numbers = Array.from({ length: 20 }, (_, number) => number);
  await Promise.all(
    numbers.flatMap((number) => [
      stage.put(alice, stage.binding(`sip:${number}@h`)),
      stage.put(`sip:${number}@example.com`, stage.binding('sip:x@h')),
    ]),
  );
  equal(stage.store.size, 40, 'The size');
  await Promise.all(
    numbers.map((number) => stage.store.change(alice, { put: [], remove: [`sip:${number}@h`] })),
  );
  equal(stage.store.size, 20, 'The size after removals');
}

async function givesSnapshots(stage: Stage): Promise<void> {
  await stage.put(alice, stage.binding('sip:a@h'));
  const before = stage.store.bindings(alice);
  await stage.store.change(alice, { put: [stage.binding('sip:b@h')], remove: ['sip:a@h'] });
  equal(before.map(({ contact }) => contact).join(), 'sip:a@h', 'The list of before');
}

async function ends(stage: Stage): Promise<void> {
  const { clock } = stage.world;
  await stage.put(alice, stage.binding('sip:short@h', { due: clock.now() + 60_000 }));
  await stage.put(alice, stage.binding('sip:long@h'));
  await stage.put(bob, stage.binding('sip:b@h', { due: clock.now() + 60_000 }));
  await clock.elapse(59_999);
  equal(stage.store.size, 3, 'The size before');
  await clock.elapse(1);
  equal(stage.contacts(), 'sip:long@h', 'The contacts when it is due');
  equal(stage.store.aors().join(), alice, 'The addresses-of-record');
  equal(stage.store.size, 1, 'The size');
  await clock.elapse(hour);
  equal(stage.store.size, 0, 'The size in the end');
}

async function refreshes(stage: Stage): Promise<void> {
  const { clock } = stage.world;
  await stage.put(alice, stage.binding('sip:a@h', { due: clock.now() + 60_000 }));
  await stage.put(bob, stage.binding('sip:b@h'));
  await clock.elapse(59_000);
  await stage.put(alice, stage.binding('sip:a@h', { due: clock.now() + 60_000 }));
  await stage.put(bob, stage.binding('sip:b@h', { due: clock.now() + 30_000 }));
  await clock.elapse(29_999);
  equal(`${stage.contacts()} ${stage.contacts(bob)}`, 'sip:a@h sip:b@h', 'The contacts');
  await clock.elapse(1);
  equal(`${stage.contacts()} ${stage.contacts(bob)}`, 'sip:a@h ', 'The contacts later');
  await clock.elapse(30_000);
  equal(stage.store.size, 0, 'The size in the end');
}

async function closesFlows(stage: Stage): Promise<void> {
  await stage.put(
    alice,
    stage.connected('sip:a@x.invalid', 'ws 1'),
    stage.connected('sip:b@x.invalid', 'ws 2'),
    stage.binding('sip:c@h', { flow: 'ws 1' }),
  );
  await stage.put(bob, stage.connected('sip:d@x.invalid', 'ws 1'));
  stage.store.flowClosed('ws 1');
  equal(
    stage.contacts().split(' ').toSorted().join(' '),
    'sip:b@x.invalid sip:c@h',
    'The contacts',
  );
  equal(stage.contacts(bob), '', 'The contacts of the other');
  equal(stage.store.size, 2, 'The size');
}

async function movesFlows(stage: Stage): Promise<void> {
  await stage.put(alice, stage.connected('sip:a@x.invalid', 'ws 1'));
  await stage.put(alice, stage.connected('sip:a@x.invalid', 'ws 2'));
  stage.store.flowClosed('ws 1');
  equal(stage.contacts(), 'sip:a@x.invalid', 'The contacts');
  stage.store.flowClosed('ws 2');
  equal(stage.contacts(), '', 'The contacts in the end');
}

async function outlives(stage: Stage): Promise<void> {
  const { reopen, clock } = stage.world;
  if (reopen === undefined) return;
  await stage.put(alice, stage.binding('sip:a@h', { q: 0.5 }), stage.binding('sip:b@h'));
  await stage.put(alice, stage.binding('sip:c@h', { due: clock.now() + 60_000 }));
  await stage.put(bob, stage.binding('sip:d@h'));
  await stage.store.change(bob, { put: [], remove: ['sip:d@h'] });
  const before = stage.store.bindings(alice);
  const again = await reopen();
  const shown = (list: readonly Binding[]): string => JSON.stringify(list.map(sorted));
  equal(shown(again.bindings(alice)), shown(before), 'The bindings after it was opened again');
  equal(again.size, 3, 'The size');
  await clock.elapse(60_000);
  equal(again.size, 2, 'The size when one has ended');
  await again.close();
}

async function closesTwice(stage: Stage): Promise<void> {
  await stage.put(alice, stage.binding('sip:a@h'));
  await stage.store.close();
  await stage.store.close();
}
