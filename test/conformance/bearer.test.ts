// Access tokens in place of passwords: who gets one, when it is renewed, and what happens when there is none (RFC 8898, RFC 6750).
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Arrived, ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import { bare, row } from './texts.ts';
import { inWorld } from './world.ts';
import type { Agent, World } from './world.ts';

const server = '10.0.0.9';
const aor = 'sip:alice@example.com';
const bearer = 'Bearer realm="example.com", authz_server="https://example.com/"';

function tokenIn(arrived: Arrived): string {
  const rows = ['Authorization', 'Proxy-Authorization'].flatMap((name) =>
    headerRows(arrived.text, name).map((value) => `${name}: ${value}`),
  );
  return rows.length === 0 ? '-' : rows.join(' | ');
}

/** Alice, whose source gives t1, t2 and so on, and her server, which takes the tokens that are listed. */
async function pair(
  world: World,
  token: () => string | Promise<string> = counter(),
): Promise<{ alice: Agent; peer: ScriptedPeer; good: Set<string>; seen: string[] }> {
  const peer = await world.peer(server);
  const alice = await world.agent('alice', '10.0.0.1', {
    account: { aor, token },
    server: `sip:${server}`,
  });
  const good = new Set(['t1']);
  const seen: string[] = [];
  const judge = (status: 401 | 407, accepted: (arrived: Arrived) => void) => (arrived: Arrived) => {
    const used = tokenIn(arrived);
    seen.push(used);
    const name = status === 401 ? 'Authorization' : 'Proxy-Authorization';
    if (
      used.split(' | ').some((one) => [...good].some((each) => one === `${name}: Bearer ${each}`))
    )
      accepted(arrived);
    else {
      const challenge = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate';
      peer.respond(arrived, status, { headers: [`${challenge}: ${bearer}`] });
    }
  };
  const bind = (arrived: Arrived): void => {
    const contact = bare(row(arrived, 'Contact'));
    peer.respond(arrived, 200, { headers: [`Contact: <${contact}>;expires=3600`] });
  };
  peer.when('REGISTER', judge(401, bind));
  peer.when(
    'OPTIONS',
    judge(407, (arrived) => peer.respond(arrived, 200)),
  );
  peer.when(
    'INVITE',
    judge(407, (arrived) => peer.respond(arrived, 486)),
  );
  return { alice, peer, good, seen };
}

function counter(): () => string {
  let given = 0;
  return () => `t${(given += 1)}`;
}

describe('An account with an access token', () => {
  test('RFC 8898 §2.1.3: brings it once asked for, unasked with the next refresh, and a new one when it is refused', () =>
    inWorld(async (world) => {
      const { alice, good, seen } = await pair(world);
      await world.during(alice.ua.register());
      await world.during(alice.ua.register());
      expect(seen.splice(0)).toEqual(['-', 'Authorization: Bearer t1', 'Authorization: Bearer t1']);
      good.clear();
      good.add('t2');
      await world.during(alice.ua.register());
      expect(seen.splice(0)).toEqual(['Authorization: Bearer t1', 'Authorization: Bearer t2']);
      await world.during(alice.ua.unregister());
      expect(seen).toEqual(['Authorization: Bearer t2']);
    }));

  test('RFC 8898 §2.1.4: a proxy gets it in the header that it asks for, and each method waits until it was asked', () =>
    inWorld(async (world) => {
      const { alice, seen } = await pair(world);
      await world.during(alice.ua.register());
      for (let at = 0; at < 2; at += 1)
        expect(await world.during(alice.ua.options('sip:bob@example.com'))).toMatchObject({
          status: 200,
        });
      await expect(
        world.during(alice.ua.call('sip:bob@example.com').answered),
      ).rejects.toMatchObject({ status: 486 });
      const proxy = 'Proxy-Authorization: Bearer t1';
      expect(seen.slice(2)).toEqual(['-', proxy, proxy, '-', proxy]);
      await world.during(alice.ua.unregister());
    }));

  test('RFC 8898 §2.1.1: two tokens refused in a row end it', () =>
    inWorld(async (world) => {
      const { alice, good, seen } = await pair(world);
      good.clear();
      await expect(world.during(alice.ua.register())).rejects.toMatchObject({ code: 'SIP_AUTH' });
      expect(seen).toEqual(['-', 'Authorization: Bearer t1', 'Authorization: Bearer t2']);
    }));

  test('requests that are refused at the same time share one new token', () =>
    inWorld(async (world) => {
      const { alice, good, seen } = await pair(world);
      await world.during(
        Promise.all(['a', 'b', 'c'].map((user) => alice.ua.options(`sip:${user}@example.com`))),
      );
      good.clear();
      good.add('t2');
      await world.during(
        Promise.all(['a', 'b', 'c'].map((user) => alice.ua.options(`sip:${user}@example.com`))),
      );
      expect(new Set(seen)).toEqual(
        new Set(['-', 'Proxy-Authorization: Bearer t1', 'Proxy-Authorization: Bearer t2']),
      );
    }));

  test('a source that fails, gives nonsense or says nothing for ten seconds leaves the challenge standing', () =>
    inWorld(async (world) => {
      const sources: readonly (() => string | Promise<string>)[] = [
        () => Promise.reject(new Error('offline')),
        () => {
          throw new Error('offline');
        },
        () => 'x\r\nInjected: yes',
        () => '',
        () => new Promise<string>(() => undefined),
      ];
      let at = 0;
      const { alice, seen } = await pair(world, () => sources[at]?.() ?? 'none');
      for (; at < sources.length; at += 1)
        expect(await world.during(alice.ua.options('sip:bob@example.com'))).toMatchObject({
          status: 407,
        });
      expect(seen).toEqual(sources.map(() => '-'));
    }));

  test('a call that is given up while its token is fetched is not made again', () =>
    inWorld(async (world) => {
      const { alice, seen } = await pair(world, () => new Promise<string>(() => undefined));
      const call = alice.ua.call('sip:bob@example.com');
      await world.elapse(50);
      call.cancel();
      await expect(world.during(call.answered)).rejects.toMatchObject({ code: 'SIP_CANCELLED' });
      expect(seen).toEqual(['-']);
    }));

  test('a stranger that asks for the token gets none (A25)', () =>
    inWorld(async (world) => {
      const stranger = await world.peer('10.0.0.66');
      const alice = await world.agent('alice', '10.0.0.1', { account: { aor, token: () => 't1' } });
      const headers = [`WWW-Authenticate: ${bearer}`, `Proxy-Authenticate: ${bearer}`];
      stranger.when('OPTIONS', (arrived) => stranger.respond(arrived, 401, { headers }));
      await world.during(alice.ua.options('sip:bob@10.0.0.66'));
      expect(stranger.log.map(tokenIn)).toEqual(['-']);
    }));
});
