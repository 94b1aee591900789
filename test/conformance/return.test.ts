// Calls outlive the connection that they were made on: it is made anew, registered, and the peer is told where we are (RFC 5626 §4.3, §4.5).
import { describe, expect, test } from 'vitest';
import type { Arrived, ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import { SilentMedia, SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import { seededRandom } from '../../packages/sip/src/testing/seeded-random.ts';
import type { Call } from '../../packages/sip/src/ua/call.ts';
import { answerWith } from './calls.ts';
import { row } from './texts.ts';
import { inWorld } from './world.ts';
import type { Agent, World } from './world.ts';

const server = '10.0.0.9';

/** Media whose way may break, as that of WebRTC. */
class IceSession extends SilentSession {
  restarts = 0;
  wanted: () => void = () => undefined;

  restartIce(): void {
    this.restarts += 1;
  }

  onOfferWanted(listener: () => void): void {
    this.wanted = listener;
  }
}

/** Her server, which answers every call itself. */
async function serve(world: World): Promise<ScriptedPeer> {
  const peer = await world.peer(server, 'WS', 80);
  peer.when('REGISTER', (register) =>
    peer.respond(register, 200, {
      headers: [`Contact: ${row(register, 'Contact')}`, 'Require: outbound', 'Flow-Timer: 20'],
    }),
  );
  peer.when('INVITE', (invite) => answerWith(peer, invite));
  peer.when('BYE', (bye) => peer.respond(bye, 200));
  return peer;
}

/** Alice, who can only open connections, registered by WebSocket and in a call. */
async function inCall(
  world: World,
): Promise<{ alice: Agent; peer: ScriptedPeer; call: Call<SilentSession>; media: IceSession }> {
  const peer = await serve(world);
  const random = seededRandom(7);
  const options = { random, host: '10.0.0.1' };
  const media = new IceSession(options, 40_000);
  const alice = await world.agent('alice', '10.0.0.1', {
    account: { aor: 'sip:alice@example.com' },
    server: `sip:${server};transport=ws`,
    protocol: 'WS',
    port: undefined,
    outbound: {},
    media: Object.assign(new SilentMedia(options), { open: () => media }),
  });
  await world.during(alice.ua.register());
  await world.elapse(25_000);
  const call = await world.during(alice.ua.call('sip:bob@example.com').answered);
  await world.elapse(50);
  return { alice, peer, call, media };
}

const invites = ({ log }: ScriptedPeer): readonly Arrived[] =>
  log.filter(({ text }) => text.startsWith('INVITE'));

describe('A call whose connection breaks', () => {
  test('RFC 5626 §4.3: is taken up on the new one by an INVITE in its dialog, which looks for a way of the media anew (X09)', () =>
    inWorld(async (world) => {
      const { alice, peer, call, media } = await inCall(world);
      world.network.cut('10.0.0.1');
      await world.elapse(100);
      expect(alice.ua.registration?.state).toBe('Registered');
      const [first, again] = invites(peer);
      expect(again?.flow.id).not.toBe(first?.flow.id);
      expect(row(again ?? { text: '' }, 'Call-ID')).toBe(row(first ?? { text: '' }, 'Call-ID'));
      expect(row(again ?? { text: '' }, 'To')).toContain('tag=peer');
      expect(media.restarts).toBe(1);
      await world.during(call.hold());
      expect(call.direction).toBe('sendonly');
      expect(await world.during(call.hangUp())).toMatchObject({ by: 'local', cause: 'bye' });
      await world.during(alice.ua.unregister());
    }));

  test('RFC 5626 §4.5: after ten seconds without a network it is registered within five more, and the call goes on (X09)', () =>
    inWorld(async (world) => {
      const { alice, peer, call, media } = await inCall(world);
      await world.during(peer.close());
      await world.elapse(10_000);
      expect(alice.ua.registration?.state).toBe('Waiting');
      const back = await serve(world);
      await world.elapse(5_000);
      expect(alice.ua.registration?.state).toBe('Registered');
      expect(invites(back)).toHaveLength(1);
      expect(media.restarts).toBe(1);
      await world.during(call.hangUp());
      await world.during(alice.ua.unregister());
    }));

  test('who knows that the network is back does not wait for the next try (X09)', () =>
    inWorld(async (world) => {
      const { alice, peer, call } = await inCall(world);
      await world.during(peer.close());
      await world.elapse(20_000);
      const back = await serve(world);
      alice.ua.reconnect();
      await world.elapse(100);
      expect(alice.ua.registration?.state).toBe('Registered');
      expect(invites(back)).toHaveLength(1);
      await world.during(call.hangUp());
      await world.during(alice.ua.unregister());
    }));

  test('RFC 5626 §4.4.1: media that lost its way has the connection asked at once, and a dead one is replaced before the offer times out (X09)', () =>
    inWorld(async (world) => {
      const { alice, peer, call, media } = await inCall(world);
      // Nothing breaks, nothing arrives: only the media knows.
      world.network.separate('10.0.0.1', server);
      media.wanted();
      alice.ua.registration?.on('lost', () => world.network.join('10.0.0.1', server));
      await world.elapse(10_200);
      expect(alice.ua.registration?.state).toBe('Registered');
      expect(media.restarts).toBe(1);
      expect(invites(peer).at(-1)?.flow.id).not.toBe(invites(peer)[0]?.flow.id);
      await world.during(call.hangUp());
      await world.during(alice.ua.unregister());
    }));

  test('media that lost its way while the connection works gets an offer on it', () =>
    inWorld(async (world) => {
      const { alice, peer, call, media } = await inCall(world);
      media.wanted();
      await world.elapse(100);
      const [first, again] = invites(peer);
      expect(again?.flow.id).toBe(first?.flow.id);
      await world.during(call.hangUp());
      await world.during(alice.ua.unregister());
    }));
});

describe('A page that is loaded anew', () => {
  test('RFC 3891 §4: takes its call back by INVITE with Replaces, and the old dialog ends', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', '10.0.0.2');
      const before = await world.agent('alice', '10.0.0.1');
      const outgoing = before.ua.call('sip:bob@10.0.0.2');
      const incoming = await bob.nextCall();
      const old = await world.during(incoming.accept());
      const { dialog } = await world.during(outgoing.answered);
      const replaces = { ...dialog.id };

      const after = await world.agent('alice', '10.0.0.1', { port: 5070 });
      const taken = after.ua.call('sip:bob@10.0.0.2', { replaces });
      const again = await bob.nextCall();
      expect(again.replaces).toMatchObject({ callId: replaces.callId });
      await world.during(again.accept());
      const call = await world.during(taken.answered);
      expect(await world.during(old.ended)).toMatchObject({ by: 'local' });
      await world.during(call.hangUp());
    }));
});
