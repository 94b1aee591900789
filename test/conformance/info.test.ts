// INFO within a call: packages, key presses, and what is refused (RFC 6086).
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import { latin1 } from '../../packages/sip/src/base/bytes.ts';
import { keyPressInfo, readKeyPress } from '../../packages/sip/src/session/dtmf-relay.ts';
import type { Info } from '../../packages/sip/src/session/info.ts';
import { answerWith, incomingCall, outgoingCall, peerHangsUp } from './calls.ts';
import { bodyOf, fromCallee, request, row, sdp } from './texts.ts';
import { inWorld } from './world.ts';

const ours = { host: '10.0.0.1', port: 5060 };
const relay = { body: 'Signal=5\nDuration=160\n', type: 'application/dtmf-relay' };

describe('An INFO of the peer', () => {
  test('RFC 3261 §12.2.2: outside a dialog it gets 481 (C191)', () =>
    inWorld(async (world) => {
      await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      for (const to of ['<sip:alice@10.0.0.1>', '<sip:alice@10.0.0.1>;tag=none']) {
        peer.send(
          request(peer.address, { method: 'INFO', uri: 'sip:alice@10.0.0.1', to, callId: to }),
          ours,
        );
        await world.elapse(20);
        peer.take('SIP/2.0 481');
      }
    }));

  test('RFC 6086 §4.2.2: for a package that we do not take it gets 469 with Recv-Info, and the call stays (C191)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world, { infoPackages: ['chess', 'weather'] });
      const { peer, call, say, accepted } = standing;
      expect(headerRows(accepted?.text ?? '', 'Recv-Info')).toEqual(['chess, weather']);
      const heard: Info[] = [];
      call.onInfo((info) => heard.push(info));
      for (const name of ['poker', 'Chess', '']) {
        say('INFO', { headers: [`Info-Package: ${name}`], body: 'e4', type: 'text/chess' });
        await world.elapse(20);
        expect(row(peer.take('SIP/2.0 469'), 'Recv-Info')).toBe('chess, weather');
      }
      say('INFO', {
        headers: ['Info-Package: chess;board=2', 'Content-Disposition: Info-Package'],
        body: 'e4',
        type: 'text/chess',
      });
      await world.elapse(20);
      const ok = peer.take(/^SIP\/2\.0 200 .*INFO/s);
      expect(headerRows(ok.text, 'Recv-Info')).toEqual([]);
      expect(heard.map((info) => [info.package, info.type, latin1(info.body)])).toEqual([
        ['chess', 'text/chess', 'e4'],
      ]);
      expect(call.dialog.state).toBe('Confirmed');
      await peerHangsUp(world, standing);
    }));

  test('RFC 6086 §2: a key press without a package is taken, what is unknown gets 415 with Accept', () =>
    inWorld(async (world) => {
      const standing = await outgoingCall(world);
      const { peer, call, say } = standing;
      const pressed: (string | undefined)[] = [];
      call.onInfo((info) => pressed.push(readKeyPress(info)?.key));
      say('INFO', relay);
      say('INFO', { body: '#', type: 'application/dtmf' });
      say('INFO');
      await world.elapse(20);
      for (let times = 0; times < 3; times += 1) peer.take(/^SIP\/2\.0 200 .*INFO/s);
      expect(pressed).toEqual(['5', '#', undefined]);
      say('INFO', { body: '<x/>', type: 'application/media_control+xml' });
      await world.elapse(20);
      expect(row(peer.take('SIP/2.0 415'), 'Accept')).toContain('application/dtmf-relay');
      await peerHangsUp(world, standing);
    }));

  test('RFC 6086 §4.2.1: it is taken while the call is early too, from each fork', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      for (const [tag, cseq] of [
        ['one', 10],
        ['two', 20],
      ] as const) {
        peer.respond(invite, 180, { toTag: tag });
        await world.elapse(20);
        peer.send(fromCallee(peer.address, invite, { method: 'INFO', tag, cseq, ...relay }), ours);
        await world.elapse(20);
        peer.take(/^SIP\/2\.0 200 .*INFO/s);
      }
      peer.respond(invite, 486);
      await expect(world.during(outgoing.answered)).rejects.toMatchObject({ status: 486 });
    }));

  test('RFC 3261 §15.1.1: after our BYE it gets 481', () =>
    inWorld(async (world) => {
      const { peer, call, say } = await incomingCall(world);
      const ended = call.hangUp();
      await world.elapse(20);
      say('INFO', relay);
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 481 .*INFO/s);
      peer.respond(peer.take('BYE'), 200);
      await world.during(ended);
    }));
});

