// Second round: calls and requests that never come about, or are refused (faults 1 to 7, 18, 30, 33).
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Offhook } from '../../peers/offhook.ts';
import { Program } from '../../peers/program.ts';
import { pause } from '../../peers/world.ts';
import { Device, fresh } from '../device.ts';
import { address } from '../lab.ts';
import { Leg } from '../leg.ts';
import { at, bobAt } from '../people.ts';
import { baresip, linphone, offhook, proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { answers } from '../runs.ts';
import { g723 } from '../scenario.ts';
import { pair, six } from './setting.ts';

const digest = (name: string, nonce: string, uri: string, more = ''): string =>
  `${name}: Digest username="alice", realm="pbx", nonce="${nonce}", uri="${uri}", response="${fresh('').padEnd(32, '0').slice(0, 32)}", algorithm=MD5${more}`;

/** These families. */
export const setup: readonly Family[] = [
  {
    fault: 1,
    rule: 'no-answer',
    recipes: [
      {
        variant: 'tcp-hung',
        programs: ['Offhook', 'device'],
        transport: 'TCP',
        says: "Bob's machine takes the connection and the INVITE, and his program hangs: nothing ever comes back.",
        async run(lab) {
          await Device.open(lab, { host: address.bob, transport: 'TCP' });
          const { ua } = await offhook(lab, address.alice, 'alice');
          await ua.call(`${bobAt};transport=tcp`).answered.catch(() => undefined);
          await pause(300);
        },
        proof: { 'sip.Method == "INVITE"': 1, 'sip.Status-Line': 0 },
      },
      {
        variant: 'ipv6-trunk',
        programs: ['device'],
        transport: 'UDP',
        says: 'A PBX calls a trunk over IPv6 that has gone, seven times until timer B.',
        async run(lab) {
          const [alice] = await pair(lab, { v6: true, compact: true, agent: 'PBX 4' });
          lab.command('ip6tables', '-A', 'INPUT', '-d', six.nobody, '-j', 'DROP');
          lab.addresses(six.nobody);
          const leg = new Leg(alice, '+4989100', `sip:+49301234567@[${six.nobody}];user=phone`);
          const again = leg.request('INVITE', { body: leg.sdp() });
          for (const seconds of [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]) lab.later(seconds * 1000, again);
          await pause(33_000);
        },
        proof: { 'sip.Method == "INVITE"': 7, 'sip.Status-Line': 0 },
      },
    ],
  },
  {
    fault: 2,
    rule: 'request-timeout',
    recipes: [
      {
        variant: 'refresh',
        programs: ['device', 'device'],
        transport: 'UDP',
        says: 'A phone registers, and its refresh some seconds later is never answered: the registrar has gone.',
        async run(lab) {
          const [alice, server] = await pair(lab, { v6: true });
          const leg = new Leg(alice, 'alice', `sip:${server.at}`);
          leg.remote = `<sip:alice@${server.at}>`;
          leg.request('REGISTER', { headers: ['Expires: 60'] });
          server.responds(await server.sees('REGISTER'), '200 OK', {
            tag: fresh('r'),
            headers: [`Contact: ${leg.contact};expires=60`],
          });
          await alice.sees('200');
          await pause(2_000);
          const again = leg.request('REGISTER', { headers: ['Expires: 60'] });
          let due = 0;
          for (const wait of [500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000, 4000])
            lab.later((due += wait), again);
          await pause(33_000);
        },
        proof: { 'sip.Method == "REGISTER"': 12, 'sip.Status-Code == 200': 1 },
      },
      {
        variant: 'bye-in-call',
        programs: ['baresip', 'device'],
        transport: 'UDP',
        says: 'baresip hangs up, and the gateway, which has crashed meanwhile, never answers its BYE.',
        async run(lab) {
          const bob = await Device.open(lab, { host: address.bob, agent: 'GW-2400/3.1' });
          const phone = await baresip(lab, address.alice, { user: 'alice' });
          await phone.tell('dial', bobAt);
          const invite = await bob.sees('INVITE');
          const leg = Leg.of(bob, 'bob', invite);
          leg.responds(invite, '200 OK', leg.sdp());
          await bob.sees('ACK');
          await pause(1_000);
          await phone.tell('hangup');
          await pause(34_000);
        },
        filter: 'udp port 5060',
        proof: { 'sip.Method == "BYE"': [5, 12] },
      },
    ],
  },
  {
    fault: 3,
    rule: 'wrong-password',
    recipes: [
      {
        variant: 'jssip-websocket',
        programs: ['JsSIP', 'Offhook'],
        transport: 'WS',
        says: 'JsSIP registers over WebSocket with a wrong password, is challenged again, and gives up.',
        async run(lab) {
          const server = await Offhook.start(lab.world, ['--http-port', '8080']);
          await server.user('alice');
          const file = fileURLToPath(new URL('../../peers/browser/js-sip.mjs', import.meta.url));
          const words = [file, 'ws://127.0.0.1:8080/', server.aor('alice'), 'not-it'];
          const phone = new Program(lab.world, process.execPath, words);
          await phone.prints(/^connected$/m);
          phone.type('register');
          await phone.prints(/^refused/m);
          await pause(300);
        },
        filter: 'tcp port 8080',
        proof: { 'websocket && sip.Method == "REGISTER"': [2, 4], 'sip.Status-Code == 200': 0 },
      },
      {
        variant: 'bad-auth-403',
        programs: ['device', 'device'],
        transport: 'UDP',
        says: 'The PBX answers the credentials of a phone with 403 Forbidden (Bad auth) in place of a second challenge.',
        async run(lab) {
          const [alice, server] = await pair(lab);
          const leg = new Leg(alice, 'alice', `sip:${address.bob}`);
          leg.remote = `<sip:alice@${address.bob}>`;
          leg.request('REGISTER', { headers: ['Expires: 3600'] });
          server.responds(await server.sees('REGISTER'), '401 Unauthorized', {
            tag: fresh('r'),
            headers: ['WWW-Authenticate: Digest algorithm=MD5, realm="pbx", nonce="4d61a2b7"'],
          });
          await alice.sees('401');
          leg.request('REGISTER', {
            headers: ['Expires: 3600', digest('Authorization', '4d61a2b7', `sip:${address.bob}`)],
          });
          server.responds(await server.sees('REGISTER'), '403 Forbidden (Bad auth)', {
            tag: fresh('r'),
          });
          await pause(500);
        },
        proof: { 'sip.Status-Code == 403': 1, 'sip.Status-Code == 401': 1 },
      },
    ],
  },
  {
    fault: 4,
    rule: 'stale-nonce',
    recipes: [
      {
        variant: 'tcp-refresh',
        programs: ['device', 'device'],
        transport: 'TCP',
        says: 'A phone refreshes with its old nonce over TCP, and takes neither of two fresh ones that come with stale="TRUE".',
        async run(lab) {
          const [alice, server] = await pair(lab, { transport: 'TCP', compact: true });
          const leg = new Leg(alice, 'alice', `sip:${server.at};transport=tcp`);
          leg.remote = `<sip:alice@${server.at}>`;
          const register = (): void => {
            leg.request('REGISTER', {
              headers: ['Expires: 60', digest('Authorization', 'oldoldold', `sip:${server.at}`)],
            });
          };
          register();
          server.responds(await server.sees('REGISTER'), '200 OK', { tag: fresh('r') });
          await alice.sees('200');
          await pause(1_500);
          for (const nonce of ['aaaa1111', 'bbbb2222']) {
            register();
            server.responds(await server.sees('REGISTER'), '401 Unauthorized', {
              tag: fresh('r'),
              headers: [
                `WWW-Authenticate: Digest realm="pbx",qop="auth",nonce="${nonce}",stale="TRUE"`,
              ],
            });
            await alice.sees('401');
          }
          await pause(33_000);
        },
        proof: { 'sip.Status-Code == 401': 2, 'sip.Status-Code == 200': 1 },
      },
    ],
  },
  {
    fault: 5,
    rule: 'forbidden-source',
    recipes: [
      {
        variant: 'behind-kamailio',
        programs: ['linphonec', 'Kamailio', 'device'],
        transport: 'UDP',
        says: "The trunk behind Kamailio does not know Kamailio's address, and refuses with 403 without asking for a password.",
        async run(lab) {
          await proxy(lab, { route: `$du = "sip:${at.bob}";` });
          const trunk = await Device.open(lab, { host: address.bob, agent: 'SBC' });
          const phone = await linphone(lab, address.alice, { user: 'alice' });
          await pause(700);
          phone.tell(`call sip:+49301234567@${address.proxy}`);
          const invite = await trunk.sees('INVITE');
          trunk.responds(invite, '403 Forbidden', {
            tag: fresh('s'),
            headers: ['Reason: SIP;cause=403;text="Source address not in ACL"'],
          });
          await trunk.sees('ACK');
          await pause(500);
        },
        proof: { 'sip.Status-Code == 403': 2 },
      },
    ],
  },
  {
    fault: 6,
    rule: 'refused',
    recipes: [
      {
        variant: 'number-unknown-ipv6',
        programs: ['device', 'device'],
        transport: 'UDP',
        says: 'The gateway does not know the number: 404 with cause 1 of the telephone network.',
        async run(lab) {
          const [alice, bob] = await pair(lab, { v6: true, compact: true });
          const leg = new Leg(alice, 'alice', `sip:0301234567@${bob.at}`);
          leg.request('INVITE', { body: leg.sdp() });
          const invite = await bob.sees('INVITE');
          bob.responds(invite, '100 Trying');
          bob.responds(invite, '404 Not Found', {
            tag: fresh('g'),
            headers: ['Reason: Q.850;cause=1;text="Unallocated (unassigned) number"'],
          });
          leg.acksRefusal(await alice.sees('404'));
          await pause(300);
        },
        proof: { 'sip.Status-Code == 404': 1, 'sip.Method == "ACK"': 1 },
      },
      {
        variant: 'declined-kamailio-tcp',
        programs: ['device', 'Kamailio', 'linphonec'],
        transport: 'TCP',
        says: 'linphonec rings behind Kamailio, and its user declines: 603, over TCP.',
        async run(lab) {
          await proxy(lab, { route: `$du = "sip:${at.bob};transport=tcp";` });
          const phone = await linphone(lab, address.bob, { user: 'bob', answer: 'manual' });
          const alice = await Device.open(lab, { host: address.alice, transport: 'TCP' });
          await pause(1_000);
          const leg = new Leg(alice, 'alice', `sip:bob@${address.proxy};transport=tcp`);
          leg.request('INVITE', { body: leg.sdp() });
          await alice.sees('180');
          await pause(600);
          phone.tell('terminate');
          leg.acksRefusal(await alice.sees('603'));
          await pause(500);
        },
        proof: { 'sip.Status-Code == 603': 2 },
      },
    ],
  },
  {
    fault: 7,
    rule: 'no-common-codec',
    recipes: [
      {
        variant: 'port-zero',
        programs: ['device', 'device'],
        transport: 'UDP',
        says: "Bob answers 200 and takes none of Alice's codecs: the port of his audio is 0, and she hangs up at once.",
        async run(lab) {
          const [alice, bob] = await pair(lab);
          const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
          leg.request('INVITE', { body: leg.sdp({ codecs: [g723] }) });
          const invite = await bob.sees('INVITE');
          const other = Leg.of(bob, 'bob', invite);
          other.responds(invite, '200 OK', other.sdp({ codecs: [g723], port: 0 }));
          leg.learns(await alice.sees('200'));
          leg.request('ACK');
          await bob.sees('ACK');
          await Promise.all([other.isHungUp(), leg.hangsUp()]);
          await pause(200);
        },
        proof: { 'sdp.media.port == 0': 1, 'sip.Method == "BYE"': 1 },
      },
      {
        variant: 'offhook-tcp',
        programs: ['device', 'Offhook'],
        transport: 'TCP',
        says: 'Alice offers G.729 and G.723 over TCP; Offhook has neither and answers 488.',
        async run(lab) {
          answers(await offhook(lab, address.bob, 'bob')).catch(() => undefined);
          const alice = await Device.open(lab, { host: address.alice, transport: 'TCP' });
          const leg = new Leg(alice, 'alice', `${bobAt};transport=tcp`);
          leg.request('INVITE', {
            body: leg.sdp({ codecs: [[18, 'G729/8000'], g723], more: ['a=fmtp:18 annexb=no'] }),
          });
          leg.acksRefusal(await alice.sees('488'));
          await pause(300);
        },
        proof: { 'sip.Status-Code == 488': 1 },
      },
    ],
  },
  {
    fault: 18,
    rule: 'session-interval-too-small',
    recipes: [
      {
        variant: 'twice',
        programs: ['device', 'device'],
        transport: 'UDP',
        says: "Alice's 90 seconds are too few for the gateway, and so are her 600 after it named 1800: she gives up.",
        async run(lab) {
          const [alice, bob] = await pair(lab, { v6: true, compact: true });
          const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
          for (const seconds of [90, 600]) {
            leg.request('INVITE', {
              body: leg.sdp(),
              headers: ['Supported: timer', `Session-Expires: ${seconds}`],
            });
            bob.responds(await bob.sees('INVITE'), '422 Session Interval Too Small', {
              tag: fresh('g'),
              headers: ['Min-SE: 1800'],
            });
            leg.acksRefusal(await alice.sees('422'));
            await bob.sees('ACK');
          }
          await pause(34_000);
        },
        proof: { 'sip.Status-Code == 422': 2 },
      },
    ],
  },
  {
    fault: 30,
    rule: 'loop',
    recipes: [
      {
        variant: 'detected-482',
        programs: ['device', 'Kamailio', 'device'],
        transport: 'UDP',
        says: 'A server sends the call back to Kamailio, whence it came, gets it again, and answers 482.',
        async run(lab) {
          await proxy(lab, { route: `$du = "sip:${at.bob}";` });
          const alice = await Device.open(lab, { host: address.alice });
          const server = await Device.open(lab, { host: address.bob, agent: 'Proxy B' });
          const leg = new Leg(alice, 'alice', `sip:bob@${address.proxy}`);
          leg.request('INVITE', { body: leg.sdp() });
          const first = await server.sees('INVITE');
          server.responds(first, '100 Trying');
          const [line = '', ...rest] = first.text.split('\r\n');
          const via = `Via: SIP/2.0/UDP ${server.at};branch=${fresh('z9hG4bK')};rport`;
          server.raw(
            [line, via, ...rest].join('\r\n').replace(/^Max-Forwards: .*$/m, 'Max-Forwards: 60'),
            first.from,
          );
          const second = await server.sees('INVITE');
          server.responds(second, '482 Loop Detected', { tag: fresh('p') });
          const back = await server.sees('482');
          // The answer to the first goes back without the server's own Via.
          server.responds(first, '482 Loop Detected', { tag: fresh('p') });
          leg.acksRefusal(await alice.sees('482'));
          void back;
          await pause(500);
        },
        proof: { 'sip.Status-Code == 482': [3, 6], 'sip.Method == "INVITE"': [4, 5] },
      },
    ],
  },
  {
    fault: 33,
    rule: 'extension-required',
    recipes: [
      {
        variant: 'precondition-offhook',
        programs: ['device', 'Offhook'],
        transport: 'UDP',
        says: 'Alice requires precondition, which Offhook does not have: 420.',
        async run(lab) {
          answers(await offhook(lab, address.bob, 'bob')).catch(() => undefined);
          const alice = await Device.open(lab, { host: address.alice });
          const leg = new Leg(alice, 'alice', bobAt);
          leg.request('INVITE', {
            body: leg.sdp(),
            headers: ['Require: precondition', 'Supported: 100rel, precondition'],
          });
          leg.acksRefusal(await alice.sees('420'));
          await pause(300);
        },
        proof: { 'sip.Status-Code == 420': 1 },
      },
      {
        variant: 'callee-421',
        programs: ['baresip', 'device'],
        transport: 'TCP',
        says: 'The gateway takes calls only with 100rel, which baresip does not offer: 421.',
        async run(lab) {
          const bob = await Device.open(lab, { host: address.bob, transport: 'TCP' });
          const phone = await baresip(lab, address.alice, { user: 'alice' });
          await phone.tell('dial', `${bobAt};transport=tcp`);
          const invite = await bob.sees('INVITE');
          bob.responds(invite, '421 Extension Required', {
            tag: fresh('g'),
            headers: ['Require: 100rel'],
          });
          await bob.sees('ACK');
          await pause(500);
        },
        proof: { 'sip.Status-Code == 421': 1 },
      },
    ],
  },
];
