// Calls to us that take the place of another (RFC 3891).
import { describe, expect, test } from 'vitest';
import type { Arrived } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { DialogId } from '../../packages/sip/src/dialog/id.ts';
import { answerWith, incomingCall, outgoingCall, peerHangsUp } from './calls.ts';
import type { Standing } from './calls.ts';
import { request, row, sdp } from './texts.ts';
import { inWorld } from './world.ts';
import type { World } from './world.ts';

const ours = { host: '10.0.0.1', port: 5060 };

/** Replaces as the peer writes it: our tag is its to-tag. */
function replacing({ callId, localTag, remoteTag }: DialogId, more = ''): string {
  return `Replaces: ${callId};to-tag=${localTag};from-tag=${remoteTag}${more}`;
}

let calls = 0;

/** The peer sends an INVITE with these headers, as the one that we talk to unless said otherwise. */
function invites(
  { peer }: Standing,
  headers: readonly string[],
  from = '<sip:peer@example.com>;tag=other',
): string {
  calls += 1;
  const callId = `replacing-${calls}`;
  const about = { uri: 'sip:alice@10.0.0.1', callId, from, headers, body: sdp() };
  peer.send(request(peer.address, about), ours);
  return callId;
}

async function refusal(world: World, standing: Standing, callId: string): Promise<string> {
  await world.elapse(20);
  const answer = standing.peer.take(
    (text) => text.startsWith('SIP/2.0') && text.includes(`Call-ID: ${callId}`),
  );
  acknowledge(standing, answer);
  return answer.text.slice(8, 11);
}

// The ACK to a refusal has the branch of its INVITE, that to a 2xx one of its own.
function acknowledge({ peer }: Standing, answer: Arrived): void {
  const ack = { method: 'ACK', uri: 'sip:alice@10.0.0.1' };
  const refused = /branch=([^;\s]+)/.exec(row(answer, 'Via'))?.[1] ?? '';
  const branch = answer.text.startsWith('SIP/2.0 2') ? {} : { branch: refused };
  const parties = {
    from: row(answer, 'From'),
    to: row(answer, 'To'),
    callId: row(answer, 'Call-ID'),
  };
  peer.send(request(peer.address, { ...ack, ...parties, ...branch }), ours);
}

