// Who gets an answer to a challenge, and when it is given unasked (RFC 3261 §22.2, §22.3; RFC 7616 §3.3).
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Arrived, ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import { bare, row } from './texts.ts';
import { inWorld } from './world.ts';
import type { Agent, World } from './world.ts';

const account = { aor: 'sip:alice@example.com', password: 'secret' };
const server = '10.0.0.9';
const stranger = '10.0.0.66';

function challenge(nonce: string, { stale = false, header = 'WWW-Authenticate' } = {}): string {
  const end = stale ? ', stale=true' : '';
  return `${header}: Digest realm="example.com", nonce="${nonce}", qop="auth", algorithm=SHA-256${end}`;
}

function credentials(arrived: Arrived): readonly string[] {
  return ['Authorization', 'Proxy-Authorization'].flatMap((name) => headerRows(arrived.text, name));
}

/** Nonce and count of the credentials that came with a request; a dash when none did. */
function usedIn(arrived: Arrived): string {
  const [value] = credentials(arrived);
  if (value === undefined) return '-';
  return `${/nonce="([^"]*)"/.exec(value)?.[1]} ${/nc=(\w+)/.exec(value)?.[1]}`;
}

function registrar(peer: ScriptedPeer): { nonce: string; readonly seen: string[] } {
  const state = { nonce: 'n1', seen: [] as string[] };
  peer.when('REGISTER', (arrived) => {
    const used = usedIn(arrived);
    state.seen.push(used);
    if (!used.startsWith(`${state.nonce} `)) {
      peer.respond(arrived, 401, { headers: [challenge(state.nonce, { stale: used !== '-' })] });
      return;
    }
    const bound = bare(row(arrived, 'Contact'));
    peer.respond(arrived, 200, { headers: [`Contact: <${bound}>;expires=3600`] });
  });
  return state;
}

async function pair(world: World): Promise<{ alice: Agent; peer: ScriptedPeer }> {
  const peer = await world.peer(server);
  const alice = await world.agent('alice', '10.0.0.1', { account, server: `sip:${server}` });
  return { alice, peer };
}

describe('Credentials before they are asked for', () => {
  test('RFC 3261 §22.2: a refresh costs one round trip, with a count that rises; a stale nonce one more', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world);
      const state = registrar(peer);
      await world.during(alice.ua.register());
      await world.during(alice.ua.register());
      expect(state.seen.splice(0)).toEqual(['-', 'n1 00000001', 'n1 00000002']);
      state.nonce = 'n2';
      await world.during(alice.ua.register());
      await world.during(alice.ua.unregister());
      expect(state.seen).toEqual(['n1 00000003', 'n2 00000001', 'n2 00000002']);
    }));

  test('RFC 3261 §22.3: each method waits until it was asked, and then goes with the answer', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world);
      const seen: string[] = [];
      for (const method of ['OPTIONS', 'MESSAGE'])
        peer.when(method, (arrived) => {
          const used = usedIn(arrived);
          seen.push(`${method} ${used}`);
          const ask = challenge('p1', { header: 'Proxy-Authenticate' });
          if (used === '-') peer.respond(arrived, 407, { headers: [ask] });
          else peer.respond(arrived, 200);
        });
      for (let at = 0; at < 2; at += 1) {
        await world.during(alice.ua.options('sip:bob@example.com'));
        await world.during(alice.ua.message('sip:bob@example.com', 'hello'));
      }
      expect(seen).toEqual([
        'OPTIONS -',
        'OPTIONS p1 00000001',
        'MESSAGE -',
        'MESSAGE p1 00000002',
        'OPTIONS p1 00000003',
        'MESSAGE p1 00000004',
      ]);
    }));

  test('RFC 7616 §3.3: a server that forgets a nonce and does not call it stale is answered once more, a wrong password is not', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world);
      const state = registrar(peer);
      await world.during(alice.ua.register());
      let asked = 0;
      peer.when('OPTIONS', (arrived) => {
        asked += 1;
        peer.respond(arrived, asked === 2 ? 200 : 401, { headers: [challenge(`f${asked}`)] });
      });
      expect(await world.during(alice.ua.options('sip:example.com'))).toMatchObject({
        status: 200,
      });
      expect(await world.during(alice.ua.options('sip:example.com'))).toMatchObject({
        status: 401,
      });
      expect([asked, state.seen.length]).toEqual([4, 2]);
      await world.during(alice.ua.unregister());
    }));
});

