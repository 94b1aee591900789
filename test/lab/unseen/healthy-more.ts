// Second round: what is no call and in which nothing is wrong, and calls that end before they begin.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Offhook } from '../../peers/offhook.ts';
import { Program } from '../../peers/program.ts';
import { pause } from '../../peers/world.ts';
import { Device, fresh } from '../device.ts';
import type { Got } from '../device.ts';
import { address } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { answersOn, Leg } from '../leg.ts';
import { at, bobAt } from '../people.ts';
import { plays } from '../player.ts';
import { baresip, demands, linphone, offhook, proxy } from '../programs.ts';
import type { Recipe } from '../recipe.ts';
import { answers } from '../runs.ts';
import { keys, pcma, pcmu } from '../scenario.ts';
import { pair, talk } from './setting.ts';

/** A phone that registers with a server of the lab, with or without credentials. */
function registration(
  phone: Device,
  server: Device,
): (expires: number, nonce?: string) => Promise<Got> {
  const self = new Leg(phone, 'alice', `sip:${server.at}`);
  self.remote = `<sip:alice@${server.at}>`;
  return async (expires, nonce) => {
    self.request('REGISTER', {
      headers: [
        `Expires: ${expires}`,
        ...(nonce === undefined
          ? []
          : [
              `Authorization: Digest username="alice", realm="pbx", nonce="${nonce}", uri="sip:${server.at}", response="${'0123456789abcdef'.repeat(2)}", qop=auth, cnonce="1", nc=00000001`,
            ]),
      ],
    });
    return await server.sees('REGISTER');
  };
}

/** A call over TCP in the middle of which `lab` does something. */
async function shortCall(lab: Lab, port: number, seconds: number): Promise<void> {
  const [alice, bob] = await pair(lab, { port });
  const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
  const [other] = await Promise.all([answersOn(bob, 'bob'), leg.calls(leg.sdp())]);
  await pause(seconds * 1_000);
  await Promise.all([other.isHungUp(), leg.hangsUp()]);
}

