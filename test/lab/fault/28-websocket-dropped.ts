// Fault 28: the WebSocket of a phone breaks in the middle of a call.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Offhook } from '../../peers/offhook.ts';
import { PagePhone } from '../../peers/page-phone.ts';
import { Program } from '../../peers/program.ts';
import { pause } from '../../peers/world.ts';
import type { Lab } from '../lab.ts';
import { hertzOfPage } from '../programs.ts';
import type { Family } from '../recipe.ts';

const filter = 'tcp port 8080 or (udp and not port 5353)';
const proof = {
  'websocket && sip.Method == "INVITE"': [1, 4],
  'websocket && sip.Method == "BYE"': 0,
  'tcp.port == 8080 && (tcp.flags.fin == 1 || tcp.flags.reset == 1)': [1, 20],
} as const;

/** A phone of another library in Node.js that calls echo, and whose process is killed. */
async function library(
  lab: Lab,
  name: 'sip-js' | 'js-sip',
  end: (phone: Program) => Promise<void>,
): Promise<void> {
  const server = await Offhook.start(lab.world, ['--http-port', '8080']);
  const password = await server.user('alice');
  const file = fileURLToPath(new URL(`../../peers/browser/${name}.mjs`, import.meta.url));
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
  await end(phone);
}

/** WebSocket dropped. */
export const websocketDropped: Family = {
  fault: 28,
  rule: 'websocket-dropped',
  recipes: [
    {
      variant: 'jssip',
      programs: ['JsSIP', 'Offhook'],
      transport: 'WS',
      says: 'The process with JsSIP dies in a call: its WebSocket ends without a close frame and without BYE.',
      run: (lab) =>
        library(lab, 'js-sip', async (phone) => {
          phone.signal('SIGKILL');
          await pause(2_000);
        }),
      filter,
      proof,
    },
    {
      variant: 'sipjs',
      programs: ['SIP.js', 'Offhook'],
      transport: 'WS',
      says: 'A middlebox resets the WebSocket of SIP.js in a call.',
      run: (lab) =>
        library(lab, 'sip-js', async () => {
          lab.command('ss', '-K', 'dport', '=', ':8080');
          await pause(2_500);
        }),
      filter,
      proof,
    },
    {
      variant: 'page',
      programs: ['Chromium', 'Offhook'],
      transport: 'WS',
      says: 'The browser dies in a call with echo: its WebSocket ends without BYE.',
      async run(lab) {
        const server = await Offhook.start(lab.world, ['--http-port', '8080']);
        const page = await PagePhone.start(lab.world, server, { hertz: hertzOfPage });
        await page.dial('echo');
        await page.isUp();
        await pause(500);
        await page.tab.page.context().browser()?.close();
        await pause(2_000);
      },
      filter: 'tcp port 8080',
      withoutPages: true,
      seconds: 120,
      proof,
    },
  ],
};