describe('Credentials and strangers', () => {
  /** Alice without a server that everything passes: what she calls by address she reaches. */
  async function direct(world: World): Promise<{ alice: Agent; peer: ScriptedPeer }> {
    const peer = await world.peer(stranger);
    const alice = await world.agent('alice', '10.0.0.1', {
      account: { ...account, realm: 'example.com' },
      resolver: {
        naptr: () => Promise.resolve([]),
        srv: () => Promise.resolve([]),
        a: () => Promise.resolve([server]),
        aaaa: () => Promise.resolve([]),
      },
    });
    return { alice, peer };
  }

  const asks = [challenge('x'), challenge('y', { header: 'Proxy-Authenticate' })];

  test.each([401, 407])('a %s of a callee in our own realm gets no answer (A25)', (status) =>
    inWorld(async (world) => {
      const { alice, peer } = await direct(world);
      for (const method of ['OPTIONS', 'MESSAGE', 'INVITE'])
        peer.when(method, (arrived) => peer.respond(arrived, status, { headers: asks }));
      expect(await world.during(alice.ua.options(`sip:bob@${stranger}`))).toMatchObject({ status });
      await world.during(alice.ua.message(`sip:bob@${stranger}`, 'x').catch(() => undefined));
      const call = alice.ua.call(`sip:bob@${stranger}`);
      await expect(world.during(call.answered)).rejects.toMatchObject({ status });
      expect(peer.log.filter(({ text }) => /^(?:OPTIONS|MESSAGE|INVITE) /.test(text)).length).toBe(
        3,
      );
      expect(peer.log.flatMap(credentials)).toEqual([]);
    }),
  );

  test('a callee that challenges our BYE gets no answer (A25)', () =>
    inWorld(async (world) => {
      const { alice, peer } = await direct(world);
      peer.when('BYE', (arrived) => peer.respond(arrived, 401, { headers: asks }));
      const answer = alice.ua.call(`sip:bob@${stranger}`);
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 200, {
        headers: [`Contact: <sip:bob@${stranger}>`, 'Content-Type: application/sdp'],
        body: bodyFor(invite),
      });
      const call = await world.during(answer.answered);
      await world.during(call.hangUp());
      expect(peer.log.filter(({ text }) => text.startsWith('BYE ')).length).toBe(1);
      expect(peer.log.flatMap(credentials)).toEqual([]);
    }));

  test('who our own server redirects to gets no answer (A25)', () =>
    inWorld(async (world) => {
      const { alice, peer } = await direct(world);
      const home = await world.peer(server);
      home.when('OPTIONS', (arrived) => {
        if (usedIn(arrived) === '-') home.respond(arrived, 401, { headers: [challenge('h')] });
        else home.respond(arrived, 302, { headers: [`Contact: <sip:bob@${stranger}>`] });
      });
      peer.when('OPTIONS', (arrived) => peer.respond(arrived, 401, { headers: asks }));
      for (let at = 0; at < 2; at += 1)
        expect(await world.during(alice.ua.options('sip:bob@example.com'))).toMatchObject({
          status: 401,
        });
      expect(home.log.map(usedIn)).toEqual(['-', 'h 00000001', 'h 00000002']);
      expect(peer.log.length).toBe(2);
      expect(peer.log.flatMap(credentials)).toEqual([]);
    }));
});

function bodyFor({ text }: Arrived): string {
  return text.slice(text.indexOf('\r\n\r\n') + 4);
}
