// Two scripted peers talk to each other.
import { beforeEach, describe, expect, test } from 'vitest';
import { headerRows, ScriptedPeer } from './scripted-peer.ts';
import { seededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';
import { VirtualNetwork } from './virtual-network.ts';

const invite = `INVITE sip:bob@10.0.0.2 SIP/2.0
Via: SIP/2.0/TCP 10.0.0.1;branch=z9hG4bK1
v: SIP/2.0/TCP 10.0.0.0;branch=z9hG4bK0
From: <sip:alice@10.0.0.1>;tag=a
To: <sip:bob@10.0.0.2>
Call-ID: 1
CSeq: 1 INVITE

v=0
`;

let clock: VirtualClock;
let alice: ScriptedPeer;
let bob: ScriptedPeer;

beforeEach(async () => {
  clock = new VirtualClock();
  const network = new VirtualNetwork({ clock, random: seededRandom(1) });
  alice = new ScriptedPeer({ clock, transport: network.transport('TCP', '10.0.0.1', 5060) });
  bob = new ScriptedPeer({ clock, transport: network.transport('TCP', '10.0.0.2', 5060) });
  await alice.start();
  await bob.start();
});

describe('ScriptedPeer', () => {
  test('What is written with plain line ends goes out as a whole message', () => {
    alice.send(invite, bob.address);
    clock.runUntilIdle();
    const { text } = bob.take('INVITE');
    expect(text).toBe(
      `${invite.trimEnd().replace('\n\nv=0', '\nContent-Length: 5\n\nv=0\n').replaceAll('\n', '\r\n')}`,
    );
    expect(bob.untaken).toEqual([]);
  });

  test('A response copies Via rows, From, To with a tag, Call-ID and CSeq', () => {
    bob.when('INVITE', (arrived) => {
      bob.respond(arrived, 100);
      bob.respond(arrived, 200, {
        reason: 'OK',
        toTag: 'b',
        headers: ['Contact: <sip:bob@10.0.0.2>'],
        body: 'v=0\n',
      });
    });
    alice.send(invite, bob.address);
    clock.runUntilIdle();
    expect(headerRows(alice.take('SIP/2.0 100').text, 'To')).toEqual(['<sip:bob@10.0.0.2>']);
    const { text } = alice.take(/^SIP\/2\.0 2\d\d /);
    expect(headerRows(text, 'Via')).toEqual(headerRows(bob.log[0]?.text ?? '', 'Via', 'v'));
    expect(headerRows(text, 'To', 't')).toEqual(['<sip:bob@10.0.0.2>;tag=b']);
    expect(headerRows(text, 'Content-Length')).toEqual(['5']);
  });

  test('take says what is there instead', () => {
    expect(() => bob.take('BYE')).toThrow('No BYE arrived, only: nothing');
    alice.send(invite, bob.address);
    clock.runUntilIdle();
    expect(() => bob.take('BYE')).toThrow(
      'No BYE arrived, only: INVITE sip:bob@10.0.0.2 SIP/2.0 from 10.0.0.1:',
    );
  });

  test('expect waits for a message, and gives up in time', async () => {
    const arrival = bob.expect((text) => text.includes('Call-ID: 1'));
    const nothing = expect(bob.expect('BYE', 500)).rejects.toThrow('No BYE arrived');
    await clock.elapse(100);
    alice.send(invite, bob.address);
    await clock.elapse(400);
    expect((await arrival).at).toBeGreaterThan(100);
    await nothing;
    expect(clock.pending).toBe(0);
  });
});
