// Two agents over a wire of the test, on virtual time; and strangers who try to join them.
import { expect, test } from 'vitest';
import { bindingRequest, formatProvenStun, formatStun, parseStun } from '@offhook/sip/stun';
import { IceAgent } from './agent.ts';
import { macOf } from './credentials.ts';
import { errorCodeOf, formatCheck } from './messages.ts';
import type { IceRole } from './messages.ts';

interface End {
  readonly agent: IceAgent;
  readonly port: number;
  selections: number;
  failures: string[];
}

/** Two agents, and the datagrams that are under way between them. */
class Wire {
  now = 0;
  readonly left: End;
  readonly right: End;
  /** What is under way; `from` and `to` are ports. */
  readonly queue: { at: number; from: number; to: number; bytes: Uint8Array }[] = [];
  delay = 5;
  lost: (from: number, to: number) => boolean = () => false;
  /** The port that the one on the right seems to send from, behind an address translator. */
  moved = 2000;
  /** The port under which it is reached. */
  reachable = 2000;

  constructor(leftRole: IceRole = 'controlling', rightRole: IceRole = 'controlled') {
    this.left = this.#end(leftRole, 1000);
    this.right = this.#end(rightRole, 2000);
  }

  #end(role: IceRole, port: number): End {
    const agent = new IceAgent({
      role,
      send: (bytes, _base, _host, to) => {
        this.queue.push({ at: this.now + this.delay, from: port, to, bytes: bytes.slice() });
      },
      selected: () => {
        end.selections += 1;
      },
      failed: (reason) => end.failures.push(reason),
      fraction: () => 0.5,
    });
    agent.addBase(0, { type: 'host', family: 4 });
    const end: End = { agent, port, selections: 0, failures: [] };
    return end;
  }

  introduce(): void {
    this.left.agent.addCandidate({ host: '10.0.0.2', port: 2000, priority: 2_130_706_431 });
    this.left.agent.meet(this.right.agent.local, this.now);
    this.right.agent.addCandidate({ host: '10.0.0.1', port: 1000, priority: 2_130_706_431 });
    this.right.agent.meet(this.left.agent.local, this.now);
  }

  run(milliseconds: number): void {
    for (const end = this.now + milliseconds; this.now < end; this.now += 5) {
      for (const packet of this.queue.splice(0)) {
        if (packet.at > this.now) this.queue.push(packet);
        else if (!this.lost(packet.from, packet.to)) this.#deliver(packet);
      }
      if (this.now % 20 === 0) {
        this.left.agent.tick(this.now);
        this.right.agent.tick(this.now);
      }
    }
  }

  #deliver({ from, to, bytes }: { from: number; to: number; bytes: Uint8Array }): void {
    if (to !== 1000 && to !== this.reachable) return;
    const end = to === 1000 ? this.left : this.right;
    const host = from === 2000 || from === 2001 ? '10.0.0.2' : '10.0.0.1';
    end.agent.received(bytes, 0, host, from === 2000 ? this.moved : from, this.now);
  }
}

test('two agents find each other and agree on one pair', () => {
  const wire = new Wire();
  wire.introduce();
  wire.run(500);
  expect(wire.left.agent.pair).toMatchObject({ host: '10.0.0.2', port: 2000, nominated: true });
  expect(wire.right.agent.pair).toMatchObject({ host: '10.0.0.1', port: 1000, nominated: true });
  expect([wire.left.selections, wire.right.selections]).toEqual([1, 1]);
});

test.each(['controlling', 'controlled'] as const)(
  'RFC 8445 §7.3.1.1: of two that are both %s one changes its role',
  (role) => {
    const wire = new Wire(role, role);
    wire.introduce();
    wire.run(2000);
    expect(wire.left.agent.pair?.nominated).toBe(true);
    expect(wire.right.agent.pair?.nominated).toBe(true);
  },
);

test.each([0, 1])(
  'RFC 8445 §9: after a restart by end %i both names are new, and the old pair carries on until there is a new one (C198)',
  (by) => {
    const wire = new Wire();
    wire.introduce();
    wire.run(500);
    const [mover, other] = by === 0 ? [wire.left, wire.right] : [wire.right, wire.left];
    const names = mover.agent.local;
    mover.agent.restart();
    other.agent.restart();
    expect(mover.agent.local.ufrag).not.toBe(names.ufrag);
    expect(mover.agent.local.password).not.toBe(names.password);
    expect(mover.agent.pair).toBeDefined();
    wire.introduce();
    wire.run(1000);
    expect(mover.agent.pair?.nominated).toBe(true);
    expect([wire.left.selections, wire.right.selections]).toEqual([2, 2]);
    wire.run(60_000);
    expect([...wire.left.failures, ...wire.right.failures]).toEqual([]);
  },
);

test('RFC 7675 §5.1: without an answer for thirty seconds the consent is over', () => {
  const wire = new Wire();
  wire.introduce();
  wire.run(20_000);
  expect(wire.left.failures).toEqual([]);
  wire.lost = () => true;
  wire.run(25_000);
  expect(wire.left.failures).toEqual([]);
  wire.run(12_000);
  expect(wire.left.failures).toEqual(['The peer does not answer any more']);
  expect(wire.left.agent.pair).toBeUndefined();
});

test('a peer that nobody can reach is given up after forty seconds', () => {
  const wire = new Wire();
  wire.lost = () => true;
  wire.introduce();
  wire.run(39_000);
  expect(wire.left.failures).toEqual([]);
  wire.run(3000);
  expect(wire.left.failures).toEqual(['No way to the peer was found']);
});