describe('An INFO of ours', () => {
  test('RFC 6086 §4.2.1: goes only for packages that the peer takes, by its last word', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host, { infoPackages: [] });
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      expect(headerRows(invite.text, 'Recv-Info')).toEqual(['']);
      peer.respond(invite, 200, {
        headers: [
          'Contact: <sip:peer@10.0.0.9>',
          'Content-Type: application/sdp',
          'Recv-Info: chess, go',
        ],
        body: sdp(),
      });
      const call = await world.during(outgoing.answered);
      await world.elapse(20);
      peer.take('ACK');
      expect(call.infoPackages).toEqual(['chess', 'go']);
      expect(() => call.inform({ package: 'poker' })).toThrow(/poker/);
      expect(() => call.inform({ body: 'x' })).toThrow(TypeError);
      expect(() => call.inform({ body: 'x', type: 'a\r\nb' })).toThrow(TypeError);
      const sent = call.inform({ package: 'chess', type: 'text/chess', body: 'e5' });
      await world.elapse(20);
      const info = peer.take('INFO');
      expect([row(info, 'Info-Package'), row(info, 'Content-Disposition'), bodyOf(info)]).toEqual([
        'chess',
        'Info-Package',
        'e5',
      ]);
      expect(headerRows(info.text, 'Recv-Info')).toEqual([]);
      peer.respond(info, 200);
      await world.during(sent);
      // RFC 6086 §5.2.3: a later list takes the place of the one before.
      const holding = call.hold();
      await world.elapse(20);
      peer.respond(peer.take('INVITE'), 200, {
        headers: ['Contact: <sip:peer@10.0.0.9>', 'Content-Type: application/sdp', 'Recv-Info: go'],
        body: sdp({ direction: 'recvonly', version: 2 }),
      });
      await world.during(holding);
      expect(call.infoPackages).toEqual(['go']);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      await world.during(call.hangUp());
    }));

  test('RFC 6086 §2: a key press goes without a package; 469 and 415 end nothing, 481 ends the call', () =>
    inWorld(async (world) => {
      const { peer, call } = await incomingCall(world);
      for (const status of [200, 469, 415, 481]) {
        const sent = call.inform(keyPressInfo('9'));
        sent.catch(() => undefined);
        await world.elapse(20);
        const info = peer.take('INFO');
        expect(headerRows(info.text, 'Info-Package')).toEqual([]);
        expect(bodyOf(info)).toBe('Signal=9\r\nDuration=160\r\n');
        peer.when('BYE', (bye) => peer.respond(bye, 200));
        peer.respond(info, status);
        if (status === 200) await world.during(sent);
        else
          await expect(world.during(sent)).rejects.toMatchObject({ code: 'SIP_REJECTED', status });
        if (status !== 481) expect(call.dialog.state).toBe('Confirmed');
      }
      expect(await world.during(call.ended)).toMatchObject({ by: 'remote', status: 481 });
      await expect(call.inform(keyPressInfo('1'))).rejects.toMatchObject({ code: 'SIP_STATE' });
    }));

  test('Two of our agents press keys at each other while one of them holds', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.agent('bob', '10.0.0.2');
      const outgoing = alice.ua.call('sip:bob@10.0.0.2');
      const accepted = (await peer.nextCall()).accept();
      const one = await world.during(outgoing.answered);
      const two = await world.during(accepted);
      const pressed: (string | undefined)[] = [];
      two.onInfo((info) => pressed.push(readKeyPress(info)?.key));
      await world.during(
        Promise.all([two.hold(), one.inform(keyPressInfo('1')), one.inform(keyPressInfo('#'))]),
      );
      expect(pressed).toEqual(['1', '#']);
      await world.during(one.hangUp());
    }));
});

test('RFC 3261 §12.2.2: INFOs that come twice are heard once (C072)', () =>
  inWorld(async (world) => {
    const standing = await outgoingCall(world);
    const { peer, call, say } = standing;
    let heard = 0;
    call.onInfo(() => {
      heard += 1;
    });
    say('INFO', { ...relay, cseq: 500, branch: 'z9hG4bK-twice' });
    say('INFO', { ...relay, cseq: 500, branch: 'z9hG4bK-twice' });
    await world.elapse(200);
    expect(heard).toBe(1);
    const holding = call.hold();
    await world.elapse(20);
    answerWith(peer, peer.take('INVITE'), sdp({ direction: 'recvonly', version: 2 }));
    await world.during(holding);
    await world.elapse(20);
    say('BYE', { cseq: 600 });
    await world.during(call.ended);
  }));
