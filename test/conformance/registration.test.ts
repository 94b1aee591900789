// The registration client (RFC 3261 §10.2, §22.2; RFC 5626 §4.5; RFC 8760).
import { describe, expect, test } from 'vitest';
import { ha1 } from '../../packages/sip/src/auth/ha1.ts';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Arrived, ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import { answerWith } from './calls.ts';
import { bare, row } from './texts.ts';
import { inWorld } from './world.ts';
import type { Agent, AgentOptions, World } from './world.ts';

const account = { aor: 'sip:alice@example.com', password: 'secret' };

async function pair(
  world: World,
  options: AgentOptions = {},
): Promise<{ readonly alice: Agent; readonly registrar: ScriptedPeer }> {
  const registrar = await world.peer('10.0.0.9');
  const alice = await world.agent('alice', '10.0.0.1', {
    account,
    server: 'sip:10.0.0.9',
    ...options,
  });
  return { alice, registrar };
}

/** Grants what is asked, or so many seconds, as a registrar does. */
function grant(registrar: ScriptedPeer, register: Arrived, seconds?: number): void {
  const asked = Number(row(register, 'Expires'));
  const bound = `Contact: <${bare(row(register, 'Contact'))}>;expires=${seconds ?? asked}, <sip:other@10.7.7.7>;expires=7`;
  registrar.respond(register, 200, { headers: asked === 0 ? [] : [bound] });
}

function registers(registrar: ScriptedPeer): readonly Arrived[] {
  return registrar.log.filter(({ text }) => text.startsWith('REGISTER'));
}

async function leave(world: World, { ua }: Agent, registrar: ScriptedPeer): Promise<void> {
  registrar.when('REGISTER', (register) => grant(registrar, register));
  await world.during(ua.unregister());
}

