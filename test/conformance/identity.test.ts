// Who the other side of a call is, when that changes (RFC 4916).
import { expect, test } from 'vitest';
import { formatUri } from '../../packages/sip/src/message/uri.ts';
import { incomingCall, outgoingCall } from './calls.ts';
import { row, sdp } from './texts.ts';
import { inWorld } from './world.ts';

const carol = '"Carol" <sip:carol@example.com>';

for (const method of ['UPDATE', 'INVITE']) {
  test(`RFC 4916 §4.4.2: the From of an accepted ${method} says who the peer is now, and becomes our To`, () =>
    inWorld(async (world) => {
      const { peer, call, say } = await outgoingCall(world);
      let renamed = 0;
      call.onRenamed(() => {
        renamed += 1;
      });
      const body = method === 'INVITE' ? sdp() : '';
      // Refused, it changes nothing.
      say(method, { from: `${carol};tag=peer`, body: sdp({ payloads: '96' }) });
      await world.elapse(20);
      peer.take('SIP/2.0 488');
      if (method === 'INVITE') say('ACK', { cseq: 101 });
      expect([renamed, call.remote?.displayName]).toEqual([0, undefined]);
      say(method, { from: `${carol};tag=peer`, body });
      await world.elapse(20);
      peer.take('SIP/2.0 200');
      if (method === 'INVITE') say('ACK', { cseq: 102 });
      expect([renamed, call.remote?.displayName]).toEqual([1, 'Carol']);
      expect(call.remote && formatUri(call.remote.uri)).toBe('sip:carol@example.com');
      await world.elapse(20);
      const ended = call.hangUp();
      await world.elapse(20);
      const bye = peer.take('BYE');
      expect(row(bye, 'To')).toBe(`${carol};tag=peer`);
      peer.respond(bye, 200);
      await world.during(ended);
    }));
}

test('RFC 4916 §4.3: our new name goes out by UPDATE, and stays in all that follows', () =>
  inWorld(async (world) => {
    const standing = await incomingCall(world);
    const { peer, call, say } = standing;
    expect(() => call.rename('sip:bob@example.com')).toThrow(/hears of no/);
    say('UPDATE', { headers: ['Supported: from-change', 'Allow: UPDATE'] });
    await world.elapse(20);
    expect(row(peer.take('SIP/2.0 200'), 'Supported')).toContain('from-change');
    expect(() => call.rename('no address')).toThrow();
    call.rename('sip:bob@example.com', 'Bob');
    await world.elapse(20);
    const update = peer.take('UPDATE');
    expect(row(update, 'From')).toMatch(/^"Bob" <sip:bob@example.com>;tag=/);
    peer.respond(update, 200, { headers: ['Contact: <sip:peer@10.0.0.9>'] });
    await world.elapse(20);
    const ended = call.hangUp();
    await world.elapse(20);
    const bye = peer.take('BYE');
    expect(row(bye, 'From')).toBe(row(update, 'From'));
    peer.respond(bye, 200);
    await world.during(ended);
  }));

test('RFC 4916: our own agents tell each other', () =>
  inWorld(async (world) => {
    const alice = await world.agent('alice', '10.0.0.1');
    const bob = await world.agent('bob', '10.0.0.2');
    const outgoing = alice.ua.call('sip:bob@10.0.0.2');
    const accepted = (await bob.nextCall()).accept();
    const call = await world.during(outgoing.answered);
    const answered = await world.during(accepted);
    await world.elapse(50);
    answered.rename('sip:carol@10.0.0.2', 'Carol');
    await world.elapse(50);
    expect(call.remote?.displayName).toBe('Carol');
    expect(call.dialog.remoteParty).toBe('"Carol" <sip:carol@10.0.0.2>');
    await world.during(call.hangUp());
  }));