/** These. */
export const healthyMore: readonly Recipe[] = [
  {
    variant: 'nonce-renewed',
    programs: ['device', 'device'],
    transport: 'UDP',
    says: 'A registration is refreshed with a nonce that has grown old; the server gives a fresh one with stale=true, and takes it.',
    async run(lab) {
      const [alice, server] = await pair(lab, { v6: true });
      const register = registration(alice, server);
      const challenge = (got: Got, nonce: string, more = ''): void => {
        server.responds(got, '401 Unauthorized', {
          tag: fresh('r'),
          headers: [`WWW-Authenticate: Digest realm="pbx", nonce="${nonce}", qop="auth"${more}`],
        });
      };
      const takes = (got: Got): void => {
        server.responds(got, '200 OK', {
          tag: fresh('r'),
          headers: [`Contact: <sip:alice@${alice.at}>;expires=60`],
        });
      };
      challenge(await register(60), 'first');
      await alice.sees('401');
      takes(await register(60, 'first'));
      await pause(2_500);
      challenge(await register(60, 'first'), 'second', ', stale=true');
      await alice.sees('401');
      takes(await register(60, 'second'));
      await pause(2_500);
      takes(await register(60, 'second'));
      await pause(300);
    },
    proof: { 'sip.Status-Code == 401': 2, 'sip.Status-Code == 200': 3 },
  },
  {
    variant: 'interval-too-brief',
    programs: ['device', 'device'],
    transport: 'TCP',
    says: 'A phone wants to register for 30 seconds, is told 423 with Min-Expires 120, and takes 120.',
    async run(lab) {
      const [alice, server] = await pair(lab, { transport: 'TCP', compact: true });
      const register = registration(alice, server);
      server.responds(await register(30), '423 Interval Too Brief', {
        tag: fresh('r'),
        headers: ['Min-Expires: 120'],
      });
      await alice.sees('423');
      server.responds(await register(120), '200 OK', {
        tag: fresh('r'),
        headers: [`Contact: <sip:alice@${alice.at};transport=tcp>;expires=120`],
      });
      await pause(300);
    },
    proof: { 'sip.Status-Code == 423': 1, 'sip.Status-Code == 200': 1 },
  },
  {
    variant: 'ends-at-challenge',
    programs: ['device', 'Kamailio'],
    transport: 'UDP',
    says: 'The capture ends right after the first challenge, before the phone can give its password.',
    async run(lab) {
      await proxy(lab, { first: demands('pw-alice') });
      const alice = await Device.open(lab, { host: address.alice });
      await pause(1_000);
      const leg = new Leg(alice, 'alice', `sip:bob@${address.proxy}`);
      leg.request('INVITE', { body: leg.sdp() });
      leg.acksRefusal(await alice.sees('407'));
    },
    proof: { 'sip.Status-Code == 407': 1 },
  },
  {
    variant: 'ends-at-challenge-of-registration',
    programs: ['device', 'Kamailio'],
    transport: 'TCP',
    says: 'The capture ends right after the challenge to a REGISTER over TCP.',
    async run(lab) {
      await proxy(lab, { first: demands('pw-alice') });
      const alice = await Device.open(lab, { host: address.alice, transport: 'TCP' });
      await pause(1_000);
      const leg = new Leg(alice, 'alice', `sip:${address.proxy};transport=tcp`);
      leg.remote = `<sip:alice@${address.proxy}>`;
      leg.request('REGISTER', { headers: ['Expires: 600'] });
      await alice.sees('401');
    },
    proof: { 'sip.Status-Code == 401': 1 },
  },
  {
    variant: 'sipsak',
    programs: ['sipsak', 'baresip'],
    transport: 'UDP',
    says: 'A monitor (sipsak) pings baresip and Kamailio with OPTIONS.',
    async run(lab) {
      await proxy(lab, {
        first: 'if (is_method("OPTIONS")) { sl_send_reply("200", "Keepalive"); exit; }',
      });
      await baresip(lab, address.bob, { user: 'bob' });
      await pause(1_000);
      for (const uri of [bobAt, `sip:ping@${address.proxy}`, bobAt]) {
        const monitor = new Program(lab.world, 'sipsak', ['-s', uri, '-v'], { patience: 3_000 });
        await monitor.finished(10_000);
        await pause(600);
      }
    },
    proof: { 'sip.Method == "OPTIONS"': [3, 4], 'sip.Status-Code == 200': [3, 4] },
  },
  {
    variant: 'keep-alives',
    programs: ['device', 'device'],
    transport: 'UDP',
    says: 'A phone behind a NAT keeps its port open with CRLF CRLF, with zeros and with empty datagrams; the server sends it OPTIONS.',
    async run(lab) {
      const [alice, server] = await pair(lab);
      const register = registration(alice, server);
      server.responds(await register(60), '200 OK', { tag: fresh('r') });
      const to = { host: server.host, port: server.port };
      for (const octets of ['\r\n\r\n', '\0\0\0\0', '', '\r\n\r\n']) {
        alice.raw(octets, to);
        if (octets === '\r\n\r\n') server.raw('\r\n', { host: alice.host, port: alice.port });
        await pause(900);
      }
      const ping = new Leg(server, 'ping', `sip:alice@${alice.at}`);
      for (let number = 0; number < 2; number += 1) {
        ping.request('OPTIONS');
        alice.responds(await alice.sees('OPTIONS'), '200 OK', { tag: fresh('o') });
        await pause(700);
      }
    },
    proof: { 'sip.Method == "OPTIONS"': 2, udp: [9, 16] },
  },
  {
    variant: 'chat',
    programs: ['Offhook', 'device'],
    transport: 'TCP',
    says: 'Two texts of Offhook over TCP are accepted with 202.',
    async run(lab) {
      const { ua } = await offhook(lab, address.alice, 'alice');
      const bob = await Device.open(lab, { host: address.bob, transport: 'TCP' });
      for (const text of ['Are you there?', 'Lunch at noon?']) {
        const sent = ua.message(`${bobAt};transport=tcp`, text);
        bob.responds(await bob.sees('MESSAGE'), '202 Accepted', { tag: fresh('m') });
        await sent;
        await pause(500);
      }
      await pause(300);
    },
    proof: { 'sip.Method == "MESSAGE"': 2, 'sip.Status-Code == 202': 2 },
  },
  {
    variant: 'unsolicited-notify',
    programs: ['device', 'device'],
    transport: 'UDP',
    says: 'A server tells phones of waiting messages without having been asked; one takes it, and one answers 481, which harms nobody.',
    async run(lab) {
      const [server, bob] = await pair(lab, { v6: true, compact: true, agent: 'PBX 4' });
      for (const status of ['200 OK', '481 Subscription Does Not Exist']) {
        const leg = new Leg(server, 'asterisk', `sip:bob@${bob.at}`);
        leg.request('NOTIFY', {
          headers: [
            'Event: message-summary',
            'Subscription-State: active',
            'Content-Type: application/simple-message-summary',
          ],
          body: 'Messages-Waiting: yes\nVoice-Message: 2/0 (0/0)',
        });
        bob.responds(await bob.sees('NOTIFY'), status, { tag: fresh('n') });
        await pause(500);
      }
    },
    proof: { 'sip.Method == "NOTIFY"': 2 },
  },
  {
    variant: 'cancelled-tcp',
    programs: ['baresip', 'Kamailio', 'linphonec'],
    transport: 'TCP',
    says: 'baresip gives up while linphonec rings behind Kamailio: CANCEL, 200, 487, ACK on both hops, over TCP.',
    async run(lab) {
      await proxy(lab, { route: `$du = "sip:${at.bob};transport=tcp";` });
      await linphone(lab, address.bob, { user: 'bob', answer: 'manual' });
      const phone = await baresip(lab, address.alice, { user: 'alice' });
      await pause(1_000);
      await phone.tell('dial', `sip:bob@${address.proxy};transport=tcp`);
      await phone.sees('CALL_RINGING');
      await pause(1_500);
      await phone.tell('hangup');
      await pause(1_000);
    },
    filter: 'tcp port 5060',
    proof: { 'sip.Method == "CANCEL"': 2, 'sip.Status-Code == 487': 2 },
  },
  {
    variant: 'several-at-once',
    programs: ['device', 'device', 'baresip', 'Offhook'],
    transport: 'UDP',
    says: 'Three calls and a ping at once, one of them over TCP, and all of them well.',
    async run(lab) {
      void answers(await offhook(lab, address.carol, 'carol'));
      const phone = await baresip(lab, address.other, { user: 'dave' });
      await phone.tell('dial', `sip:carol@${address.carol};transport=tcp`);
      await Promise.all([shortCall(lab, 5062, 2), shortCall(lab, 5064, 3.5)]);
      await phone.tell('hangup');
      await pause(700);
    },
    filter: 'port 5060 or udp port 5062 or udp port 5064',
    sipPorts: [5062, 5064],
    proof: { 'sip.Method == "INVITE"': 3, 'sip.Method == "BYE"': 3 },
  },
  {
    variant: 'video-declined',
    programs: ['device', 'Offhook'],
    transport: 'UDP',
    says: 'Alice offers sound and picture; Offhook takes the sound and declines the picture with port 0.',
    async run(lab) {
      void answers(await offhook(lab, address.bob, 'bob'));
      const alice = await Device.open(lab, { host: address.alice });
      const leg = new Leg(alice, 'alice', bobAt);
      const body = `${leg.sdp({ codecs: [pcmu, keys] })}\nm=video 40010 RTP/AVP 96\na=rtpmap:96 VP8/90000\na=sendrecv`;
      const answer = await leg.calls(body);
      await plays(lab, {
        from: { host: address.alice, port: 40_000 },
        to: { host: address.bob, port: Number(/m=audio (\d+)/.exec(answer.text)?.[1]) },
        seconds: 2.5,
        ssrc: 0x0a11ce01,
      });
      await leg.hangsUp();
      await pause(300);
    },
    proof: { 'sdp.media.port == 0': 1, 'sip.Method == "BYE"': 1 },
  },
  {
    variant: 'large-by-tcp',
    programs: ['Offhook', 'device'],
    transport: 'TCP',
    says: 'A request that is too large for UDP is sent over TCP (RFC 3261 §18.1.1), and answered.',
    async run(lab) {
      const bob = await Device.open(lab, { host: address.bob, transport: 'TCP' });
      const alice = await Device.open(lab, { host: address.alice, transport: 'TCP' });
      const leg = new Leg(alice, 'alice', `${bobAt};transport=tcp`);
      const more = Array.from(
        { length: 25 },
        (_, number) =>
          `a=candidate:${number} 1 UDP ${2_130_706_431 - number} 203.0.113.10 ${50_000 + number} typ host`,
      );
      const [other] = await Promise.all([
        answersOn(bob, 'bob', (one) => one.sdp({ port: 42_000, codecs: [pcma] })),
        leg.calls(leg.sdp({ codecs: [pcmu, pcma, keys], more })),
      ]);
      await talk(lab, alice, bob, 1.5, { one: { type: 8 }, other: { type: 8 } });
      await Promise.all([other.isHungUp(), leg.hangsUp()]);
      await pause(200);
    },
    proof: { 'tcp && sip.Method == "INVITE"': 1, 'sip.Method == "BYE"': 1 },
  },
  {
    variant: 'sipjs-closes',
    programs: ['SIP.js', 'Offhook'],
    transport: 'WS',
    says: 'SIP.js registers over WebSocket, calls echo, hangs up, unregisters, and closes its connection.',
    async run(lab) {
      const server = await Offhook.start(lab.world, ['--http-port', '8080']);
      const password = await server.user('alice');
      const file = fileURLToPath(new URL('../../peers/browser/sip-js.mjs', import.meta.url));
      const words = [file, 'ws://127.0.0.1:8080/', server.aor('alice'), password];
      const phone = new Program(lab.world, process.execPath, words);
      const does = async (command: string, said: RegExp): Promise<void> => {
        const from = phone.output.length;
        phone.type(command);
        await phone.prints(said, 10_000, from);
        await pause(400);
      };
      await phone.prints(/^connected$/m);
      await does('register', /^registered$/m);
      await does(`call ${server.aor('echo')}`, /^answered$/m);
      await pause(1_000);
      await does('bye', /^ended$/m);
      await does('unregister', /^unregistered$/m);
      phone.signal('SIGTERM');
      await pause(700);
    },
    filter: 'tcp port 8080',
    proof: { 'websocket && sip.Method == "INVITE"': [1, 2], 'websocket && sip.Method == "BYE"': 1 },
  },
];