describe('A registration', () => {
  test('RFC 3261 §10.2: goes to the domain, names the address, and counts up CSeq with one Call-ID (C078)', () =>
    inWorld(async (world) => {
      const { alice, registrar } = await pair(world);
      registrar.when('REGISTER', (register) => grant(registrar, register));
      expect(await world.during(alice.ua.register())).toEqual({ expiresSeconds: 3600 });
      await world.during(alice.ua.register());
      await world.during(alice.ua.unregister());
      const [first, second, last] = registers(registrar);
      if (first === undefined || second === undefined || last === undefined)
        throw new Error('Three were sent');
      expect(first.text).toMatch(/^REGISTER sip:example\.com SIP\/2\.0/);
      expect(headerRows(first.text, 'Contact')).toEqual(['<sip:alice@10.0.0.1:5060>;expires=3600']);
      expect(row(first, 'To')).toBe('<sip:alice@example.com>');
      expect([first, second, last].map((one) => row(one, 'CSeq'))).toEqual([
        '1 REGISTER',
        '2 REGISTER',
        '3 REGISTER',
      ]);
      for (const name of ['Call-ID', 'From']) expect(row(second, name)).toBe(row(first, name));
      expect(row(last, 'Contact')).toBe('<sip:alice@10.0.0.1:5060>;expires=0');
      expect(alice.ua.registration?.state).toBe('Unregistered');
    }));

  test('RFC 3261 §10.2.4: is refreshed before the granted time, not the asked one, is over', () =>
    inWorld(async (world) => {
      const { alice, registrar } = await pair(world);
      registrar.when('REGISTER', (register) => grant(registrar, register, 60));
      expect(await world.during(alice.ua.register())).toEqual({ expiresSeconds: 60 });
      await world.elapse(600_000);
      const times = registers(registrar).map(({ at }) => at);
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      expect(times.length).toBeGreaterThan(10);
      for (const gap of gaps) expect(gap).toBeLessThan(60_000 - 5_000);
      for (const gap of gaps) expect(gap).toBeGreaterThan(20_000);
      await world.during(alice.ua.unregister());
    }));

  test('RFC 3261 §10.2.4: a grant of 136 years does not make a storm', () =>
    inWorld(async (world) => {
      const { alice, registrar } = await pair(world);
      registrar.when('REGISTER', (register) => grant(registrar, register, 4_294_967_295));
      await world.during(alice.ua.register());
      await world.elapse(3_600_000);
      expect(registers(registrar)).toHaveLength(1);
      await world.during(alice.ua.unregister());
    }));

  test('RFC 3261 §10.2.4: a grant of nothing does not either', () =>
    inWorld(async (world) => {
      const { alice, registrar } = await pair(world);
      registrar.when('REGISTER', (register) => grant(registrar, register, 0));
      await world.during(alice.ua.register());
      await world.elapse(10_000);
      expect(registers(registrar).length).toBeLessThanOrEqual(11);
      await world.during(alice.ua.unregister());
    }));

  test('RFC 3261 §10.2.8: a 423 is followed by Min-Expires', () =>
    inWorld(async (world) => {
      const { alice, registrar } = await pair(world, { expiresSeconds: 30 });
      registrar.when('REGISTER', (register) => {
        if (row(register, 'Expires') === '30')
          registrar.respond(register, 423, { headers: ['Min-Expires: 90'] });
        else grant(registrar, register);
      });
      expect(await world.during(alice.ua.register())).toEqual({ expiresSeconds: 90 });
      expect(registers(registrar).map((one) => row(one, 'CSeq'))).toEqual([
        '1 REGISTER',
        '2 REGISTER',
      ]);
      await world.during(alice.ua.unregister());
    }));

  test('RFC 3261 §10.2.8: a registrar that always wants more is left', () =>
    inWorld(async (world) => {
      const { alice, registrar } = await pair(world);
      registrar.when('REGISTER', (register) =>
        registrar.respond(register, 423, {
          headers: [`Min-Expires: ${Number(row(register, 'Expires')) + 1}`],
        }),
      );
      await expect(world.during(alice.ua.register())).rejects.toMatchObject({
        code: 'SIP_REJECTED',
        status: 423,
      });
      expect(registers(registrar)).toHaveLength(4);
      await world.elapse(100_000);
      expect(registers(registrar)).toHaveLength(4);
    }));

  for (const algorithm of ['MD5', 'SHA-256'] as const) {
    test(`RFC 8760 §2.4: answers a challenge with ${algorithm} (C082, C174)`, () =>
      inWorld(async (world) => {
        const { alice, registrar } = await pair(world);
        registrar.when('REGISTER', (register) => {
          if (headerRows(register.text, 'Authorization').length > 0) grant(registrar, register);
          else
            registrar.respond(register, 401, {
              headers: [
                `WWW-Authenticate: Digest realm="example.com", nonce="abc", qop="auth", algorithm=${algorithm}`,
              ],
            });
        });
        await world.during(alice.ua.register());
        const answer = registers(registrar)[1];
        if (answer === undefined) throw new Error('It was not answered');
        const digest = row(answer, 'Authorization');
        expect(digest).toContain(`algorithm=${algorithm}`);
        const length = ha1(algorithm, 'alice', 'example.com', 'secret').length;
        expect(/response="(\w+)"/.exec(digest)?.[1]).toHaveLength(length);
        expect(row(answer, 'CSeq')).toBe('2 REGISTER');
        await world.during(alice.ua.unregister());
      }));
  }

  test('RFC 8760 §2.4: of two challenges the first one is answered, and only that (C174)', () =>
    inWorld(async (world) => {
      const { alice, registrar } = await pair(world);
      const challenge = (algorithm: string): string =>
        `WWW-Authenticate: Digest realm="example.com", nonce="abc", qop="auth", algorithm=${algorithm}`;
      registrar.when('REGISTER', (register) => {
        if (headerRows(register.text, 'Authorization').length > 0) grant(registrar, register);
        else
          registrar.respond(register, 401, {
            headers: [challenge('SHA-1024'), challenge('SHA-256'), challenge('MD5')],
          });
      });
      await world.during(alice.ua.register());
      expect(headerRows(registers(registrar)[1]?.text ?? '', 'Authorization')).toEqual([
        expect.stringContaining('algorithm=SHA-256'),
      ]);
      await world.during(alice.ua.unregister());
    }));

  test('RFC 3261 §22.1: a wrong password ends it: two sends, and no third, ever (C082)', () =>
    inWorld(async (world) => {
      const { alice, registrar } = await pair(world);
      let nonce = 0;
      registrar.when('REGISTER', (register) => {
        nonce += 1;
        registrar.respond(register, 401, {
          headers: [`WWW-Authenticate: Digest realm="example.com", nonce="n${nonce}", qop="auth"`],
        });
      });
      await expect(world.during(alice.ua.register())).rejects.toMatchObject({
        code: 'SIP_AUTH',
        status: 401,
      });
      await world.elapse(3_600_000);
      expect(registers(registrar)).toHaveLength(2);
      expect(alice.ua.registration?.state).toBe('Unregistered');
    }));

  for (const status of [403, 404, 300, 603]) {
    test(`RFC 3261 §10.2: a ${status} ends it`, () =>
      inWorld(async (world) => {
        const { alice, registrar } = await pair(world);
        registrar.when('REGISTER', (register) => registrar.respond(register, status));
        await expect(world.during(alice.ua.register())).rejects.toMatchObject({ status });
        await world.elapse(600_000);
        expect(registers(registrar)).toHaveLength(1);
      }));
  }
});