test('a peer that checks with our name of before a restart is answered, and checked back, under that name', () => {
  const wire = new Wire();
  wire.introduce();
  wire.run(500);
  const [{ agent: left }, { agent: right }] = [wire.left, wire.right];
  // The one on the left restarts and already checks from its new names, before the one on the right has heard of it.
  const before = right.local;
  left.restart();
  left.addCandidate({ host: '10.0.0.2', port: 2000, priority: 2_130_706_431 });
  left.meet(before, wire.now);
  wire.run(100);
  right.restart();
  right.meet(left.local, wire.now);
  wire.run(1000);
  expect(left.pair?.nominated).toBe(true);
  expect(right.pair?.nominated).toBe(true);
  expect([wire.left.selections, wire.right.selections]).toEqual([2, 2]);
  wire.run(40_000);
  expect([...wire.left.failures, ...wire.right.failures]).toEqual([]);
});

const transaction = new Uint8Array(12).fill(9);

/** What a stranger sends to the one on the left, and the error code that comes back; undefined when nothing does. */
function answerTo(wire: Wire, bytes: Uint8Array): number | undefined {
  wire.left.agent.received(bytes, 0, '10.9.9.9', 9999, wire.now);
  const answer = wire.queue.find(({ to }) => to === 9999)?.bytes;
  const message = answer && parseStun(answer);
  return message?.class === 'error' ? errorCodeOf(message.attributes) : message && 200;
}

function checkTo(
  wire: Wire,
  password: string,
  ufrag: string = wire.left.agent.local.ufrag,
): Uint8Array {
  const check = {
    transaction,
    localUfrag: 'evil',
    remoteUfrag: ufrag,
    priority: 2_130_706_431,
    role: 'controlling',
    tieBreaker: 2n ** 64n - 1n,
    nominates: true,
  } as const;
  return formatCheck(check, macOf(password));
}

test.each([
  ['without MESSAGE-INTEGRITY', 400, () => bindingRequest(transaction)],
  ['with a wrong password', 401, (wire: Wire) => checkTo(wire, 'not the password at all')],
  [
    'with a name that is not ours',
    401,
    (wire: Wire) => checkTo(wire, wire.left.agent.local.password, 'nobody'),
  ],
  [
    'with a name of 513 octets',
    400,
    (wire: Wire) => checkTo(wire, wire.left.agent.local.password, 'n'.repeat(508)),
  ],
])(
  'RFC 8445 §7.3: a check %s gets %i and leads to no pair and no other role (C197, A65)',
  (_how, code, make) => {
    const wire = new Wire('controlled', 'controlling');
    wire.introduce();
    wire.run(500);
    const { pair } = wire.left.agent;
    expect(answerTo(wire, make(wire))).toBe(code);
    wire.run(500);
    expect(wire.left.agent.pair).toBe(pair);
    expect(wire.left.agent.isChecked(0, '10.9.9.9', 9999)).toBe(false);
    expect(wire.queue.filter(({ to }) => to === 9999)).toEqual([]);
  },
);

test('RFC 8489 §14.5: what stands behind MESSAGE-INTEGRITY is passed over (C197, A65)', () => {
  const wire = new Wire('controlled', 'controlling');
  wire.introduce();
  const { local } = wire.left.agent;
  const proven = checkTo(wire, local.password);
  const message = parseStun(proven);
  if (message === undefined) throw new Error('It is no STUN message');
  const nomination = message.attributes.find(({ type }) => type === 0x0025);
  const others = message.attributes.filter(({ type }) => type !== 0x0025 && type !== 0x0008);
  const signed = parseStun(
    formatProvenStun({ ...message, attributes: others }, macOf(local.password)),
  );
  if (signed === undefined || nomination === undefined) throw new Error('It has no nomination');
  const bent = formatStun({ ...signed, attributes: [...signed.attributes, nomination] });
  expect(answerTo(wire, bent)).toBe(200);
  wire.run(100);
  expect(wire.left.agent.pair?.host).not.toBe('10.9.9.9');
});

test('RFC 8445 §7.2.5.2.1: an answer from another address than was asked fails the pair (C197, A65)', () => {
  const wire = new Wire();
  wire.introduce();
  wire.moved = 2001;
  wire.run(3000);
  expect(wire.left.agent.pair).toBeUndefined();
});

test('lengths that lie, and each octet of a check bent, change nothing (A65)', () => {
  const wire = new Wire('controlled', 'controlling');
  wire.introduce();
  wire.run(500);
  const { pair } = wire.left.agent;
  const good = checkTo(wire, wire.left.agent.local.password);
  for (let at = 0; at < good.length; at += 1) {
    const bent = good.slice();
    bent[at] = (bent[at] ?? 0) ^ 0x81;
    wire.left.agent.received(bent, 0, '10.9.9.9', 9999, wire.now);
    wire.left.agent.received(good.subarray(0, at), 0, '10.9.9.9', 9999, wire.now);
  }
  wire.queue.length = 0;
  wire.run(500);
  expect(wire.left.agent.pair).toBe(pair);
  expect(wire.left.agent.isChecked(0, '10.9.9.9', 9999)).toBe(false);
});

test.each(['controlling', 'controlled'] as const)(
  'a %s peer whose address translator gives it another port is followed with its next check (X12)',
  (role) => {
    const wire = new Wire(role === 'controlling' ? 'controlled' : 'controlling', role);
    wire.introduce();
    wire.run(8000);
    expect(wire.left.agent.pair?.port).toBe(2000);
    // The old port of the translator leads nowhere any more.
    wire.moved = 2001;
    wire.reachable = 2001;
    wire.run(14_000);
    expect(wire.left.agent.pair?.port).toBe(2001);
    expect(wire.left.agent.isChecked(0, '10.0.0.2', 2001)).toBe(true);
    wire.run(60_000);
    expect([...wire.left.failures, ...wire.right.failures]).toEqual([]);
  },
);