describe('An INVITE with Replaces', () => {
  test('RFC 3891 §3: answered, it ends the call that it names, which is found by all three parts (C188)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const { agent, peer, call } = standing;
      const { callId, localTag, remoteTag } = call.dialog.id;
      for (const wrong of [
        { callId: 'x', localTag, remoteTag },
        { callId, localTag: 'x', remoteTag },
        { callId, localTag, remoteTag: 'x' },
        { callId, localTag: remoteTag, remoteTag: localTag },
      ]) {
        const sent = invites(standing, [replacing(wrong)]);
        expect(await refusal(world, standing, sent)).toBe('481');
      }
      invites(standing, [replacing(call.dialog.id)]);
      const incoming = await agent.nextCall();
      expect(incoming.replaces).toEqual(call.dialog.id);
      expect(call.dialog.state).toBe('Confirmed');
      const taken = await world.during(incoming.accept());
      await world.elapse(20);
      acknowledge(standing, peer.take('SIP/2.0 200'));
      const bye = peer.take('BYE');
      expect(row(bye, 'Call-ID')).toBe(callId);
      peer.respond(bye, 200);
      expect((await world.during(call.ended)).by).toBe('local');
      void taken.hangUp();
      await world.elapse(20);
      peer.respond(peer.take('BYE'), 200);
    }));

  test('RFC 3891 §3: refused by us, it leaves the call as it was (C188)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const { agent, call } = standing;
      const sent = invites(standing, [replacing(call.dialog.id)]);
      (await agent.nextCall()).reject(488);
      expect(await refusal(world, standing, sent)).toBe('488');
      await peerHangsUp(world, standing);
    }));

  test('RFC 3891 §3: twice, malformed, or in another request gets 400 (C188)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const { peer, say, call } = standing;
      const { id } = call.dialog;
      for (const headers of [[replacing(id), replacing(id)], ['Replaces: nothing']]) {
        expect(await refusal(world, standing, invites(standing, headers))).toBe('400');
      }
      say('OPTIONS', { headers: [replacing(id)] });
      await world.elapse(20);
      peer.take('SIP/2.0 400');
      await peerHangsUp(world, standing);
    }));

  test('RFC 3891 §3: early-only gets 486 for a call that is up, and one that is over 603 (C188)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const { id } = standing.call.dialog;
      const early = invites(standing, [replacing(id, ';early-only')]);
      expect(await refusal(world, standing, early)).toBe('486');
      await peerHangsUp(world, standing);
      expect(await refusal(world, standing, invites(standing, [replacing(id)]))).toBe('603');
      await world.elapse(33_000);
      expect(await refusal(world, standing, invites(standing, [replacing(id)]))).toBe('481');
    }));

  test('RFC 3891 §3: an early dialog that we did not start gets 481 (C188)', () =>
    inWorld(async (world) => {
      const agent = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const standing = { agent, peer } as unknown as Standing;
      peer.send(request(peer.address, { uri: 'sip:alice@10.0.0.1', body: sdp() }), ours);
      const incoming = await agent.nextCall();
      incoming.ring();
      await world.elapse(20);
      const ringing = peer.take('SIP/2.0 180');
      const localTag = row(ringing, 'To').split('tag=')[1] ?? '';
      const id = { callId: 'call-1', localTag, remoteTag: 'peer' };
      expect(await refusal(world, standing, invites(standing, [replacing(id)]))).toBe('481');
      incoming.reject(486);
      await world.elapse(20);
      acknowledge(standing, peer.take('SIP/2.0 486'));
    }));

  test('RFC 3891 §3: a call of ours that rings is picked up by another, and cancelled (C188)', () =>
    inWorld(async (world) => {
      const agent = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const standing = { agent, peer } as unknown as Standing;
      const outgoing = agent.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 180);
      await world.elapse(20);
      const localTag = row(invite, 'From').split('tag=')[1] ?? '';
      const id = { callId: outgoing.callId, localTag, remoteTag: 'peer' };
      invites(standing, [replacing(id, ';early-only')], '<sip:peer@10.0.0.9>;tag=other');
      const call = await world.during((await agent.nextCall()).accept());
      await world.elapse(20);
      acknowledge(standing, peer.take('SIP/2.0 200'));
      peer.respond(peer.take('CANCEL'), 200);
      peer.respond(invite, 487);
      await expect(world.during(outgoing.answered)).rejects.toMatchObject({
        code: 'SIP_CANCELLED',
      });
      void call.hangUp();
      await world.elapse(20);
      peer.respond(peer.take('BYE'), 200);
    }));

  test('RFC 3891 §8: only the one we talk to, or whom that one sends, may do it, unless the application says otherwise (C188)', () =>
    inWorld(async (world) => {
      const seen: string[] = [];
      const stranger = '<sip:mallory@10.0.0.66>;tag=m';
      const standing = await outgoingCall(world);
      const { agent, call } = standing;
      const { id } = call.dialog;
      expect(await refusal(world, standing, invites(standing, [replacing(id)], stranger))).toBe(
        '403',
      );
      const sent = ['Referred-By: "Peer" <sip:peer@10.0.0.9:5070;x=1>'];
      const referred = invites(standing, [replacing(id), ...sent], stranger);
      (await agent.nextCall()).reject(486);
      expect(await refusal(world, standing, referred)).toBe('486');
      await peerHangsUp(world, standing);
      await world.during(agent.ua.close());
      await standing.peer.close();
      const asking = await outgoingCall(world, {
        replacements: ({ from, peer, dialog }) => {
          seen.push(
            `${'user' in from.uri ? from.uri.user : ''} for ${peer} in ${dialog.remoteTag}`,
          );
          return false;
        },
      });
      const asked = invites(asking, [replacing(asking.call.dialog.id)]);
      expect(await refusal(world, asking, asked)).toBe('403');
      expect(new Set(seen)).toEqual(new Set(['peer for <sip:peer@10.0.0.9> in peer']));
      await peerHangsUp(world, asking);
    }));

  test('RFC 3891 §4, RFC 3261 §20.32: Require: replaces is understood', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const headers = [replacing(standing.call.dialog.id), 'Require: replaces'];
      const sent = invites(standing, headers);
      (await standing.agent.nextCall()).reject(486);
      expect(await refusal(world, standing, sent)).toBe('486');
      await peerHangsUp(world, standing);
    }));
});

test('RFC 3891 §4: a call of ours carries Replaces as it is told', () =>
  inWorld(async (world) => {
    const agent = await world.agent('alice', ours.host);
    const peer = await world.peer('10.0.0.9');
    const headers = [['Replaces', 'a@b;to-tag=1;from-tag=2']] as const;
    const outgoing = agent.ua.call('sip:peer@10.0.0.9', { headers });
    await world.elapse(20);
    const invite = peer.take('INVITE');
    expect(row(invite, 'Replaces')).toBe('a@b;to-tag=1;from-tag=2');
    answerWith(peer, invite);
    const call = await world.during(outgoing.answered);
    void call.hangUp();
    await world.elapse(20);
    peer.respond(peer.take('BYE'), 200);
  }));