describe('A registration that fails', () => {
  test('RFC 5626 §4.5: is tried again after 50-100 % of min(1800 s, 30 s * 2^n) (C045)', () =>
    inWorld(async (world) => {
      const { alice, registrar } = await pair(world);
      registrar.when('REGISTER', (register) => registrar.respond(register, 500));
      await expect(world.during(alice.ua.register())).rejects.toMatchObject({ status: 500 });
      await world.elapse(4 * 3_600_000);
      const times = registers(registrar).map(({ at }) => at);
      const gaps = times.slice(1).map((at, index) => (at - (times[index] ?? 0)) / 1000);
      expect(gaps.length).toBeGreaterThan(8);
      for (const [index, gap] of gaps.entries()) {
        const most = Math.min(1800, 30 * 2 ** (index + 1));
        expect(gap).toBeGreaterThanOrEqual(most / 2);
        expect(gap).toBeLessThanOrEqual(most + 1);
      }
      expect(new Set(gaps.map((gap) => Math.round(gap))).size).toBeGreaterThan(4);
      await leaveDead(world, alice);
    }));

  test('RFC 3261 §10.2.7: silence is tried again too, and comes to an end when the registrar is back (C045)', () =>
    inWorld(async (world) => {
      const { alice, registrar } = await pair(world);
      let alive = false;
      registrar.when('REGISTER', (register) => {
        if (alive) grant(registrar, register);
      });
      await expect(world.during(alice.ua.register())).rejects.toMatchObject({
        code: 'SIP_TIMEOUT',
      });
      expect(alice.ua.registration?.state).toBe('Waiting');
      alive = true;
      await world.elapse(61_000);
      expect(alice.ua.registration?.state).toBe('Registered');
      await world.during(alice.ua.unregister());
    }));

  test('RFC 3261 §20.33: a Retry-After is waited for (C055)', () =>
    inWorld(async (world) => {
      const { alice, registrar } = await pair(world);
      registrar.when('REGISTER', (register) =>
        registrar.respond(register, 503, { headers: ['Retry-After: 300'] }),
      );
      await expect(world.during(alice.ua.register())).rejects.toMatchObject({ status: 503 });
      await world.elapse(299_000);
      expect(registers(registrar)).toHaveLength(1);
      await world.elapse(2_000);
      expect(registers(registrar)).toHaveLength(2);
      await leaveDead(world, alice);
    }));

  test('RFC 5626 §4.2: the loss of its own connection is noticed, and it registers anew', () =>
    inWorld(async (world) => {
      const registrar = await world.peer('10.0.0.9', 'WS', 80);
      const alice = await world.agent('alice', '10.0.0.1', {
        account,
        server: 'sip:10.0.0.9:80;transport=ws',
        protocol: 'WS',
        port: undefined,
      });
      registrar.when('REGISTER', (register) => grant(registrar, register));
      await world.during(alice.ua.register());
      const lost: unknown[] = [];
      alice.ua.registration?.events.on('lost', ({ code }) => lost.push(code));
      await world.elapse(10_000);
      world.network.cut('10.0.0.1');
      await world.elapse(10);
      expect([alice.ua.registration?.state, lost]).toEqual(['Registering', ['SIP_TRANSPORT']]);
      await world.elapse(50);
      expect(alice.ua.registration?.state).toBe('Registered');
      await world.during(alice.ua.unregister());
    }));

  for (const protocol of ['WS', 'TCP', 'TLS'] as const) {
    const server = `sip:10.0.0.9:5070;transport=${protocol.toLowerCase()}`;
    const options = { account, server, protocol, port: undefined } as const;

    test(`RFC 5626 §4.5: a ${protocol} connection that is reset soon after it was made is made again within 1 s (C045, X09)`, () =>
      inWorld(async (world) => {
        const registrar = await world.peer('10.0.0.9', protocol, 5070);
        registrar.when('REGISTER', (register) => grant(registrar, register));
        const alice = await world.agent('alice', '10.0.0.1', options);
        await world.during(alice.ua.register());
        world.network.cut('10.0.0.1');
        await world.elapse(1_100);
        expect([alice.ua.registration?.state, registers(registrar).length]).toEqual([
          'Registered',
          2,
        ]);
        await world.during(alice.ua.unregister());
      }));

    test(`RFC 5626 §4.5: a ${protocol} registrar that is away for five seconds has us back within five more, twice, in a call or not (C045, X09)`, () =>
      inWorld(async (world) => {
        const open = async (): Promise<ScriptedPeer> => {
          const peer = await world.peer('10.0.0.9', protocol, 5070);
          peer.when('REGISTER', (register) => grant(peer, register));
          peer.when('INVITE', (invite) => answerWith(peer, invite));
          peer.when('BYE', (bye) => peer.respond(bye, 200));
          return peer;
        };
        let registrar = await open();
        const alice = await world.agent('alice', '10.0.0.1', options);
        await world.during(alice.ua.register());
        const call = await world.during(alice.ua.call('sip:bob@example.com').answered);
        for (const fault of ['first', 'second', 'without a call']) {
          await world.during(registrar.close());
          await world.elapse(5_000);
          expect(alice.ua.registration?.state, fault).toBe('Waiting');
          registrar = await open();
          await world.elapse(5_000);
          expect(alice.ua.registration?.state, fault).toBe('Registered');
          if (fault === 'second') await world.during(call.hangUp());
          await world.elapse(10_000);
        }
        await world.during(alice.ua.unregister());
      }));
  }

  test('RFC 5626 §4.5: a server that closes each connection makes no storm (C045)', () =>
    inWorld(async (world) => {
      const registrar = await world.peer('10.0.0.9', 'WS', 80);
      const alice = await world.agent('alice', '10.0.0.1', {
        account,
        server: 'sip:10.0.0.9:80;transport=ws',
        protocol: 'WS',
        port: undefined,
      });
      registrar.when('REGISTER', (register) => {
        grant(registrar, register);
        world.clock.after(6, () => register.flow.close());
      });
      await world.during(alice.ua.register());
      await world.elapse(600_000);
      expect(registers(registrar).length).toBeLessThan(20);
      await leaveDead(world, alice);
    }));

  test('An unreachable stranger does not touch the registration', () =>
    inWorld(async (world) => {
      const { alice, registrar } = await pair(world, {
        server: undefined,
        account: { aor: 'sip:alice@10.0.0.9' },
      });
      registrar.when('REGISTER', (register) => grant(registrar, register));
      await world.during(alice.ua.register());
      await expect(world.during(alice.ua.options('sip:nobody@10.0.0.77'))).rejects.toMatchObject({
        status: 503,
      });
      expect(alice.ua.registration?.state).toBe('Registered');
      await world.during(alice.ua.unregister());
    }));
});

