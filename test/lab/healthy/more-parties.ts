// Healthy calls with more than two: transfers, forks, servers in between; and what is no call: registrations, events, texts.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Offhook } from '../../peers/offhook.ts';
import { PagePhone } from '../../peers/page-phone.ts';
import { Program } from '../../peers/program.ts';
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import { alice, at, bob, bobAt, carol } from '../people.ts';
import { baresip, demands, hertzOfPage, linphone, offhook, proxy } from '../programs.ts';
import type { Recipe } from '../recipe.ts';
import { answers, sippToLinphone, sippToOffhook } from '../runs.ts';
import { gets, replies, scenario, takes, waits } from '../scenario.ts';

const web = 'tcp port 8080 or (udp and not port 5353)';

/** These calls. */
export const moreParties: readonly Recipe[] = [
  {
    variant: 'fork',
    programs: ['baresip', 'Kamailio', 'SIPp', 'SIPp'],
    transport: 'UDP',
    says: 'Kamailio rings Bob and Carol; Bob answers, and Carol is cancelled.',
    async run(lab) {
      await proxy(lab, {
        route: `$ru = "sip:bob@${at.bob}"; append_branch("sip:carol@${at.carol}");`,
      });
      const winner = lab.sipp({
        host: address.bob,
        echo: true,
        scenario: scenario(
          'answers',
          bob.invited(),
          bob.rings({ recordRoute: true }),
          waits(1_000),
          bob.answers({ recordRoute: true }),
          takes('ACK'),
          bob.isHungUp(),
        ),
      });
      const loser = lab.sipp({
        host: address.carol,
        scenario: scenario(
          'is cancelled',
          carol.invited(),
          carol.rings({ recordRoute: true }),
          takes('CANCEL'),
          replies('200 OK'),
          carol.responds('487 Request Terminated', { repeat: true }),
          takes('ACK'),
          waits(200),
        ),
      });
      const caller = await baresip(lab, address.alice, { user: 'alice' });
      await caller.tell('dial', `sip:bob@${address.proxy}`);
      await caller.sees('CALL_ESTABLISHED');
      await pause(1_500);
      await caller.tell('hangup');
      await Promise.all([winner.done(), loser.done()]);
    },
    proof: {
      'sip.Method == "CANCEL"': [1, 2],
      'sip.Status-Code == 487': [1, 2],
      'sip.Method == "BYE"': 2,
    },
  },
  {
    variant: 'attended-transfer',
    programs: ['Offhook', 'Offhook', 'Offhook'],
    transport: 'UDP',
    says: 'Alice calls Bob, asks Carol, and connects the two (REFER with Replaces).',
    async run(lab) {
      const one = await offhook(lab, address.alice, 'alice');
      void answers(await offhook(lab, address.bob, 'bob', { transfers: 'follow' }));
      const third = await offhook(lab, address.carol, 'carol');
      void answers(third).then(() => answers(third));
      const first = await one.ua.call(bobAt).answered;
      await pause(600);
      await first.hold();
      const second = await one.ua.call(`sip:carol@${address.carol}`).answered;
      await pause(600);
      await first.transfer(second);
      await pause(1_500);
    },
    filter: 'udp port 5060',
    proof: {
      'sip.Method == "REFER"': 1,
      'sip.Replaces': [1, 2],
      'frame contains "SIP/2.0 200 OK" && sip.Method == "NOTIFY"': 1,
    },
  },
  {
    variant: 'blind-transfer',
    programs: ['SIPp', 'Offhook', 'SIPp'],
    transport: 'UDP',
    says: 'Alice hands Offhook over to Carol, who answers; Alice hangs up when she is told.',
    async run(lab) {
      const called = lab.sipp({
        host: address.carol,
        scenario: scenario(
          'Carol',
          carol.takesCall(),
          waits(1_500),
          carol.byes(),
          gets(200),
          waits(200),
        ),
      });
      await sippToOffhook(
        [
          alice.calls(),
          waits(700),
          alice.request('REFER', { cseq: 2, headers: [`Refer-To: <sip:carol@${address.carol}>`] }),
          gets(200),
          takes('NOTIFY'),
          replies('200 OK'),
          takes('NOTIFY'),
          replies('200 OK'),
          takes('NOTIFY'),
          replies('200 OK'),
          waits(100),
          alice.hangsUp({ cseq: 3 }),
        ],
        { transfers: 'follow' },
      )(lab);
      await called.done();
      await pause(300);
    },
    filter: 'udp port 5060',
    proof: {
      'sip.Method == "REFER"': 1,
      'sip.Method == "NOTIFY" && frame contains "SIP/2.0 200"': 1,
      'sip.Method == "BYE"': 2,
    },
  },
  {
    variant: 'record-route',
    programs: ['linphonec', 'Kamailio', 'baresip'],
    transport: 'UDP',
    says: 'linphonec calls baresip through Kamailio, which stays in the route; baresip hangs up.',
    async run(lab) {
      await proxy(lab, { route: `$du = "sip:${at.bob}";` });
      const called = await baresip(lab, address.bob, { user: 'bob' });
      const caller = await linphone(lab, address.alice, { user: 'alice' });
      await pause(700);
      caller.tell(`call sip:bob@${address.proxy}`);
      await caller.prints(/established|connected/i, 15_000);
      await pause(2_000);
      await called.tell('hangup');
      await pause(700);
    },
    proof: { 'sip.Record-Route': [2, 10], 'sip.Method == "BYE"': 2, 'sip.Method == "ACK"': 2 },
  },
  {
    variant: 'register',
    programs: ['linphonec', 'Kamailio'],
    transport: 'UDP',
    says: 'linphonec registers with its password, refreshes, and unregisters.',
    async run(lab) {
      await proxy(lab, {
        first: demands('pw-alice'),
        modules: 'modparam("registrar", "min_expires", 1)',
      });
      const phone = await linphone(lab, address.alice, {
        user: 'alice',
        server: at.proxy,
        password: 'pw-alice',
        expires: 6,
      });
      await phone.registered();
      await pause(8_000);
      phone.tell('unregister');
      await pause(2_000);
    },
    proof: { 'sip.Method == "REGISTER"': [4, 8], 'sip.Status-Code == 200': [2, 10] },
  },
  {
    variant: 'subscribe',
    programs: ['Offhook', 'SIPp'],
    transport: 'UDP',
    says: 'Offhook follows the state of a phone: SUBSCRIBE, two notifications, and the end.',
    async run(lab) {
      const notify = (cseq: number, state: string, body: string): string =>
        `${bob.request('NOTIFY', {
          cseq,
          headers: [
            'Event: message-summary',
            `Subscription-State: ${state}`,
            'Content-Type: application/simple-message-summary',
          ],
          body,
        })}\n${gets(200)}`;
      const notifier = lab.sipp({
        host: address.bob,
        scenario: scenario(
          'notifies',
          bob.invited().replace('INVITE', 'SUBSCRIBE'),
          bob.responds('200 OK', { headers: ['Expires: 600'] }),
          notify(1, 'active;expires=600', 'Messages-Waiting: no'),
          waits(700),
          notify(2, 'active;expires=599', 'Messages-Waiting: yes'),
          waits(700),
          notify(3, 'terminated;reason=noresource', 'Messages-Waiting: yes'),
          waits(300),
        ),
      });
      await pause(300);
      const { ua } = await offhook(lab, address.alice, 'alice');
      const subscription = ua.subscribe(bobAt, { event: 'message-summary' });
      for await (const notification of subscription.notifications) void notification;
      await notifier.done();
    },
    proof: {
      'sip.Method == "SUBSCRIBE"': 1,
      'sip.Method == "NOTIFY"': 3,
      'sip.Status-Code == 200': 4,
    },
  },
  {
    variant: 'message',
    programs: ['Offhook', 'linphonec'],
    transport: 'UDP',
    says: 'Offhook writes to linphonec.',
    async run(lab) {
      await linphone(lab, address.bob, { user: 'bob' });
      await pause(1_000);
      const { ua } = await offhook(lab, address.alice, 'alice');
      await ua.message(bobAt, 'Good morning');
      await pause(500);
    },
    proof: {
      'sip.Method == "MESSAGE"': [1, 3],
      'sip.Status-Code == 200 || sip.Status-Code == 202': [1, 3],
    },
  },
  {
    variant: 'options',
    programs: ['SIPp', 'linphonec'],
    transport: 'UDP',
    says: 'Alice asks linphonec three times whether it is there.',
    run: sippToLinphone(
      [1, 2, 3].flatMap((cseq) => [alice.opens('OPTIONS', { cseq }), gets(200), waits(700)]),
    ),
    proof: { 'sip.Method == "OPTIONS"': 3, 'sip.Status-Code == 200': 3 },
  },
  {
    variant: 'websocket',
    programs: ['JsSIP', 'Offhook'],
    transport: 'WS',
    says: 'JsSIP registers over WebSocket, calls echo, holds, resumes, hangs up, and unregisters.',
    async run(lab) {
      const server = await Offhook.start(lab.world, ['--http-port', '8080']);
      const password = await server.user('alice');
      const file = fileURLToPath(new URL('../../peers/browser/js-sip.mjs', import.meta.url));
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
      await does('hold', /^held$/m);
      await does('resume', /^resumed$/m);
      await does('bye', /^ended$/m);
      await does('unregister', /^unregistered$/m);
    },
    filter: 'tcp port 8080',
    proof: { 'websocket && sip.Method == "INVITE"': [3, 4], 'websocket && sip.Method == "BYE"': 1 },
  },
  {
    variant: 'page',
    programs: ['Chromium', 'Offhook'],
    transport: 'WS',
    says: 'The phone page calls echo, hears itself, and hangs up.',
    async run(lab) {
      const server = await Offhook.start(lab.world, ['--http-port', '8080']);
      const page = await PagePhone.start(lab.world, server, { hertz: hertzOfPage });
      await page.dial('echo');
      await page.isUp();
      await pause(1_000);
      await page.press('Hang up');
      await page.isOver();
      await pause(500);
    },
    filter: web,
    withoutPages: true,
    seconds: 120,
    proof: {
      'websocket && sip.Method == "INVITE"': [1, 3],
      'websocket && sip.Method == "BYE"': 1,
      'dtls.handshake.type == 1': [1, 6],
    },
  },
];
