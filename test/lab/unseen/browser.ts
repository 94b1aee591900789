// Second round: browsers and WebSockets (faults 26 to 28).
import { connect, createServer } from 'node:net';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Offhook } from '../../peers/offhook.ts';
import { PagePhone } from '../../peers/page-phone.ts';
import { Program } from '../../peers/program.ts';
import { pause } from '../../peers/world.ts';
import { hertzOfPage } from '../programs.ts';
import type { Family } from '../recipe.ts';

const web = 'tcp port 8080 or (udp and not port 5353)';

/** In the page: what it announces is not the fingerprint of the certificate that its browser shows. */
const otherFingerprint = `
  const name = 'localDescription';
  let kind = RTCPeerConnection.prototype;
  while (!Object.hasOwn(kind, name)) kind = Object.getPrototypeOf(kind);
  const { get } = Object.getOwnPropertyDescriptor(kind, name);
  Object.defineProperty(kind, name, {
    get() {
      const made = get.call(this);
      const turned = (_, name, print) => name + print.split(':').reverse().join(':');
      return made && {
        type: made.type,
        sdp: made.sdp.replace(/(a=fingerprint:sha-256 )([0-9A-F:]+)/g, turned),
      };
    },
  });
`;

/** These families. */
export const browsers: readonly Family[] = [
  {
    fault: 26,
    rule: 'ice-failed',
    recipes: [
      {
        variant: 'page-no-udp',
        programs: ['Chromium', 'Offhook'],
        transport: 'WS',
        says: 'The network of the browser lets no UDP through, as in a hotel; the call never has sound.',
        async run(lab) {
          const server = await Offhook.start(lab.world, ['--http-port', '8080']);
          const page = await PagePhone.start(lab.world, server, { hertz: hertzOfPage });
          // But for the SIP of the server itself.
          const sip = String(server.port);
          lab.deafen('-p', 'udp', '-m', 'multiport', '!', '--ports', sip);
          await page.dial('echo');
          await pause(12_000);
          await page.press('Hang up').catch(() => undefined);
          await pause(1_500);
        },
        filter: web,
        withoutPages: true,
        seconds: 120,
        proof: { 'stun.type == 0x0001': [5, 600], 'stun.type == 0x0101': 0 },
      },
    ],
  },
  {
    fault: 27,
    rule: 'dtls',
    recipes: [
      {
        variant: 'page-fingerprint',
        programs: ['Chromium', 'Offhook'],
        transport: 'WS',
        says: 'A browser announces a fingerprint that is not that of its certificate: its keys are refused, and there is no sound.',
        async run(lab) {
          const server = await Offhook.start(lab.world, ['--http-port', '8080']);
          const page = await PagePhone.start(lab.world, server, { hertz: hertzOfPage });
          await page.tab.page.evaluate(otherFingerprint);
          await page.dial('echo');
          await pause(8_000);
          await page.press('Hang up').catch(() => undefined);
          await pause(1_500);
        },
        filter: web,
        withoutPages: true,
        seconds: 120,
        proof: {
          'dtls.handshake.type == 1': [1, 20],
          'websocket && sip.Method == "INVITE"': [1, 3],
        },
      },
    ],
  },
  {
    fault: 28,
    rule: 'websocket-dropped',
    recipes: [
      {
        variant: 'page-server-killed',
        programs: ['Chromium', 'Offhook'],
        transport: 'WS',
        says: 'The server dies in a call of a browser: its WebSocket ends, and so does the sound.',
        async run(lab) {
          const server = await Offhook.start(lab.world, ['--http-port', '8080']);
          const page = await PagePhone.start(lab.world, server, { hertz: hertzOfPage });
          await page.dial('echo');
          await page.isUp();
          await pause(700);
          server.program.signal('SIGKILL');
          await pause(3_000);
        },
        filter: 'tcp port 8080',
        withoutPages: true,
        seconds: 120,
        proof: {
          'websocket && sip.Method == "INVITE"': [1, 4],
          'websocket && sip.Method == "BYE"': 0,
        },
      },
      {
        variant: 'sipjs-killed',
        programs: ['SIP.js', 'Offhook'],
        transport: 'WS',
        says: 'A load balancer ends the WebSocket of SIP.js in a call with close code 1001, and its call is never ended.',
        async run(lab) {
          const server = await Offhook.start(lab.world, ['--http-port', '8081']);
          const close: (() => void)[] = [];
          const balancer = createServer((near) => {
            const far = connect(8_081, '127.0.0.1');
            for (const link of [near, far]) link.on('error', () => undefined);
            near.on('data', (octets) => {
              const text = octets.toString('latin1').replaceAll('127.0.0.1:8080', '127.0.0.1:8081');
              far.write(Buffer.from(text, 'latin1'));
            });
            far.on('data', (octets) => near.write(octets));
            close.push(() => {
              far.destroy();
              near.end(Buffer.from([0x88, 0x02, 0x03, 0xe9]));
            });
            lab.world.own({ close: () => void near.destroy() });
          });
          lab.world.own({ close: () => void balancer.close() });
          balancer.listen(8_080, '127.0.0.1');
          const password = await server.user('alice');
          const file = fileURLToPath(new URL('../../peers/browser/sip-js.mjs', import.meta.url));
          const phone = new Program(lab.world, process.execPath, [
            file,
            'ws://127.0.0.1:8080/',
            server.aor('alice'),
            password,
          ]);
          await phone.prints(/^connected$/m);
          phone.type('register');
          await phone.prints(/^registered$/m);
          phone.type(`call ${server.aor('echo')}`);
          await phone.prints(/^answered$/m);
          await pause(1_200);
          for (const end of close) end();
          await pause(2_500);
        },
        filter: 'tcp port 8080',
        proof: { 'websocket && sip.Method == "BYE"': 0, 'websocket.opcode == 8': [1, 2] },
      },
    ],
  },
];
