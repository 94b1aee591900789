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
import { keys, pcma, pcmu } from '../scenario.ts';
import { pair, six, talk } from './setting.ts';

const home = { alice: '192.168.178.21', bob: '192.168.178.22' } as const;

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
    variant: 'fax-refused',
    programs: ['device', 'linphonec'],
    transport: 'UDP',
    says: 'A gateway hears a tone and offers T.38 by re-INVITE; linphonec answers 488, and the call goes on as before.',
    async run(lab) {
      await linphone(lab, address.bob, { user: 'bob' });
      const alice = await Device.open(lab, { host: address.alice, agent: 'GW-2400/3.1' });
      await pause(1_000);
      const leg = new Leg(alice, 'alice', bobAt);
      const answer = await leg.calls(leg.sdp());
      const port = Number(/m=audio (\d+)/.exec(answer.text)?.[1]);
      const playing = plays(lab, {
        from: { host: address.alice, port: 40_000 },
        to: { host: address.bob, port },
        seconds: 4,
        ssrc: 0x0a11ce01,
      });
      await pause(1_500);
      leg.request('INVITE', {
        body: leg
          .sdp({ version: 2 })
          .replace(
            /m=audio[\s\S]*/,
            'm=image 40000 udptl t38\na=T38FaxVersion:0\na=T38MaxBitRate:14400',
          ),
      });
      const refused = await alice.sees('488');
      leg.acksRefusal(refused);
      await playing;
      await leg.hangsUp();
      await pause(300);
    },
    proof: { 'sip.Status-Code == 488': 1, 'sip.Method == "INVITE"': 2 },
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
    variant: 'comfort-noise',
    programs: ['device', 'device'],
    transport: 'UDP',
    says: 'Both sides send nothing while nobody speaks, one after comfort noise (RFC 3389), the other after nothing at all.',
    async run(lab) {
      const [alice, bob] = await pair(lab, { v6: true });
      const codecs = [pcma, [13, 'CN/8000']] as const;
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      const [other] = await Promise.all([
        answersOn(bob, 'bob', (one) => one.sdp({ port: 42_000, codecs })),
        leg.calls(leg.sdp({ codecs })),
      ]);
      await talk(lab, alice, bob, 10, {
        one: { type: 8, comfortNoise: true, pauses: (packet) => packet % 200 >= 60 },
        other: { type: 8, pauses: (packet) => packet % 250 < 125 },
      });
      await Promise.all([other.isHungUp(), leg.hangsUp()]);
      await pause(200);
    },
    proof: { 'udp.dstport == 40000': [240, 260], 'udp.dstport == 42000': [170, 200] },
  },
  {
    variant: 'paging',
    programs: ['device', 'Offhook'],
    transport: 'TCP',
    says: 'A page to a loudspeaker: the caller offers sendonly on purpose, Offhook answers recvonly, and only the caller speaks.',
    async run(lab) {
      const phone = await offhook(lab, address.bob, 'bob');
      void phone.nextCall().then((call) => call.accept());
      const alice = await Device.open(lab, {
        host: address.alice,
        transport: 'TCP',
        agent: 'Paging 2',
      });
      const leg = new Leg(alice, 'page', `${bobAt};transport=tcp`);
      const answer = await leg.calls(leg.sdp({ direction: 'sendonly' }), {
        headers: ['Call-Info: <sip:page>;answer-after=0', 'Alert-Info: info=alert-autoanswer'],
      });
      await plays(lab, {
        from: { host: address.alice, port: 40_000 },
        to: { host: address.bob, port: Number(/m=audio (\d+)/.exec(answer.text)?.[1]) },
        seconds: 3,
        ssrc: 0x0a11ce01,
      });
      await leg.hangsUp();
      await pause(300);
    },
    proof: { 'sdp.media_attr == "sendonly"': 1, 'sdp.media_attr == "recvonly"': 1 },
  },
  {
    variant: 'voicemail',
    programs: ['device', 'device'],
    transport: 'UDP',
    says: 'The call is forwarded to voicemail (181), which greets Alice, then sends nothing while it records her for six seconds.',
    async run(lab) {
      const [alice, bob] = await pair(lab);
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      leg.request('INVITE', { body: leg.sdp() });
      const invite = await bob.sees('INVITE');
      const other = Leg.of(bob, 'vm', invite);
      other.responds(invite, '180 Ringing');
      await pause(2_000);
      other.responds(invite, '181 Call Is Being Forwarded');
      other.responds(invite, '200 OK', other.sdp({ port: 42_000 }));
      leg.learns(await alice.sees('200'));
      leg.request('ACK');
      await talk(lab, alice, bob, 2.5, { one: { silent: false } });
      await talk(lab, alice, bob, 6, { one: { ssrc: 0x0a11ce01 }, other: null });
      await Promise.all([other.isHungUp(), leg.hangsUp()]);
      await pause(200);
    },
    proof: { 'sip.Status-Code == 181': 1, 'udp.dstport == 40000': [120, 126] },
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
    variant: 'keys-two-types',
    programs: ['device', 'device'],
    transport: 'UDP',
    says: 'Alice takes keys as 101, the gateway as 96: each is sent as the other side asked for it.',
    async run(lab) {
      const [alice, bob] = await pair(lab);
      const leg = new Leg(alice, 'alice', `sip:ivr@${bob.at}`);
      const [other] = await Promise.all([
        answersOn(bob, 'ivr', (one) =>
          one.sdp({
            port: 42_000,
            codecs: [pcmu, [96, 'telephone-event/8000']],
            more: ['a=fmtp:96 0-15'],
          }),
        ),
        leg.calls(leg.sdp({ codecs: [pcmu, pcma, keys], more: ['a=fmtp:101 0-16'] })),
      ]);
      await talk(lab, alice, bob, 3, { one: { keys: '159', keyType: 96 } });
      await Promise.all([other.isHungUp(), leg.hangsUp()]);
      await pause(200);
    },
    proof: { 'udp.dstport == 42000': [145, 151], 'sip.Method == "BYE"': 1 },
  },
  {
    variant: 'same-house',
    programs: ['device', 'device'],
    transport: 'UDP',
    says: 'Both phones are in one house with private addresses, and hear each other.',
    hosts: [home.alice, home.bob],
    async run(lab) {
      const alice = await Device.open(lab, { host: home.alice, agent: 'Fon 5' });
      const bob = await Device.open(lab, { host: home.bob, agent: 'Fon 5' });
      const leg = new Leg(alice, '**611', `sip:**612@${bob.at}`);
      const [other] = await Promise.all([answersOn(bob, '**612'), leg.calls(leg.sdp())]);
      await talk(lab, alice, bob, 3);
      await Promise.all([leg.isHungUp(), other.hangsUp()]);
      await pause(200);
    },
    proof: { [`ip.src == ${home.alice}`]: [140, 170], [`ip.src == ${home.bob}`]: [140, 170] },
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
    variant: 'old-hold',
    programs: ['device', 'Offhook'],
    transport: 'UDP',
    says: 'An old phone holds with the address 0.0.0.0 (RFC 2543), resumes, and hangs up.',
    async run(lab) {
      void answers(await offhook(lab, address.bob, 'bob'));
      const alice = await Device.open(lab, { host: address.alice, agent: 'ATA 186' });
      const leg = new Leg(alice, 'alice', bobAt);
      const answer = await leg.calls(leg.sdp());
      const port = Number(/m=audio (\d+)/.exec(answer.text)?.[1]);
      const plain = {
        from: { host: address.alice, port: 40_000 },
        to: { host: address.bob, port },
        seconds: 1.2,
        ssrc: 0x0a11ce01,
      };
      await plays(lab, plain);
      const held = leg
        .sdp({ version: 2 })
        .replace(/^c=.*$/m, 'c=IN IP4 0.0.0.0')
        .replace('\na=sendrecv', '');
      for (const body of [held, leg.sdp({ version: 3 })]) {
        leg.request('INVITE', { body });
        await alice.sees('200 INVITE');
        leg.request('ACK');
        await pause(900);
      }
      await plays(lab, { ...plain });
      await leg.hangsUp();
      await pause(300);
    },
    proof: {
      'sip.Method == "INVITE"': 3,
      'sip.Method == "BYE"': 1,
      'sdp contains "0.0.0.0"': [1, 3],
    },
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
