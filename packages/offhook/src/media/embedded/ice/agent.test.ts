// Two agents over a wire of the test, on virtual time; and strangers who try to join them.
import { expect, test } from 'vitest';
import { IceAgent } from './agent.ts';
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
    const end = to === 1000 ? this.left : this.right;
    const host = from === 2000 || from === 2001 ? '10.0.0.2' : '10.0.0.1';
    end.agent.received(bytes, 0, host, from, this.now);
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
  'after a restart by end %i a new pair is found, and the old one carries on',
  (by) => {
    const wire = new Wire();
    wire.introduce();
    wire.run(500);
    const [mover, other] = by === 0 ? [wire.left, wire.right] : [wire.right, wire.left];
    const names = mover.agent.local;
    mover.agent.restart();
    other.agent.restart();
    expect(mover.agent.local.ufrag).not.toBe(names.ufrag);
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
