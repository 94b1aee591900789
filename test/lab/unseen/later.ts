// Second round: what breaks at the end of a call, in a transfer, in a registration, on the way (faults 22 to 24, 29, 31, 32, 34, 36).
import { pause } from '../../peers/world.ts';
import { Device, fresh } from '../device.ts';
import { address } from '../lab.ts';
import { answersOn, Leg } from '../leg.ts';
import { bobAt } from '../people.ts';
import { baresip, offhook } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { answers } from '../runs.ts';
import { keys, pcma, pcmu } from '../scenario.ts';
import { pair, six, talk } from './setting.ts';

const candidates = Array.from(
  { length: 34 },
  (_, number) =>
    `a=candidate:${number} 1 UDP ${2_130_706_431 - number} 203.0.113.20 ${52_000 + number} typ host generation 0 network-id ${number}`,
);

/** These families. */
export const later: readonly Family[] = [
  {
    fault: 22,
    rule: 'bye-wrong-tag',
    recipes: [
      {
        variant: 'no-tag-baresip-tcp',
        programs: ['device', 'baresip'],
        transport: 'TCP',
        says: "Alice's BYE has no To tag at all: baresip answers 481, and goes on talking.",
        async run(lab) {
          await baresip(lab, address.bob, { user: 'bob' });
          const alice = await Device.open(lab, { host: address.alice, transport: 'TCP' });
          const leg = new Leg(alice, 'alice', `${bobAt};transport=tcp`);
          await leg.calls(leg.sdp());
          await pause(1_500);
          leg.request('BYE', { to: `<${bobAt}>` });
          await alice.sees('481');
          await pause(1_000);
        },
        proof: { 'sip.Method == "BYE"': 1, 'sip.Status-Code == 481': 1 },
      },
      {
        variant: 'from-tag-ipv6',
        programs: ['device', 'device'],
        transport: 'UDP',
        says: "The gateway hangs up with a From tag of an earlier call: Alice's phone answers 481, and the call stays up until she hangs up.",
        async run(lab) {
          const [alice, bob] = await pair(lab, { v6: true, compact: true });
          const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
          const [other] = await Promise.all([answersOn(bob, 'bob'), leg.calls(leg.sdp())]);
          await talk(lab, alice, bob, 1.5);
          other.request('BYE', { from: other.local.replace(/tag=.*/, `tag=${fresh('old')}`) });
          alice.responds(await alice.sees('BYE'), '481 Call/Transaction Does Not Exist');
          await bob.sees('481');
          await talk(lab, alice, bob, 2, { other: null });
          leg.request('BYE');
          bob.responds(await bob.sees('BYE'), '481 Call/Transaction Does Not Exist');
          await pause(300);
        },
        proof: { 'sip.Method == "BYE"': 2, 'sip.Status-Code == 481': 2 },
      },
    ],
  },
  {
    fault: 23,
    rule: 'transfer-failed',
    recipes: [
      {
        variant: 'compact-503',
        programs: ['device', 'device'],
        transport: 'UDP',
        says: 'Alice hands the gateway over to a number; it accepts, tells 100, then 503: the line is full.',
        async run(lab) {
          const [alice, bob] = await pair(lab, { v6: true, compact: true });
          const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
          const [other] = await Promise.all([answersOn(bob, 'bob'), leg.calls(leg.sdp())]);
          await talk(lab, alice, bob, 1);
          leg.request('REFER', {
            headers: [`Refer-To: <sip:+4930777@${bob.at}>`, `Referred-By: <sip:alice@${alice.at}>`],
          });
          other.responds(await bob.sees('REFER'), '202 Accepted');
          const cseq = leg.cseq;
          for (const [state, body] of [
            ['active;expires=60', 'SIP/2.0 100 Trying'],
            ['terminated;reason=noresource', 'SIP/2.0 503 Service Unavailable'],
          ] as const) {
            other.request('NOTIFY', {
              headers: [
                `Event: refer;id=${cseq}`,
                `Subscription-State: ${state}`,
                'Content-Type: message/sipfrag;version=2.0',
              ],
              body,
            });
            leg.responds(await alice.sees('NOTIFY'), '200 OK');
            await pause(900);
          }
          await Promise.all([other.isHungUp(), leg.hangsUp()]);
          await pause(200);
        },
        proof: { 'sip.Method == "NOTIFY"': 2, 'sip.Method == "REFER"': 1 },
      },
    ],
  },
  {
    fault: 24,
    rule: 'transfer-no-notify',
    recipes: [
      {
        variant: 'ipv6-200',
        programs: ['device', 'device'],
        transport: 'UDP',
        says: 'The gateway accepts a transfer with 200 in place of 202, tells nothing for 20 seconds, and Alice hangs up.',
        async run(lab) {
          const [alice, bob] = await pair(lab, { v6: true, compact: true });
          const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
          const [other] = await Promise.all([answersOn(bob, 'bob'), leg.calls(leg.sdp())]);
          await pause(1_000);
          leg.request('REFER', { headers: [`Refer-To: <sip:carol@[${six.carol}]>`] });
          other.responds(await bob.sees('REFER'), '200 OK');
          await pause(20_000);
          await Promise.all([other.isHungUp(), leg.hangsUp()]);
          await pause(200);
        },
        proof: { 'sip.Method == "NOTIFY"': 0, 'sip.Method == "REFER"': 1 },
      },
    ],
  },
  {
    fault: 29,
    rule: 'registration-expired',
    recipes: [
      {
        variant: 'pbx-480',
        programs: ['device', 'device', 'device'],
        transport: 'UDP',
        says: "Bob's registration of ten seconds ends while he rings: the PBX cancels the call to him, and Alice gets 480.",
        async run(lab) {
          const server = await Device.open(lab, { host: address.proxy, agent: 'PBX 4' });
          const alice = await Device.open(lab, { host: address.alice });
          const bob = await Device.open(lab, { host: address.bob });
          const self = new Leg(bob, 'bob', `sip:${address.proxy}`);
          self.remote = `<sip:bob@${address.proxy}>`;
          self.request('REGISTER', { headers: ['Expires: 10'] });
          server.responds(await server.sees('REGISTER'), '200 OK', {
            tag: fresh('r'),
            headers: [`Contact: ${self.contact};expires=10`],
          });
          await bob.sees('200');
          await pause(3_000);
          const leg = new Leg(alice, 'alice', `sip:bob@${address.proxy}`);
          leg.request('INVITE', { body: leg.sdp() });
          const invite = await server.sees('INVITE');
          server.responds(invite, '100 Trying');
          const out = new Leg(server, 'alice', bobAt);
          out.request('INVITE', { body: out.sdp() });
          const ringing = await bob.sees('INVITE');
          bob.responds(ringing, '180 Ringing', { tag: 'bobrings', contact: self.contact });
          server.responds(invite, '180 Ringing', { tag: 'pbxrings' });
          await pause(7_300);
          out.cancels(['Reason: SIP;cause=480;text="Registration expired"']);
          bob.responds(await bob.sees('CANCEL'), '200 OK', { tag: 'bobrings' });
          bob.responds(ringing, '487 Request Terminated', { tag: 'bobrings' });
          out.acksRefusal(await server.sees('487'));
          server.responds(invite, '480 Temporarily Unavailable', { tag: 'pbxrings' });
          leg.acksRefusal(await alice.sees('480'));
          await pause(300);
        },
        also: [6],
        proof: { 'sip.Method == "CANCEL"': 1, 'sip.Status-Code == 480': 1 },
      },
    ],
  },
  {
    fault: 31,
    rule: 'oversize',
    recipes: [
      {
        variant: 'answer-fragments',
        programs: ['device', 'device'],
        transport: 'UDP',
        says: "The gateway's answer of three kilobytes goes in fragments that a firewall swallows: Alice sees it ring and never hears of an answer.",
        async run(lab) {
          lab.command('ip', 'link', 'set', 'lo', 'mtu', '1500');
          lab.command('iptables', '-t', 'raw', '-A', 'PREROUTING', '-f', '-j', 'DROP');
          const [alice, bob] = await pair(lab);
          const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
          leg.request('INVITE', { body: leg.sdp() });
          const invite = await bob.sees('INVITE');
          const other = Leg.of(bob, 'bob', invite);
          other.responds(invite, '180 Ringing');
          await alice.sees('180');
          await pause(1_000);
          const body = other.sdp({ port: 42_000, codecs: [pcmu, pcma, keys], more: candidates });
          bob.repeats(() => other.responds(invite, '200 OK', body), 4_000);
          await pause(32_000);
          other.request('BYE');
          alice.responds(await alice.sees('BYE'), '200 OK');
          await pause(300);
        },
        also: [8],
        proof: { 'ip.flags.mf == 1': [10, 30], 'sip.Status-Code == 180': 1 },
      },
    ],
  },
  {
    fault: 32,
    rule: 'tcp-keep-alive',
    recipes: [
      {
        variant: 'ping-no-pong',
        programs: ['device', 'device'],
        transport: 'TCP',
        says: "Bob's phone pings its connection with CRLF CRLF and hears its pongs, until a NAT forgets it: the pings are sent again by TCP, and the phone connects anew.",
        async run(lab) {
          const server = await Device.open(lab, { host: address.proxy, transport: 'TCP' });
          const bob = await Device.open(lab, { host: address.bob, transport: 'TCP' });
          const self = new Leg(bob, 'bob', `sip:${address.proxy};transport=tcp`);
          self.remote = `<sip:bob@${address.proxy}>`;
          const register = async (): Promise<void> => {
            self.request('REGISTER', { headers: ['Expires: 600', 'Supported: outbound'] });
            server.responds(await server.sees('REGISTER'), '200 OK', {
              tag: fresh('r'),
              headers: [`Contact: ${self.contact};expires=600`, 'Flow-Timer: 5'],
            });
            await bob.sees('200');
          };
          await register();
          for (let number = 0; number < 3; number += 1) {
            await pause(2_000);
            bob.raw('\r\n\r\n', self.peer);
          }
          await pause(500);
          lab.deafen('-p', 'tcp', '-s', address.bob, '--dport', '5060');
          await pause(1_500);
          bob.raw('\r\n\r\n', self.peer);
          await pause(10_000);
          bob.breaks();
          lab.clear();
          await register();
          await pause(500);
        },
        filter: 'tcp port 5060',
        proof: { 'tcp.analysis.retransmission': [3, 30], 'sip.Method == "REGISTER"': 2 },
      },
    ],
  },
  {
    fault: 34,
    rule: 'update-unanswered',
    recipes: [
      {
        variant: 'early-tcp',
        programs: ['device', 'device'],
        transport: 'TCP',
        says: 'Alice tells by UPDATE over TCP before the answer that her side is ready; the gateway never answers it, and she gives up.',
        async run(lab) {
          const [alice, bob] = await pair(lab, { transport: 'TCP' });
          const leg = new Leg(alice, 'alice', `sip:bob@${bob.at};transport=tcp`);
          leg.request('INVITE', { body: leg.sdp(), headers: ['Supported: 100rel, precondition'] });
          const invite = await bob.sees('INVITE');
          const other = Leg.of(bob, 'bob', invite);
          other.responds(invite, '183 Session Progress', other.sdp({ port: 42_000 }), [
            'Require: 100rel',
            'RSeq: 1',
            'Allow: INVITE, ACK, CANCEL, BYE, PRACK, UPDATE',
          ]);
          leg.learns(await alice.sees('183'));
          leg.request('PRACK', { headers: ['RAck: 1 1 INVITE'] });
          other.responds(await bob.sees('PRACK'), '200 OK');
          await pause(500);
          leg.request('UPDATE', { body: leg.sdp({ version: 2 }) });
          await pause(32_500);
          leg.request('CANCEL', {
            branch: leg.branch,
            cseq: 1,
            to: `<sip:bob@${bob.at};transport=tcp>`,
          });
          bob.responds(await bob.sees('CANCEL'), '200 OK', { tag: other.tag });
          other.responds(invite, '487 Request Terminated');
          await alice.sees('487');
          leg.request('ACK', { branch: leg.branch, cseq: 1 });
          await pause(300);
        },
        also: [2],
        proof: { 'sip.Method == "UPDATE"': 1, 'sip.Status-Code == 487': 1 },
      },
    ],
  },
  {
    fault: 36,
    rule: 'same-call-id',
    recipes: [
      {
        variant: 'two-callees',
        programs: ['device', 'device', 'device'],
        transport: 'UDP',
        says: "An old PBX calls Bob and Carol under one Call-ID with two From tags, mixes them up when it hangs up, and Bob's phone answers 481.",
        async run(lab) {
          const [alice, bob] = await pair(lab, { v6: true, compact: true });
          const carol = await Device.open(lab, { host: six.carol });
          const leg = new Leg(alice, 'pbx', `sip:bob@${bob.at}`);
          const second = new Leg(alice, 'pbx', `sip:carol@${carol.at}`);
          second.callId = leg.callId;
          await Promise.all([answersOn(bob, 'bob'), leg.calls(leg.sdp())]);
          const [other] = await Promise.all([
            answersOn(carol, 'carol', (one) => one.sdp({ port: 44_000 })),
            second.calls(second.sdp({ port: 40_002 })),
          ]);
          await pause(1_500);
          leg.request('BYE', { from: second.local });
          bob.responds(await bob.sees('BYE'), '481 Call/Transaction Does Not Exist');
          await alice.sees('481');
          await pause(500);
          await Promise.all([other.isHungUp(), second.hangsUp()]);
          await pause(300);
        },
        also: [22],
        proof: { 'sip.Method == "INVITE"': 2, 'sip.Status-Code == 481': 1 },
      },
      {
        variant: 'offhook-tcp',
        programs: ['device', 'Offhook'],
        transport: 'TCP',
        says: 'A phone that has restarted calls again under the Call-ID of its call that is still up, with a new tag, and can no longer end the first.',
        async run(lab) {
          const phone = await offhook(lab, address.bob, 'bob');
          void answers(phone).then(() => answers(phone));
          const alice = await Device.open(lab, { host: address.alice, transport: 'TCP' });
          const leg = new Leg(alice, 'alice', `${bobAt};transport=tcp`);
          await leg.calls(leg.sdp());
          await pause(800);
          const second = new Leg(alice, 'alice', `${bobAt};transport=tcp`);
          second.callId = leg.callId;
          await second.calls(second.sdp({ port: 40_010 }));
          await pause(800);
          second.request('BYE', { to: leg.remote });
          await alice.sees('481');
          second.request('BYE');
          await alice.sees('200 BYE');
          await pause(500);
        },
        filter: 'tcp port 5060',
        also: [22],
        proof: { 'sip.Method == "INVITE"': 2, 'sip.Status-Code == 481': 1 },
      },
    ],
  },
];
