// Registrations that follow their flows: instance and reg-id, keep-alives, several servers, GRUUs, Service-Route
// (RFC 5626, RFC 6223, RFC 5627, RFC 3608, RFC 3327).
import { describe, expect, test } from 'vitest';
import { answerBinding } from '../../packages/sip/src/stun/binding.ts';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Arrived, ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Protocol } from '../../packages/sip/src/transport/port.ts';
import { answerWith } from './calls.ts';
import { bare, row } from './texts.ts';
import { inWorld } from './world.ts';
import type { Agent, AgentOptions, World } from './world.ts';

const instance = 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
const account = { aor: 'sip:alice@example.com' };

/** What a registrar says besides the binding. */
interface Grant {
  readonly outbound?: boolean;
  readonly headers?: readonly string[];
  readonly contact?: string;
  /** What it makes of `keep` in Via. */
  readonly keep?: string;
}

/** A registrar and first hop that takes every REGISTER and answers STUN. */
async function edge(
  world: World,
  host: string,
  { outbound = true, headers = [], contact = '', keep }: Grant = {},
  protocol: Protocol = 'UDP',
): Promise<ScriptedPeer> {
  const peer = await world.peer(host, protocol);
  peer.when('REGISTER', (register) => {
    const { host: seen, port } = register.flow.remote;
    const text = register.text
      .replace(';rport', `;rport=${port};received=${seen}`)
      .replace(/;keep\r\n/, keep === undefined ? ';keep\r\n' : `;keep=${keep}\r\n`);
    const gone = row(register, 'Expires') === '0';
    peer.respond({ ...register, text }, 200, {
      headers: [
        ...(gone ? [] : [`Contact: ${row(register, 'Contact')}${contact}`]),
        ...(outbound ? ['Require: outbound'] : []),
        ...headers,
      ],
    });
  });
  peer.whenKeptAlive(({ bytes, flow }) => {
    const answer = answerBinding(bytes, flow.remote);
    if (answer !== undefined) peer.sendRaw(answer, flow);
  });
  return peer;
}

async function alice(world: World, options: AgentOptions = {}): Promise<Agent> {
  return world.agent('alice', '10.0.0.1', {
    account,
    server: 'sip:10.0.0.9',
    outbound: { instance },
    ...options,
  });
}

function registers({ log }: ScriptedPeer): readonly Arrived[] {
  return log.filter(({ text }) => text.startsWith('REGISTER'));
}

const contactsOf = (peer: ScriptedPeer): readonly string[] =>
  registers(peer).map((register) => row(register, 'Contact'));