describe('Taking a registration away', () => {
  test('RFC 3261 §10.2: waits for the REGISTER that is under way, and follows it', () =>
    inWorld(async (world) => {
      const { alice, registrar } = await pair(world);
      const registered = alice.ua.register().catch((error: unknown) => error);
      await world.elapse(20);
      const gone = alice.ua.unregister();
      expect(await world.during(registered)).toMatchObject({ code: 'SIP_CANCELLED' });
      await world.elapse(300);
      const register = registrar.take('REGISTER');
      expect(registrar.untaken).toEqual([]);
      grant(registrar, register);
      await world.elapse(20);
      const removal = registrar.take('REGISTER');
      expect([row(removal, 'CSeq'), row(removal, 'Expires')]).toEqual(['2 REGISTER', '0']);
      grant(registrar, removal);
      await world.during(gone);
      expect(alice.ua.registration?.state).toBe('Unregistered');
    }));

  test('RFC 3261 §10.2: a wish to come back waits for the answer to the removal', () =>
    inWorld(async (world) => {
      const { alice, registrar } = await pair(world);
      const registered = alice.ua.register();
      await world.elapse(20);
      grant(registrar, registrar.take('REGISTER'));
      await world.during(registered);
      const gone = alice.ua.unregister();
      await world.elapse(20);
      const removal = registrar.take('REGISTER');
      const back = alice.ua.register();
      await world.elapse(300);
      expect(registrar.untaken).toEqual([]);
      grant(registrar, removal);
      await world.during(gone);
      await world.elapse(20);
      grant(registrar, registrar.take('REGISTER'));
      await world.during(back);
      expect(alice.ua.registration?.state).toBe('Registered');
      await leave(world, alice, registrar);
    }));

  test('RFC 3261 §10.2.2: comes to an end when the registrar says nothing', () =>
    inWorld(async (world) => {
      const { alice, registrar } = await pair(world);
      const registered = alice.ua.register();
      await world.elapse(20);
      grant(registrar, registrar.take('REGISTER'));
      await world.during(registered);
      await world.during(alice.ua.unregister());
      expect(alice.ua.registration?.state).toBe('Unregistered');
    }));

  test('RFC 3261 §10.2.2: closing the user agent takes it away, and waits two seconds at the most', () =>
    inWorld(async (world) => {
      const { alice, registrar } = await pair(world);
      const registered = alice.ua.register();
      await world.elapse(20);
      grant(registrar, registrar.take('REGISTER'));
      await world.during(registered);
      const start = world.clock.now();
      await world.during(alice.ua.close());
      expect(world.clock.now() - start).toBeLessThanOrEqual(2_100);
      expect(row(registrar.take('REGISTER'), 'Expires')).toBe('0');
    }));
});

async function leaveDead(world: World, { ua }: Agent): Promise<void> {
  await world.during(ua.close());
}
