// Second round: what is wrong with the media (faults 11 to 13, 25, 35).
import { pause } from '../../peers/world.ts';
import { Device } from '../device.ts';
import { address } from '../lab.ts';
import { answersOn, Leg } from '../leg.ts';
import { at, bobAt } from '../people.ts';
import { plays, socketAt } from '../player.ts';
import { baresip, linphone, proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { keys, pcma, pcmu } from '../scenario.ts';
import { pair, talk } from './setting.ts';

/** A receiver's report in RTCP (RFC 3550 §6.4.2). */
function report(to: number, fraction: number, lost: number, jitter: number): Buffer {
  const packet = Buffer.alloc(32);
  packet.writeUInt8(0x81, 0);
  packet.writeUInt8(201, 1);
  packet.writeUInt16BE(7, 2);
  packet.writeUInt32BE(0x0a11ce01, 4);
  packet.writeUInt32BE(to, 8);
  packet.writeUInt32BE((fraction << 24) | lost, 12);
  packet.writeUInt32BE(1_100, 16);
  packet.writeUInt32BE(jitter, 20);
  return packet;
}

/** These families. */
export const media: readonly Family[] = [
  {
    fault: 11,
    rule: 'private-address',
    recipes: [
      {
        variant: 'caller-behind-nat',
        programs: ['device', 'baresip'],
        transport: 'UDP',
        says: "Alice's phone is behind a NAT and names 10.44.0.17 in Via, Contact and SDP: baresip's sound goes there, and hers arrives from outside.",
        async run(lab) {
          await baresip(lab, address.bob, { user: 'bob' });
          const alice = await Device.open(lab, { host: address.alice });
          const leg = new Leg(alice, 'alice', bobAt);
          leg.callId = '7f3a@10.44.0.17';
          leg.request('INVITE', {
            body: leg.sdp({ address: '10.44.0.17' }),
            headers: ['Contact: <sip:alice@10.44.0.17:5060>'],
          });
          const answer = await alice.sees('200');
          leg.learns(answer);
          leg.request('ACK');
          const port = Number(/m=audio (\d+)/.exec(answer.text)?.[1]);
          await plays(lab, {
            from: { host: address.alice, port: 23_456 },
            to: { host: address.bob, port },
            seconds: 3,
            ssrc: 0x0a11ce01,
          });
          await leg.hangsUp();
          await pause(300);
        },
        proof: { 'udp && ip.dst == 10.44.0.17': [60, 400], 'sip.Method == "BYE"': 1 },
      },
      {
        variant: 'carrier-grade',
        programs: ['linphonec', 'Kamailio', 'device'],
        transport: 'UDP',
        says: "The gateway's answer comes through Kamailio with an address of a carrier's NAT, 100.72.3.4 (RFC 6598): linphonec's sound goes nowhere.",
        async run(lab) {
          await proxy(lab, { route: `$du = "sip:${at.bob}";` });
          const bob = await Device.open(lab, { host: address.bob });
          const phone = await linphone(lab, address.alice, { user: 'alice' });
          await pause(700);
          phone.tell(`call sip:bob@${address.proxy}`);
          const leg = await answersOn(bob, 'bob', (one) =>
            one.sdp({ port: 42_000, address: '100.72.3.4' }),
          );
          await pause(3_000);
          phone.tell('terminate');
          await leg.isHungUp();
          await pause(300);
        },
        proof: { 'udp && ip.dst == 100.72.3.4': [60, 400], 'sip.Method == "BYE"': 2 },
      },
    ],
  },
  {
    fault: 12,
    rule: 'one-way-direction',
    recipes: [
      {
        variant: 'resume-session-level',
        programs: ['device', 'device'],
        transport: 'TCP',
        says: 'Alice holds and resumes by UPDATE; the gateway goes on answering recvonly at session level, and she hears nothing of it.',
        async run(lab) {
          const [alice, bob] = await pair(lab, { transport: 'TCP' });
          const leg = new Leg(alice, 'alice', `sip:bob@${bob.at};transport=tcp`);
          const [other] = await Promise.all([answersOn(bob, 'bob'), leg.calls(leg.sdp())]);
          await talk(lab, alice, bob, 1);
          for (const [version, direction] of [
            [2, 'sendonly'],
            [3, 'sendrecv'],
          ] as const) {
            leg.request('UPDATE', { body: leg.sdp({ version, direction }) });
            const body = other
              .sdp({ port: 42_000, version })
              .replace('\na=sendrecv', '')
              .replace('t=0 0', 't=0 0\na=recvonly');
            other.responds(await bob.sees('UPDATE'), '200 OK', body);
            await alice.sees('200 UPDATE');
            await pause(500);
          }
          await talk(lab, alice, bob, 3, { other: null });
          await Promise.all([other.isHungUp(), leg.hangsUp()]);
          await pause(200);
        },
        proof: { 'sip.Method == "UPDATE"': 2, 'sdp contains "recvonly"': 2 },
      },
    ],
  },
  {
    fault: 13,
    rule: 'one-way-nat',
    recipes: [
      {
        variant: 'rebinding',
        programs: ['device', 'device'],
        transport: 'UDP',
        says: "In the call Alice's NAT forgets her media's port and takes another, 40088; the gateway goes on sending to the old one, and she hears nothing any more.",
        async run(lab) {
          const [alice, bob] = await pair(lab);
          const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
          const [other] = await Promise.all([answersOn(bob, 'bob'), leg.calls(leg.sdp())]);
          const gateway = plays(lab, {
            from: { host: bob.host, port: 42_000 },
            to: { host: alice.host, port: 40_000 },
            seconds: 5,
            ssrc: 0x0b0b0001,
          });
          const to = { host: bob.host, port: 42_000 };
          await plays(lab, {
            from: { host: alice.host, port: 40_000 },
            to,
            seconds: 2,
            ssrc: 0x0a11ce01,
          });
          await socketAt(lab, { host: alice.host, port: 40_088 });
          await plays(lab, {
            from: { host: alice.host, port: 40_088 },
            to,
            seconds: 3,
            ssrc: 0x0a11ce01,
          });
          await gateway;
          await Promise.all([other.isHungUp(), leg.hangsUp()]);
          await pause(200);
        },
        proof: { 'udp.srcport == 40088': [140, 150], 'udp.dstport == 40000': [240, 250] },
      },
      {
        variant: 'both-sides',
        programs: ['device', 'linphonec'],
        transport: 'UDP',
        says: "Alice's media comes from another public address than that of her SDP, at which nothing listens; linphonec sends to the SDP's.",
        async run(lab) {
          await linphone(lab, address.bob, { user: 'bob' });
          const alice = await Device.open(lab, { host: address.alice });
          await pause(1_000);
          lab.deafen('-p', 'udp', '-d', address.other, '--dport', '40000');
          const leg = new Leg(alice, 'alice', bobAt);
          const answer = await leg.calls(leg.sdp({ address: address.other }));
          const port = Number(/m=audio (\d+)/.exec(answer.text)?.[1]);
          await plays(lab, {
            from: { host: address.alice, port: 61_514 },
            to: { host: address.bob, port },
            seconds: 3,
            ssrc: 0x0a11ce01,
          });
          await leg.hangsUp();
          await pause(300);
        },
        proof: {
          'udp.srcport == 61514': [140, 150],
          [`udp.dstport == 40000 && ip.dst == ${address.other}`]: [10, 300],
        },
      },
    ],
  },
  {
    fault: 25,
    rule: 'dtmf',
    recipes: [
      {
        variant: 'info-415',
        programs: ['device', 'device'],
        transport: 'UDP',
        says: 'Alice sends her keys by INFO; the gateway takes none, 415 each time, and her phone sends them in no other way.',
        async run(lab) {
          const [alice, bob] = await pair(lab, { v6: true, compact: true });
          const leg = new Leg(alice, 'alice', `sip:ivr@${bob.at}`);
          const [other] = await Promise.all([
            answersOn(bob, 'ivr', (one) => one.sdp({ port: 42_000, codecs: [pcmu] })),
            leg.calls(leg.sdp({ codecs: [pcmu] })),
          ]);
          const talking = talk(lab, alice, bob, 3);
          for (const key of ['4', '2', '#']) {
            await pause(700);
            leg.request('INFO', {
              headers: ['Content-Type: application/dtmf-relay'],
              body: `Signal=${key}\nDuration=160`,
            });
            other.responds(await bob.sees('INFO'), '415 Unsupported Media Type', '', [
              'Accept: application/sdp',
            ]);
          }
          await talking;
          await Promise.all([other.isHungUp(), leg.hangsUp()]);
          await pause(200);
        },
        proof: { 'sip.Status-Code == 415': 3, 'sip.Method == "INFO"': 3 },
      },
      {
        variant: 'removed-by-reinvite',
        programs: ['device', 'device'],
        transport: 'TCP',
        says: 'A re-INVITE of the gateway leaves telephone-event out, and Alice goes on sending her keys as payload type 101.',
        async run(lab) {
          const [alice, bob] = await pair(lab, { transport: 'TCP' });
          const leg = new Leg(alice, 'alice', `sip:ivr@${bob.at};transport=tcp`);
          const codecs = [pcma, keys];
          const [other] = await Promise.all([
            answersOn(bob, 'ivr', (one) => one.sdp({ port: 42_000, codecs })),
            leg.calls(leg.sdp({ codecs })),
          ]);
          await talk(lab, alice, bob, 1, { one: { type: 8 }, other: { type: 8 } });
          other.request('INVITE', {
            body: other.sdp({ port: 42_000, version: 2, codecs: [pcma] }),
          });
          leg.responds(
            await alice.sees('INVITE'),
            '200 OK',
            leg.sdp({ version: 2, codecs: [pcma] }),
          );
          await bob.sees('200 INVITE');
          other.request('ACK');
          await talk(lab, alice, bob, 3, {
            one: { type: 8, keys: '42#' },
            other: { type: 8 },
          });
          await Promise.all([other.isHungUp(), leg.hangsUp()]);
          await pause(200);
        },
        proof: { 'sip.Method == "INVITE"': 2, 'rtp.p_type == 101': [20, 30] },
      },
    ],
  },
  {
    fault: 35,
    rule: 'poor-media',
    recipes: [
      {
        variant: 'bursts-ipv6',
        programs: ['device', 'device'],
        transport: 'UDP',
        says: 'A radio link swallows 25 packets at a time, four times in six seconds, of the sound of Alice over IPv6.',
        async run(lab) {
          const [alice, bob] = await pair(lab, { v6: true });
          const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
          const [other] = await Promise.all([
            answersOn(bob, 'bob', (one) => one.sdp({ port: 42_000, codecs: [pcma] })),
            leg.calls(leg.sdp({ codecs: [pcma] })),
          ]);
          await talk(lab, alice, bob, 6, {
            one: { type: 8, isLost: (packet) => packet % 75 >= 40 && packet % 75 < 65 },
            other: { type: 8 },
          });
          await Promise.all([other.isHungUp(), leg.hangsUp()]);
          await pause(200);
        },
        proof: { 'udp.dstport == 42000': [199, 201], 'udp.dstport == 40000': [298, 300] },
      },
      {
        variant: 'told-by-rtcp',
        programs: ['device', 'device'],
        transport: 'UDP',
        says: "Captured at the gateway: what it sends is whole, and Alice's reports in RTCP say that one packet in five of it is lost on the way to her.",
        async run(lab) {
          const [alice, bob] = await pair(lab);
          const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
          const [other] = await Promise.all([answersOn(bob, 'bob'), leg.calls(leg.sdp())]);
          const socket = await socketAt(lab, { host: alice.host, port: 40_001 });
          await socketAt(lab, { host: bob.host, port: 42_001 });
          for (const second of [1, 2, 3, 4, 5])
            lab.later(second * 1_000, () => {
              socket.send(report(0x0b0b0001, 52, 10 * second, 640), 42_001, bob.host);
            });
          await talk(lab, alice, bob, 5.5);
          await Promise.all([other.isHungUp(), leg.hangsUp()]);
          await pause(200);
        },
        proof: { 'udp.dstport == 42001': 5, 'udp.dstport == 40000': [270, 276] },
      },
    ],
  },
];
