// Second round: calls that come about and break in the dialog (faults 8 to 10, 14 to 17, 19 to 21).
import { pause } from '../../peers/world.ts';
import { Device, fresh } from '../device.ts';
import { address } from '../lab.ts';
import { answersOn, Leg } from '../leg.ts';
import { at, bobAt } from '../people.ts';
import { baresip, linphone, offhook, proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { answers } from '../runs.ts';
import { pcma } from '../scenario.ts';
import { pair, talk } from './setting.ts';

/** These families. */
export const dialogs: readonly Family[] = [
  {
    fault: 8,
    rule: 'ack-lost',
    recipes: [
      {
        variant: 'delayed-offer-ipv6',
        programs: ['device', 'device'],
        transport: 'UDP',
        says: 'Alice leaves the offer to the gateway over IPv6, her ACK with the answer never arrives, and the gateway gives up after 32 seconds.',
        async run(lab) {
          const [alice, bob] = await pair(lab, { v6: true, compact: true });
          const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
          leg.request('INVITE');
          const invite = await bob.sees('INVITE');
          const other = Leg.of(bob, 'bob', invite);
          const body = other.sdp({ port: 42_000, codecs: [pcma] });
          bob.repeats(() => other.responds(invite, '200 OK', body), 4_000);
          await pause(32_000);
          other.request('BYE');
          alice.responds(await alice.sees('BYE'), '200 OK');
          await pause(300);
        },
        proof: {
          'sip.Status-Code == 200 && sip.CSeq.method == "INVITE"': [10, 11],
          'sip.Method == "ACK"': 0,
        },
      },
      {
        variant: 'kamailio-far-side',
        programs: ['baresip', 'Kamailio', 'linphonec'],
        transport: 'UDP',
        says: 'Captured at linphonec behind Kamailio: the ACK of the call never reaches its side, and it ends the call.',
        async run(lab) {
          await proxy(lab, { route: `$du = "sip:${at.bob}";` });
          await linphone(lab, address.bob, { user: 'bob' });
          const phone = await baresip(lab, address.alice, { user: 'alice' });
          await pause(700);
          lab.lose(
            '-p',
            'udp',
            '-d',
            address.bob,
            '-m',
            'string',
            '--algo',
            'bm',
            '--string',
            'ACK sip:',
          );
          await phone.tell('dial', `sip:bob@${address.proxy}`);
          await pause(36_000);
        },
        filter: `udp port 5060 and host ${address.bob}`,
        proof: {
          'sip.Status-Code == 200 && sip.CSeq.method == "INVITE"': [8, 12],
          'sip.Method == "ACK"': 0,
        },
      },
    ],
  },
  {
    fault: 9,
    rule: 'ack-wrong-target',
    recipes: [
      {
        variant: 'route-ignored',
        programs: ['device', 'Kamailio', 'device'],
        transport: 'UDP',
        says: "Alice's ACK ignores the Record-Route of Kamailio and the Contact of the answer: it goes to the number that she dialled, at the gateway's other address.",
        async run(lab) {
          await proxy(lab, { route: `$du = "sip:${at.bob}";` });
          const alice = await Device.open(lab, { host: address.alice });
          const bob = await Device.open(lab, { host: address.bob });
          const leg = new Leg(alice, 'alice', `sip:bob@${address.proxy}`);
          leg.request('INVITE', { body: leg.sdp() });
          const invite = await bob.sees('INVITE');
          const other = Leg.of(bob, 'bob', invite);
          other.responds(invite, '180 Ringing');
          await pause(400);
          const body = other.sdp({ port: 42_000 });
          bob.repeats(() => other.responds(invite, '200 OK', body), 4_000);
          const answer = await alice.sees('200');
          leg.learns(answer);
          const wrong = { host: address.carol, port: 5060 };
          for (let number = 0; number < 10; number += 1) {
            leg.request('ACK', { uri: `sip:bob@${address.carol}`, routes: [], by: wrong });
            if (number < 9) await alice.sees('200');
          }
          await pause(3_000);
          other.request('BYE');
          alice.responds(await alice.sees('BYE'), '200 OK');
          await pause(300);
        },
        filter: 'udp port 5060',
        proof: {
          [`sip.Method == "ACK" && ip.dst == ${address.carol}`]: 10,
          'sip.Method == "BYE"': 2,
        },
      },
    ],
  },
  {
    fault: 10,
    rule: 'ack-not-taken',
    recipes: [
      {
        variant: 'kamailio-tcp',
        programs: ['baresip', 'Kamailio', 'device'],
        transport: 'TCP',
        says: "baresip's ACK goes through Kamailio and arrives; the gateway does not match it, repeats its 200 over TCP, and hangs up.",
        async run(lab) {
          await proxy(lab, { route: `$du = "sip:${at.bob};transport=tcp";` });
          const bob = await Device.open(lab, { host: address.bob, transport: 'TCP' });
          const phone = await baresip(lab, address.alice, { user: 'alice' });
          await phone.tell('dial', `sip:bob@${address.proxy};transport=tcp`);
          const invite = await bob.sees('INVITE');
          const other = Leg.of(bob, 'bob', invite);
          other.responds(invite, '180 Ringing');
          const body = other.sdp({ port: 42_000 });
          bob.repeats(() => other.responds(invite, '200 OK', body), 4_000);
          await pause(32_500);
          other.request('BYE');
          await bob.sees('200 BYE');
          await pause(300);
        },
        filter: 'tcp port 5060',
        proof: { 'sip.Method == "ACK"': [10, 24], 'sip.Method == "BYE"': 2 },
      },
    ],
  },
  {
    fault: 14,
    rule: 'illegal-hold-answer',
    recipes: [
      {
        variant: 'update-no-direction',
        programs: ['device', 'device'],
        transport: 'TCP',
        says: 'Alice holds by UPDATE with sendonly; the gateway answers without any direction, which means sendrecv.',
        async run(lab) {
          const [alice, bob] = await pair(lab, { transport: 'TCP' });
          const leg = new Leg(alice, 'alice', `sip:bob@${bob.at};transport=tcp`);
          const [other] = await Promise.all([answersOn(bob, 'bob'), leg.calls(leg.sdp())]);
          await talk(lab, alice, bob, 1.5);
          leg.request('UPDATE', { body: leg.sdp({ version: 2, direction: 'sendonly' }) });
          const plain = other.sdp({ port: 42_000, version: 2 }).replace('\na=sendrecv', '');
          other.responds(await bob.sees('UPDATE'), '200 OK', plain);
          await alice.sees('200 UPDATE');
          await talk(lab, alice, bob, 1);
          await Promise.all([other.isHungUp(), leg.hangsUp()]);
          await pause(200);
        },
        proof: { 'sip.Method == "UPDATE"': 1, 'sdp.media_attr == "sendonly"': 1 },
      },
      {
        variant: 'recvonly-recvonly-linphone',
        programs: ['device', 'linphonec'],
        transport: 'UDP',
        says: 'linphonec puts Alice on hold with sendonly, and her phone answers the re-INVITE with inactive at session level and sendonly at the audio.',
        async run(lab) {
          const phone = await linphone(lab, address.bob, { user: 'bob' });
          const alice = await Device.open(lab, { host: address.alice });
          await pause(1_000);
          const leg = new Leg(alice, 'alice', bobAt);
          await leg.calls(leg.sdp());
          await pause(1_000);
          phone.tell('pause');
          const invite = await alice.sees('INVITE');
          leg.responds(
            invite,
            '200 OK',
            leg.sdp({ version: 2, direction: 'sendonly' }).replace('t=0 0', 't=0 0\na=inactive'),
          );
          await alice.sees('ACK');
          await pause(1_500);
          await leg.hangsUp();
          await pause(300);
        },
        proof: { 'sip.Method == "INVITE"': 2, 'sdp.media_attr == "sendonly"': 2 },
      },
    ],
  },
  {
    fault: 15,
    rule: 'resume-cseq',
    recipes: [
      {
        variant: 'offhook-500',
        programs: ['device', 'Offhook'],
        transport: 'UDP',
        says: 'Alice resumes with a CSeq that is lower than that of her hold, twice: Offhook answers 500 each time, and the call stays on hold.',
        async run(lab) {
          void answers(await offhook(lab, address.bob, 'bob'));
          const alice = await Device.open(lab, { host: address.alice });
          const leg = new Leg(alice, 'alice', bobAt);
          await leg.calls(leg.sdp(), { cseq: 101 });
          await pause(700);
          leg.request('INVITE', {
            cseq: 103,
            body: leg.sdp({ version: 2, direction: 'sendonly' }),
          });
          await alice.sees('200 INVITE');
          leg.request('ACK');
          await pause(700);
          for (const version of [3, 4]) {
            leg.request('INVITE', { cseq: 102, body: leg.sdp({ version }) });
            leg.acksRefusal(await alice.sees('500'));
            await pause(1_500);
          }
          leg.request('BYE', { cseq: 104 });
          await alice.sees('200 BYE');
          await pause(300);
        },
        proof: { 'sip.Status-Code == 500': 2, 'sip.Method == "INVITE"': 4 },
      },
    ],
  },
  {
    fault: 16,
    rule: 'glare',
    recipes: [
      {
        variant: 'update-tcp',
        programs: ['device', 'device'],
        transport: 'TCP',
        says: 'Both change the call by UPDATE at once, both get 491, neither tries again, and Alice hangs up.',
        async run(lab) {
          const [alice, bob] = await pair(lab, { transport: 'TCP' });
          const leg = new Leg(alice, 'alice', `sip:bob@${bob.at};transport=tcp`);
          const [other] = await Promise.all([answersOn(bob, 'bob'), leg.calls(leg.sdp())]);
          await pause(1_000);
          leg.request('UPDATE', { body: leg.sdp({ version: 2, direction: 'sendonly' }) });
          other.request('UPDATE', {
            body: other.sdp({ port: 42_000, version: 2, codecs: [pcma] }),
          });
          leg.responds(await alice.sees('UPDATE'), '491 Request Pending');
          other.responds(await bob.sees('UPDATE'), '491 Request Pending');
          await pause(7_000);
          await Promise.all([other.isHungUp(), leg.hangsUp()]);
          await pause(200);
        },
        proof: { 'sip.Status-Code == 491': 2, 'sip.Method == "UPDATE"': 2 },
      },
    ],
  },
  {
    fault: 17,
    rule: 'session-timer-expired',
    recipes: [
      {
        variant: 'second-refresh',
        programs: ['device', 'device'],
        transport: 'UDP',
        says: 'The gateway is the refresher: it refreshes once, then forgets, and Alice hangs up before the 90 seconds are over.',
        async run(lab) {
          const [alice, bob] = await pair(lab, { v6: true, compact: true });
          const timer = ['Supported: timer', 'Require: timer', 'Session-Expires: 90;refresher=uas'];
          const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
          leg.request('INVITE', {
            body: leg.sdp(),
            headers: ['Supported: timer', 'Session-Expires: 90', 'Allow: INVITE, ACK, BYE, UPDATE'],
          });
          const invite = await bob.sees('INVITE');
          const other = Leg.of(bob, 'bob', invite);
          other.responds(invite, '200 OK', other.sdp({ port: 42_000 }), timer);
          leg.learns(await alice.sees('200'));
          leg.request('ACK');
          await pause(3_000);
          other.request('UPDATE', {
            headers: ['Supported: timer', 'Session-Expires: 90;refresher=uac'],
          });
          leg.responds(await alice.sees('UPDATE'), '200 OK', '', [
            'Require: timer',
            'Session-Expires: 90;refresher=uac',
          ]);
          await pause(61_000);
          leg.request('BYE', { headers: ['Reason: SIP;cause=408;text="Session timer expired"'] });
          bob.responds(await bob.sees('BYE'), '481 Call/Transaction Does Not Exist');
          await pause(300);
        },
        seconds: 100,
        proof: { 'sip.Method == "UPDATE"': 1, 'sip.Method == "BYE"': 1 },
      },
    ],
  },
  {
    fault: 19,
    rule: 'two-answers',
    recipes: [
      {
        variant: 'both-kept',
        programs: ['device', 'Kamailio', 'device', 'device'],
        transport: 'UDP',
        says: 'Two phones answer; Alice acknowledges both and never hangs up the second, whose user listens to nothing until he hangs up himself.',
        async run(lab) {
          await proxy(lab, {
            route: `$ru = "sip:bob@${at.bob}"; append_branch("sip:carol@${at.carol}");`,
          });
          await pause(1_000);
          const alice = await Device.open(lab, { host: address.alice });
          const bob = await Device.open(lab, { host: address.bob });
          const carol = await Device.open(lab, { host: address.carol });
          const leg = new Leg(alice, 'alice', `sip:bob@${address.proxy}`);
          const both = Promise.all([
            answersOn(bob, 'bob'),
            answersOn(carol, 'carol', (one) => one.sdp({ port: 44_000 })),
          ]);
          leg.request('INVITE', { body: leg.sdp() });
          const first = await alice.sees('200');
          leg.learns(first);
          leg.request('ACK');
          const second = new Leg(alice, 'alice', leg.target);
          second.callId = leg.callId;
          second.local = leg.local;
          second.cseq = leg.cseq;
          second.learns(await alice.sees('200'));
          second.request('ACK');
          const [winner, loser] = await both;
          const isFirst = leg.remote.includes(winner.tag);
          await pause(5_000);
          const left = isFirst ? loser : winner;
          left.request('BYE');
          alice.responds(await alice.sees('BYE'), '481 Call/Transaction Does Not Exist');
          await left.device.sees('481');
          await Promise.all([(isFirst ? winner : loser).isHungUp(), leg.hangsUp()]);
          await pause(300);
        },
        filter: 'udp port 5060',
        proof: {
          [`sip.Status-Code == 200 && sip.CSeq.method == "INVITE" && ip.dst == ${address.alice}`]: 2,
          'sip.Method == "BYE"': 4,
        },
      },
      {
        variant: 'linphone-tcp',
        programs: ['linphonec', 'device'],
        transport: 'TCP',
        says: 'A gateway that forks sends linphonec two answers with two To tags over TCP; the second is repeated until its phone gives up.',
        async run(lab) {
          const bob = await Device.open(lab, { host: address.bob, transport: 'TCP' });
          const phone = await linphone(lab, address.alice, { user: 'alice' });
          await pause(700);
          phone.tell(`call <${bobAt};transport=tcp>`);
          const invite = await bob.sees('INVITE');
          const [one, other] = [Leg.of(bob, 'bob', invite), Leg.of(bob, 'bob2', invite)];
          one.responds(invite, '180 Ringing');
          other.responds(invite, '180 Ringing');
          await pause(800);
          one.responds(invite, '200 OK', one.sdp({ port: 42_000 }));
          const body = other.sdp({ port: 42_002 });
          bob.repeats(() => other.responds(invite, '200 OK', body), 4_000, 9_000);
          await pause(10_000);
          phone.tell('terminate');
          await pause(1_000);
        },
        filter: 'tcp port 5060',
        proof: { 'sip.Status-Code == 200 && sip.CSeq.method == "INVITE"': [3, 9] },
      },
    ],
  },
  {
    fault: 20,
    rule: 'early-media-no-answer',
    recipes: [
      {
        variant: 'carrier-announcement',
        programs: ['device', 'device'],
        transport: 'UDP',
        says: 'The carrier says with a reliable 183 and RTP that the number is not in service, and ends with 404 without ever answering.',
        async run(lab) {
          const [alice, bob] = await pair(lab, { v6: true });
          const leg = new Leg(alice, 'alice', `sip:+493012345@${bob.at}`);
          leg.request('INVITE', { body: leg.sdp(), headers: ['Supported: 100rel'] });
          const invite = await bob.sees('INVITE');
          const other = Leg.of(bob, 'gw', invite);
          other.responds(invite, '183 Session Progress', other.sdp({ port: 42_000 }), [
            'Require: 100rel',
            'RSeq: 7001',
          ]);
          leg.learns(await alice.sees('183'));
          leg.request('PRACK', { headers: ['RAck: 7001 1 INVITE'] });
          bob.responds(await bob.sees('PRACK'), '200 OK');
          await talk(lab, alice, bob, 4, { one: null });
          other.responds(invite, '404 Not Found', '', [
            'Reason: Q.850;cause=1;text="UNALLOCATED_NUMBER"',
          ]);
          await alice.sees('404');
          leg.request('ACK', { branch: leg.branch, cseq: 1 });
          await pause(300);
        },
        also: [6],
        proof: { 'sip.Method == "PRACK"': 1, 'sip.Status-Code == 404': 1 },
      },
    ],
  },
  {
    fault: 21,
    rule: 'cancel-crossed',
    recipes: [
      {
        variant: 'linphone-tcp',
        programs: ['linphonec', 'device'],
        transport: 'TCP',
        says: 'linphonec cancels over TCP while the 200 is on its way, and hangs up what it cannot cancel any more without acknowledging it.',
        async run(lab) {
          const bob = await Device.open(lab, { host: address.bob, transport: 'TCP' });
          const phone = await linphone(lab, address.alice, { user: 'alice' });
          await pause(700);
          phone.tell(`call <${bobAt};transport=tcp>`);
          const invite = await bob.sees('INVITE');
          const other = Leg.of(bob, 'bob', invite);
          other.responds(invite, '180 Ringing');
          await pause(1_500);
          phone.tell('terminate');
          const cancel = await bob.sees('CANCEL');
          bob.responds(cancel, '200 OK', { tag: other.tag });
          other.responds(invite, '200 OK', other.sdp({ port: 42_000 }));
          for (let number = 0; number < 2; number += 1)
            bob.responds(await bob.sees('BYE'), '200 OK');
          await pause(500);
        },
        filter: 'tcp port 5060',
        proof: { 'sip.Method == "CANCEL"': 1, 'sip.Method == "BYE"': [1, 2] },
      },
      {
        variant: 'ghost-call',
        programs: ['device', 'device'],
        transport: 'UDP',
        says: "Alice's CANCEL crosses the 200 and is answered 481; she acknowledges the 200, never hangs up, and the gateway sends its media to nobody.",
        async run(lab) {
          const [alice, bob] = await pair(lab);
          const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
          leg.request('INVITE', { body: leg.sdp() });
          const invite = await bob.sees('INVITE');
          const other = Leg.of(bob, 'bob', invite);
          other.responds(invite, '180 Ringing');
          await alice.sees('180');
          await pause(900);
          leg.cancels();
          other.responds(invite, '200 OK', other.sdp({ port: 42_000 }));
          bob.responds(await bob.sees('CANCEL'), '481 Call/Transaction Does Not Exist', {
            tag: fresh('x'),
          });
          leg.learns(await alice.sees('200'));
          leg.request('ACK');
          await bob.sees('ACK');
          await talk(lab, alice, bob, 4, { one: null });
          await pause(2_000);
          other.request('BYE');
          alice.responds(await alice.sees('BYE'), '200 OK');
          await pause(300);
        },
        proof: { 'sip.Method == "CANCEL"': 1, 'sip.Status-Code == 481': 1 },
      },
    ],
  },
];