describe('A registration with outbound', () => {
  test('RFC 5626 §4.2.1: names instance and flow, the same in each REGISTER, and says what it knows', () =>
    inWorld(async (world) => {
      const server = await edge(world, '10.0.0.9');
      const { ua } = await alice(world);
      await world.during(ua.register());
      await world.during(ua.unregister());
      expect(contactsOf(server)).toEqual(
        [3600, 0].map(
          (seconds) =>
            `<sip:alice@10.0.0.1:5060;ob>;+sip.instance="<${instance}>";reg-id=1;expires=${seconds}`,
        ),
      );
      expect(row(registers(server)[0] ?? { text: '' }, 'Supported')).toBe('path, outbound, gruu');
    }));

  test('RFC 5626 §4.1: draws an instance of its own when none is said, and refuses what is none', () =>
    inWorld(async (world) => {
      const server = await edge(world, '10.0.0.9');
      const { ua } = await alice(world, { outbound: {} });
      await world.during(ua.register());
      await world.during(ua.unregister());
      const [first, last] = contactsOf(server).map((text) => /"<(.*)>"/.exec(text)?.[1]);
      expect(first).toMatch(
        /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      expect(last).toBe(first);
      await expect(alice(world, { outbound: { instance: 'a">' } })).rejects.toThrow(TypeError);
    }));

  test('RFC 5626 §11.6: does without it after 439', () =>
    inWorld(async (world) => {
      const peer = await world.peer('10.0.0.9');
      peer.when('REGISTER', (register) => {
        if (row(register, 'Contact').includes('reg-id')) peer.respond(register, 439);
        else peer.respond(register, 200, { headers: [`Contact: ${row(register, 'Contact')}`] });
      });
      const { ua } = await alice(world);
      await world.during(ua.register());
      expect(contactsOf(peer)[1]).toBe('<sip:alice@10.0.0.1:5060>;expires=3600');
      await world.during(ua.unregister());
      expect(peer.keepAlives).toEqual([]);
    }));

  test('RFC 5627 §4.4, RFC 3608 §6.1: calls with its GRUU, by the way that the registrar wants', () =>
    inWorld(async (world) => {
      const server = await edge(world, '10.0.0.9', {
        contact:
          ';pub-gruu="sip:alice@example.com;gr=urn:uuid:1";temp-gruu="sip:x7y@example.com;gr"',
        headers: ['Service-Route: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>'],
      });
      const { ua } = await alice(world);
      await world.during(ua.register());
      expect(ua.registration?.gruus).toEqual({
        public: 'sip:alice@example.com;gr=urn:uuid:1',
        temporary: 'sip:x7y@example.com;gr',
      });
      expect(ua.registration?.bindings).toMatchObject([
        { instance: `<${instance}>`, regId: 1, expiresSeconds: 3600 },
      ]);
      server.when('INVITE', (invite) => answerWith(server, invite));
      server.when('BYE', (bye) => server.respond(bye, 200));
      server.when('OPTIONS', (asked) => server.respond(asked, 200));
      const call = await world.during(ua.call('sip:bob@example.com').answered);
      await world.during(call.hangUp());
      await world.during(ua.options('sip:bob@example.com'));
      for (const method of ['INVITE', 'OPTIONS']) {
        const sent = server.log.find(({ text }) => text.startsWith(method));
        expect(headerRows(sent?.text ?? '', 'Route')).toEqual([
          '<sip:p1.example.com;lr>',
          '<sip:p2.example.com;lr>',
        ]);
        expect(row(sent ?? { text: '' }, 'Supported')).toMatch(/, outbound, gruu$/);
        expect(bare(row(sent ?? { text: '' }, 'Contact'))).toBe(
          'sip:alice@example.com;gr=urn:uuid:1',
        );
      }
      await world.during(ua.unregister());
      expect([ua.registration?.gruus, ua.registration?.serviceRoute]).toEqual([undefined, []]);
    }));

  test('RFC 5627 §3.1: a GRUU without gr, or that is no SIP URI, is none', () =>
    inWorld(async (world) => {
      for (const [at, gruu] of ['sip:alice@example.com', 'tel:+1', 'sip:a b'].entries()) {
        await edge(world, `10.0.1.${at}`, { contact: `;pub-gruu="${gruu}"` });
        const { ua } = await world.agent('alice', `10.0.2.${at}`, {
          account,
          server: `sip:10.0.1.${at}`,
          outbound: { instance },
        });
        await world.during(ua.register());
        expect(ua.registration?.gruus).toBeUndefined();
        await world.during(ua.unregister());
      }
    }));
});

describe('Two flows', () => {
  const outbound = { instance, proxies: ['sip:10.0.0.8'] };

  test('RFC 5626 §4.2.1: have a Call-ID and a reg-id each; one that fails leaves the other, and takes calls elsewhere (C045)', () =>
    inWorld(async (world) => {
      const [first, second] = [await edge(world, '10.0.0.9'), await edge(world, '10.0.0.8')];
      const { ua } = await alice(world, { outbound, expiresSeconds: 600 });
      await world.during(ua.register());
      await world.elapse(60_000);
      const [one, two] = [registers(first)[0], registers(second)[0]];
      if (one === undefined || two === undefined) throw new Error('Both were asked');
      expect(row(one, 'Call-ID')).not.toBe(row(two, 'Call-ID'));
      expect(
        [row(one, 'Contact'), row(two, 'Contact')].map((text) => /reg-id=(\d)/.exec(text)?.[1]),
      ).toEqual(['1', '2']);
      const told: string[] = [];
      ua.registration?.events.on('lost', () => told.push('lost'));
      ua.registration?.events.on('flow', ({ regId, state }) => told.push(`${regId} ${state}`));
      await world.during(first.close());
      await world.elapse(110_000);
      expect(told.slice(0, 2)).toEqual(['1 Registering', '1 Waiting']);
      expect(told).not.toContain('lost');
      expect([ua.registration?.state, ua.registration?.flows.map(({ state }) => state)]).toEqual([
        'Registered',
        ['Waiting', 'Registered'],
      ]);
      second.when('OPTIONS', (asked) => second.respond(asked, 200));
      expect((await world.during(ua.options('sip:bob@example.com'))).status).toBe(200);
      await world.during(ua.unregister());
      expect(ua.registration?.state).toBe('Unregistered');
    }));

  test('RFC 5626 §4.5: a lost flow waits from 90 s on while the other one stands, from 30 s on when none does (C045)', () =>
    inWorld(async (world) => {
      const first = await world.peer('10.0.0.9');
      first.when('REGISTER', (register) => first.respond(register, 500));
      await edge(world, '10.0.0.8');
      const { ua } = await alice(world, { outbound });
      await world.during(ua.register());
      await world.elapse(3_600_000);
      const times = registers(first).map(({ at }) => at / 1000);
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      expect(gaps.length).toBeGreaterThan(2);
      for (const [index, gap] of gaps.entries()) {
        const most = Math.min(1800, 90 * 2 ** (index + 1));
        expect(gap).toBeGreaterThanOrEqual(most / 2);
        expect(gap).toBeLessThanOrEqual(most + 1);
      }
      await world.during(ua.unregister());
    }));

  test('RFC 5626 §4.2.1: are in vain only when both are: one refusal is told as such, the whole is not', () =>
    inWorld(async (world) => {
      const first = await world.peer('10.0.0.9');
      first.when('REGISTER', (register) => first.respond(register, 403));
      const second = await world.peer('10.0.0.8');
      const { ua } = await alice(world, { outbound });
      const refused = ua.register().catch((error: unknown) => error);
      await world.elapse(100);
      expect(ua.registration?.state).toBe('Registering');
      second.respond(second.take('REGISTER'), 403);
      expect(await world.during(refused)).toMatchObject({ code: 'SIP_AUTH', status: 403 });
    }));
});

describe('Keep-alives of a registration', () => {
  test('RFC 5626 §4.4.2: go by STUN on UDP, every 24 to 29 s, once the registrar has said outbound (C044)', () =>
    inWorld(async (world) => {
      const server = await edge(world, '10.0.0.9');
      const { ua } = await alice(world);
      await world.during(ua.register());
      await world.elapse(600_000);
      const times = server.keepAlives.map(({ at }) => at / 1000);
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      expect(gaps.length).toBeGreaterThan(18);
      for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(24);
      for (const gap of gaps) expect(gap).toBeLessThanOrEqual(29.1);
      await world.during(ua.unregister());
      const { length } = server.keepAlives;
      await world.elapse(100_000);
      expect([server.keepAlives.length, registers(server).length]).toEqual([length, 2]);
    }));

  test('RFC 5626 §4.2.1, RFC 6223 §4.3: do not come when nobody asked for them, and do when `keep` gets a value', () =>
    inWorld(async (world) => {
      for (const [keep, least] of [
        [undefined, 0],
        ['0', 3],
        ['10', 9],
      ] as const) {
        const server = await edge(world, '10.0.0.9', { outbound: false, ...(keep && { keep }) });
        const { ua } = await alice(world, { outbound: undefined, port: least + 5060 });
        await world.during(ua.register());
        expect(row(registers(server)[0] ?? { text: '' }, 'Via')).toMatch(/;keep$/);
        await world.elapse(100_000);
        expect(server.keepAlives.length).toBeGreaterThanOrEqual(least);
        expect(server.keepAlives.length).toBeLessThanOrEqual(least + 4 * Math.sign(least));
        await world.during(ua.unregister());
        await world.during(server.close());
      }
    }));

  test('RFC 5626 §4.4.2: find a NAT box that has forgotten us: reachable again within 30 s, with the same reg-id (C043, X12)', () =>
    inWorld(async (world) => {
      const nat = world.network.nat({ outside: '203.0.113.1', inside: ['10.0.0.1'] });
      const server = await edge(world, '192.0.2.9');
      const { ua } = await alice(world, { server: 'sip:192.0.2.9' });
      await world.during(ua.register());
      await world.elapse(200_000);
      expect(registers(server)).toHaveLength(1);
      nat.rebind();
      const before = world.clock.now();
      await world.elapse(30_000);
      const [first, again] = registers(server);
      if (first === undefined || again === undefined) throw new Error('It did not register again');
      expect(again.at - before).toBeLessThanOrEqual(29_100);
      expect(again.flow.remote.port).not.toBe(first.flow.remote.port);
      expect(row(again, 'Contact')).toBe(row(first, 'Contact'));
      expect(ua.registration?.state).toBe('Registered');
      await world.during(ua.unregister());
    }));

  test('RFC 5626 §4.5: one answer is enough: a flow that is gone right after it is replaced at once (C043)', () =>
    inWorld(async (world) => {
      const nat = world.network.nat({ outside: '203.0.113.1', inside: ['10.0.0.1'] });
      const server = await edge(world, '192.0.2.9', { headers: ['Flow-Timer: 2'] });
      const { ua } = await alice(world, { server: 'sip:192.0.2.9' });
      await world.during(ua.register());
      await world.elapse(2_020);
      nat.rebind();
      await world.elapse(2_100);
      expect([ua.registration?.state, registers(server).length]).toEqual(['Registered', 2]);
      await world.during(ua.unregister());
    }));

  test('RFC 5626 §4.4.1: without pong within 10 s the connection is given up, and another one takes its place at once (C043)', () =>
    inWorld(async (world) => {
      const server = await edge(world, '10.0.0.9', { headers: ['Flow-Timer: 60'] }, 'TCP');
      const { ua } = await alice(world, { protocol: 'TCP', server: 'sip:10.0.0.9;transport=tcp' });
      await world.during(ua.register());
      await world.elapse(61_000);
      expect(registers(server)).toHaveLength(1);
      const lost: unknown[] = [];
      ua.registration?.events.on('lost', ({ message }) => {
        lost.push(message);
        world.network.join('10.0.0.1', '10.0.0.9');
      });
      world.network.separate('10.0.0.1', '10.0.0.9');
      await world.elapse(60_000 + 10_100);
      const [first, again] = registers(server);
      expect(lost).toEqual(['No answer came to a keep-alive']);
      expect(again?.flow.id).not.toBe(first?.flow.id);
      expect(ua.registration?.state).toBe('Registered');
      await world.during(ua.unregister());
    }));

  test('RFC 5626 §4.5: a flow that never answered one has failed, and is tried again after a while only (C045)', () =>
    inWorld(async (world) => {
      const server = await edge(world, '10.0.0.9');
      server.whenKeptAlive(() => undefined);
      const { ua } = await alice(world);
      await world.during(ua.register());
      await world.elapse(29_000 + 40_000);
      expect(ua.registration?.state).toBe('Waiting');
      await world.elapse(61_000);
      expect(registers(server)).toHaveLength(2);
      await world.during(ua.unregister());
    }));

  test('RFC 5626 §4.2.2: a refresh goes over its flow; when that is gone another one takes its place at once (C043)', () =>
    inWorld(async (world) => {
      const server = await edge(world, '10.0.0.9', { headers: ['Flow-Timer: 30'] }, 'TCP');
      const { ua } = await alice(world, {
        protocol: 'TCP',
        server: 'sip:10.0.0.9;transport=tcp',
        expiresSeconds: 600,
      });
      await world.during(ua.register());
      await world.elapse(541_000);
      const [first, refreshed] = registers(server);
      expect(refreshed?.flow.id).toBe(first?.flow.id);
      // The server is silent for a moment, and then the connection breaks while the next refresh is under way.
      server.whenKeptAlive(() => undefined);
      await world.elapse(539_990 - 1_000);
      world.network.separate('10.0.0.1', '10.0.0.9');
      await world.elapse(1_020);
      const { state } = ua.registration ?? {};
      expect(state).toBe('Refreshing');
      world.network.join('10.0.0.1', '10.0.0.9');
      world.network.cut('10.0.0.1');
      await world.elapse(100);
      expect(ua.registration?.state).toBe('Registered');
      await world.during(ua.unregister());
    }));

  test('RFC 5626 §4.5: a refresh that cannot be sent, on a flow that never answered a keep-alive, waits (C045)', () =>
    inWorld(async (world) => {
      const server = await edge(world, '10.0.0.9', { headers: ['Flow-Timer: 3000'] }, 'TCP');
      const { ua } = await alice(world, {
        protocol: 'TCP',
        server: 'sip:10.0.0.9;transport=tcp',
        expiresSeconds: 100,
      });
      await world.during(ua.register());
      await world.during(server.close());
      await world.elapse(10);
      expect(ua.registration?.state).toBe('Waiting');
      await world.elapse(100_000);
      expect(['Waiting', 'Registering']).toContain(ua.registration?.state);
      await world.during(ua.close());
    }));

  test('RFC 6223 §4.4: are wanted by our own endpoint, in the answer to a REGISTER and to nothing else', () =>
    inWorld(async (world) => {
      await world.agent('bob', '10.0.0.2');
      const peer = await world.peer('10.0.0.9');
      for (const method of ['REGISTER', 'OPTIONS']) {
        peer.send(
          `${method} sip:bob@10.0.0.2 SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK-${method};keep\nFrom: <sip:p@x>;tag=1\nTo: <sip:bob@10.0.0.2>\nCall-ID: 1\nCSeq: 1 ${method}\n\n`,
          { host: '10.0.0.2', port: 5060 },
        );
      }
      await world.elapse(50);
      expect(peer.log.map((arrived) => /;keep.*/.exec(row(arrived, 'Via'))?.[0])).toEqual([
        ';keep=29',
        ';keep',
      ]);
    }));
});
