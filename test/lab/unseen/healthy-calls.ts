// Second round: calls in which nothing is wrong, although each looks like a fault at first sight.
import { pause } from '../../peers/world.ts';
import { Device, fresh } from '../device.ts';
import { address } from '../lab.ts';
import { answersOn, Leg } from '../leg.ts';
import { at, bobAt } from '../people.ts';
import { plays } from '../player.ts';
import { baresip, demands, linphone, offhook, proxy } from '../programs.ts';
import type { Recipe } from '../recipe.ts';
import { answers } from '../runs.ts';
import { pcma } from '../scenario.ts';
import { pair, six, talk } from './setting.ts';

/** These calls. */
export const healthyCalls: readonly Recipe[] = [
  {
    variant: 'glare-resolved',
    programs: ['device', 'device'],
    transport: 'UDP',
    says: 'Both change the call at once, both get 491, and Alice tries again after three seconds and succeeds, then Bob.',
    async run(lab) {
      const [alice, bob] = await pair(lab, { v6: true, compact: true });
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      const [other] = await Promise.all([answersOn(bob, 'bob'), leg.calls(leg.sdp())]);
      await pause(800);
      const hers = leg.sdp({ version: 2, direction: 'sendonly' });
      const his = other.sdp({ port: 42_000, version: 2, codecs: [pcma] });
      leg.request('INVITE', { body: hers });
      other.request('INVITE', { body: his });
      leg.responds(await alice.sees('INVITE'), '491 Request Pending');
      other.responds(await bob.sees('INVITE'), '491 Request Pending');
      leg.acksRefusal(await alice.sees('491'));
      other.acksRefusal(await bob.sees('491'));
      await pause(1_200);
      other.request('INVITE', { body: his });
      leg.responds(await alice.sees('INVITE'), '200 OK', leg.sdp({ codecs: [pcma] }));
      await bob.sees('200 INVITE');
      other.request('ACK');
      await pause(1_500);
      leg.request('INVITE', {
        body: leg.sdp({ version: 2, codecs: [pcma], direction: 'sendonly' }),
      });
      other.responds(
        await bob.sees('INVITE'),
        '200 OK',
        other.sdp({ port: 42_000, version: 3, codecs: [pcma], direction: 'recvonly' }),
      );
      await alice.sees('200 INVITE');
      leg.request('ACK');
      await pause(800);
      await Promise.all([other.isHungUp(), leg.hangsUp()]);
      await pause(200);
    },
    proof: { 'sip.Status-Code == 491': 2, 'sip.Method == "INVITE"': 5 },
  },
  {
    variant: 'timer-refreshed-by-callee',
    programs: ['device', 'device'],
    transport: 'TCP',
    says: 'The gateway refreshes a session of 90 seconds by re-INVITE every 30 seconds, and is hung up by Alice.',
    async run(lab) {
      const [alice, bob] = await pair(lab, { transport: 'TCP', compact: true });
      const expires = 'Session-Expires: 90;refresher=uas';
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at};transport=tcp`);
      leg.request('INVITE', { body: leg.sdp(), headers: ['Supported: timer'] });
      const invite = await bob.sees('INVITE');
      const other = Leg.of(bob, 'bob', invite);
      const body = other.sdp({ port: 42_000 });
      other.responds(invite, '200 OK', body, ['Supported: timer', expires]);
      leg.learns(await alice.sees('200'));
      leg.request('ACK');
      for (const round of [1, 2, 3]) {
        await pause(round === 3 ? 5_000 : 30_000);
        if (round === 3) break;
        other.request('INVITE', { body, headers: ['Session-Expires: 90;refresher=uac'] });
        leg.responds(await alice.sees('INVITE'), '200 OK', leg.sdp(), [
          'Require: timer',
          'Session-Expires: 90;refresher=uac',
        ]);
        await bob.sees('200 INVITE');
        other.request('ACK');
      }
      await Promise.all([other.isHungUp(), leg.hangsUp()]);
      await pause(200);
    },
    seconds: 100,
    proof: { 'sip.Method == "INVITE"': 3, 'sip.Method == "BYE"': 1 },
  },
  {
    variant: 'redirected',
    programs: ['device', 'device', 'device'],
    transport: 'UDP',
    says: 'Bob is not there: 302 to Carol. Alice follows it under the same Call-ID and tag, and Carol answers.',
    async run(lab) {
      const [alice, bob] = await pair(lab);
      const carol = await Device.open(lab, { host: address.carol });
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      leg.request('INVITE', { body: leg.sdp() });
      bob.responds(await bob.sees('INVITE'), '302 Moved Temporarily', {
        tag: fresh('m'),
        headers: [
          `Contact: <sip:carol@${carol.at}>;expires=60`,
          'Diversion: <sip:bob@203.0.113.20>;reason=no-answer',
        ],
      });
      leg.acksRefusal(await alice.sees('302'));
      leg.target = `sip:carol@${carol.at}`;
      leg.peer = { host: carol.host, port: carol.port };
      const [third] = await Promise.all([answersOn(carol, 'carol'), leg.calls(leg.sdp())]);
      await talk(lab, alice, carol, 2);
      await Promise.all([third.isHungUp(), leg.hangsUp()]);
      await pause(200);
    },
    proof: { 'sip.Status-Code == 302': 1, 'sip.Method == "INVITE"': 2 },
  },
  {
    variant: 'long-ringing',
    programs: ['baresip', 'device'],
    transport: 'TCP',
    says: 'Bob rings for 42 seconds, with 180 again every ten, before he answers.',
    async run(lab) {
      const bob = await Device.open(lab, { host: address.bob, transport: 'TCP' });
      const phone = await baresip(lab, address.alice, { user: 'alice' });
      await phone.tell('dial', `${bobAt};transport=tcp`);
      const invite = await bob.sees('INVITE');
      const other = Leg.of(bob, 'bob', invite);
      for (let number = 0; number < 4; number += 1) {
        other.responds(invite, '180 Ringing');
        await pause(10_500);
      }
      other.responds(invite, '200 OK', other.sdp({ port: 42_000 }));
      await bob.sees('ACK');
      await plays(lab, {
        from: { host: bob.host, port: 42_000 },
        to: { host: address.alice, port: Number(/m=audio (\d+)/.exec(invite.text)?.[1]) },
        seconds: 2,
        ssrc: 0x0b0b0001,
      });
      await phone.tell('hangup');
      await other.isHungUp();
      await pause(300);
    },
    seconds: 90,
    proof: { 'sip.Status-Code == 180': 4, 'sip.Method == "BYE"': 1 },
  },
  {
    variant: 'capture-begins-late',
    programs: ['device', 'device'],
    transport: 'UDP',
    says: 'The capture begins in the middle of a call: there are its media, a hold, a resume, and the BYE.',
    async run(lab) {
      const [alice, bob] = await pair(lab, { v6: true, port: 5066 });
      // What is on other ports is not captured.
      const [first, second] = [
        await Device.open(lab, { host: six.alice, port: 5068 }),
        await Device.open(lab, { host: six.bob, port: 5068 }),
      ];
      const early = new Leg(first, 'alice', `sip:bob@${second.at}`);
      const [late] = await Promise.all([answersOn(second, 'bob'), early.calls(early.sdp())]);
      const [leg, other] = [new Leg(alice, 'alice', `sip:bob@${bob.at}`), late];
      leg.callId = early.callId;
      leg.local = early.local;
      leg.remote = early.remote;
      leg.cseq = early.cseq;
      await talk(lab, alice, bob, 1.5);
      for (const [version, direction, back] of [
        [2, 'sendonly', 'recvonly'],
        [3, 'sendrecv', 'sendrecv'],
      ] as const) {
        leg.request('INVITE', { body: leg.sdp({ version, direction }) });
        const got = await bob.sees('INVITE');
        bob.responds(got, '200 OK', {
          contact: `<sip:bob@${bob.at}>`,
          body: other.sdp({ port: 42_000, version, direction: back }),
        });
        await alice.sees('200 INVITE');
        leg.request('ACK');
        await pause(700);
      }
      await talk(lab, alice, bob, 1.5);
      leg.request('BYE');
      bob.responds(await bob.sees('BYE'), '200 OK');
      await pause(200);
    },
    filter: 'udp and not port 5068',
    sipPorts: [5066],
    proof: { 'sip.Method == "INVITE"': 2, 'sip.Method == "BYE"': 1 },
  },
  {
    variant: 'capture-ends-ringing',
    programs: ['linphonec', 'Kamailio', 'device'],
    transport: 'UDP',
    says: 'The capture ends while Bob rings.',
    async run(lab) {
      await proxy(lab, { route: `$du = "sip:${at.bob}";` });
      const bob = await Device.open(lab, { host: address.bob });
      const phone = await linphone(lab, address.alice, { user: 'alice' });
      await pause(1_000);
      phone.tell(`call sip:bob@${address.proxy}`);
      const invite = await bob.sees('INVITE');
      Leg.of(bob, 'bob', invite).responds(invite, '180 Ringing');
      await pause(3_000);
    },
    filter: 'udp port 5060',
    proof: { 'sip.Status-Code == 180': 2, 'sip.Status-Code == 200': 0 },
  },
  {
    variant: 'capture-ends-in-call',
    programs: ['baresip', 'Offhook'],
    transport: 'TCP',
    says: 'The capture ends in the middle of a call in which both hear each other.',
    async run(lab) {
      void answers(await offhook(lab, address.bob, 'bob'));
      const phone = await baresip(lab, address.alice, { user: 'alice' });
      await phone.tell('dial', `${bobAt};transport=tcp`);
      await phone.sees('CALL_ESTABLISHED');
      await pause(2_500);
    },
    // What comes after the pause is told to nobody here: the programs are ended once the capture is.
    proof: { 'sip.Method == "BYE"': 0, 'sip.Status-Code == 200': 1 },
  },
  {
    variant: 'transfer-without-subscription',
    programs: ['device', 'device'],
    transport: 'UDP',
    says: 'Alice asks for a transfer without being told of it (RFC 4488): the gateway agrees, sends no NOTIFY, and she hangs up.',
    async run(lab) {
      const [alice, bob] = await pair(lab, { v6: true, compact: true });
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      const [other] = await Promise.all([answersOn(bob, 'bob'), leg.calls(leg.sdp())]);
      await pause(1_000);
      leg.request('REFER', {
        headers: [
          `Refer-To: <sip:carol@[${six.carol}]>`,
          'Refer-Sub: false',
          'Supported: norefersub',
        ],
      });
      other.responds(await bob.sees('REFER'), '200 OK', '', ['Refer-Sub: false']);
      await pause(2_500);
      await Promise.all([other.isHungUp(), leg.hangsUp()]);
      await pause(200);
    },
    proof: { 'sip.Method == "REFER"': 1, 'sip.Method == "NOTIFY"': 0 },
  },
  {
    variant: 'fork-early-dialogs',
    programs: ['device', 'device'],
    transport: 'TCP',
    says: 'A gateway forks: 183 with an announcement from one place, 180 from another, and the second answers.',
    async run(lab) {
      const [alice, bob] = await pair(lab, { transport: 'TCP' });
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at};transport=tcp`);
      leg.request('INVITE', { body: leg.sdp() });
      const invite = await bob.sees('INVITE');
      const [first, second] = [Leg.of(bob, 'vm', invite), Leg.of(bob, 'mobile', invite)];
      first.responds(invite, '183 Session Progress', first.sdp({ port: 42_100 }));
      second.responds(invite, '180 Ringing');
      await plays(lab, {
        from: { host: bob.host, port: 42_100 },
        to: { host: alice.host, port: 40_000 },
        seconds: 1.5,
        ssrc: 0x0b0b0009,
      });
      second.responds(invite, '200 OK', second.sdp({ port: 42_000 }));
      leg.learns(await alice.sees('200'));
      leg.request('ACK');
      await talk(lab, alice, bob, 2);
      await Promise.all([second.isHungUp(), leg.hangsUp()]);
      await pause(200);
    },
    proof: { 'sip.Status-Code == 183': 1, 'sip.Status-Code == 180': 1, 'sip.Method == "BYE"': 1 },
  },
  {
    variant: 'preconditions',
    programs: ['device', 'device'],
    transport: 'UDP',
    says: 'A call of a mobile network: 183 reliably with preconditions, PRACK, UPDATE, 180 reliably, PRACK, 200.',
    async run(lab) {
      const [alice, bob] = await pair(lab, { v6: true, compact: true, agent: 'IMS 16' });
      const qos = (state: string): readonly string[] => [
        `a=curr:qos local ${state}`,
        'a=curr:qos remote none',
        'a=des:qos mandatory local sendrecv',
        'a=des:qos optional remote sendrecv',
      ];
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      leg.request('INVITE', {
        body: leg.sdp({ more: qos('none') }),
        headers: ['Supported: 100rel, precondition, timer', 'Require: precondition'],
      });
      const invite = await bob.sees('INVITE');
      bob.responds(invite, '100 Trying');
      const other = Leg.of(bob, 'bob', invite);
      const rel = (number: number): readonly string[] => ['Require: 100rel', `RSeq: ${number}`];
      other.responds(
        invite,
        '183 Session Progress',
        other.sdp({ port: 42_000, more: qos('none') }),
        rel(9),
      );
      leg.learns(await alice.sees('183'));
      leg.request('PRACK', { headers: ['RAck: 9 1 INVITE'] });
      other.responds(await bob.sees('PRACK'), '200 OK');
      await pause(300);
      leg.request('UPDATE', { body: leg.sdp({ version: 2, more: qos('sendrecv') }) });
      other.responds(
        await bob.sees('UPDATE'),
        '200 OK',
        other.sdp({ port: 42_000, version: 2, more: qos('sendrecv') }),
      );
      other.responds(invite, '180 Ringing', '', rel(10));
      await alice.sees('180');
      leg.request('PRACK', { headers: ['RAck: 10 1 INVITE'] });
      other.responds(await bob.sees('PRACK'), '200 OK');
      await pause(1_000);
      other.responds(invite, '200 OK');
      await alice.sees('200 INVITE');
      leg.request('ACK', { cseq: 1 });
      leg.cseq = 4;
      await talk(lab, alice, bob, 2);
      await Promise.all([other.isHungUp(), leg.hangsUp()]);
      await pause(200);
    },
    proof: { 'sip.Method == "PRACK"': 2, 'sip.Method == "UPDATE"': 1, 'sip.Method == "BYE"': 1 },
  },
  {
    variant: 'both-hang-up',
    programs: ['device', 'device'],
    transport: 'UDP',
    says: 'Both hang up at the same moment: one BYE is answered 200, the other 481, and the call is over for both.',
    async run(lab) {
      const [alice, bob] = await pair(lab, { v6: true });
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      const [other] = await Promise.all([answersOn(bob, 'bob'), leg.calls(leg.sdp())]);
      await talk(lab, alice, bob, 2);
      leg.request('BYE');
      other.request('BYE');
      alice.responds(await alice.sees('BYE'), '200 OK');
      bob.responds(await bob.sees('BYE'), '481 Call/Transaction Does Not Exist');
      await pause(400);
    },
    proof: { 'sip.Method == "BYE"': 2, 'sip.Status-Code == 481': 1 },
  },
  {
    variant: 'challenged-in-the-call',
    programs: ['linphonec', 'Kamailio', 'Offhook'],
    transport: 'TCP',
    says: 'Kamailio asks linphonec for its password over TCP, for the call and for its hold, and gets it each time.',
    async run(lab) {
      await proxy(lab, {
        first: `if ($si != "${address.bob}") { ${demands('pw-alice')} }`,
        route: `$du = "sip:${at.bob};transport=tcp";`,
      });
      void answers(await offhook(lab, address.bob, 'bob'));
      const phone = await linphone(lab, address.alice, {
        user: 'alice',
        server: `${at.proxy}`,
        password: 'pw-alice',
        transport: 'tcp',
      });
      await phone.registered();
      phone.tell(`call sip:bob@${address.proxy}`);
      await phone.prints(/established|connected/i, 15_000);
      await pause(1_000);
      phone.tell('pause');
      await pause(1_000);
      phone.tell('resume');
      await pause(1_000);
      phone.tell('terminate');
      await pause(700);
    },
    proof: { 'sip.Status-Code == 407': [1, 3], 'sip.Method == "BYE"': 2 },
  },
];
