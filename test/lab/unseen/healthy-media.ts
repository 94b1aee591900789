// Second round: calls whose media looks wrong at first sight, and is right.
import { pause } from '../../peers/world.ts';
import { Device } from '../device.ts';
import { address } from '../lab.ts';
import { answersOn, Leg } from '../leg.ts';
import { bobAt } from '../people.ts';
import { plays } from '../player.ts';
import { linphone, offhook } from '../programs.ts';
import type { Recipe } from '../recipe.ts';
import { answers } from '../runs.ts';
import { keys, pcma, pcmu } from '../scenario.ts';
import { pair, talk } from './setting.ts';

const home = { alice: '192.168.178.21', bob: '192.168.178.22' } as const;

/** These calls. */
export const healthyMedia: readonly Recipe[] = [
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
];
