// Healthy calls between two phones: each does something that is unusual and right.
import { pause } from '../../peers/world.ts';
import { address, hertz } from '../lab.ts';
import { alice, bob, bobAt } from '../people.ts';
import { baresip, linphone, offhook } from '../programs.ts';
import type { Recipe } from '../recipe.ts';
import { answers, linphoneToSipp, offhookToSipp, sippToBaresip, sippToOffhook } from '../runs.ts';
import { gets, pcma, pcmu, progress, replies, sdp, speaks, takes, waits } from '../scenario.ts';

const answered = 'sip.Status-Code == 200 && sip.CSeq.method == "INVITE"';

/** These calls. */
export const twoParty: readonly Recipe[] = [
  {
    variant: 'loss-recovered',
    programs: ['baresip', 'Offhook'],
    transport: 'UDP',
    says: 'One in three of the messages is lost on the way, and what is repeated gets through.',
    async run(lab) {
      lab.lose(
        '-p',
        'udp',
        '--dport',
        '5060',
        '-m',
        'statistic',
        '--mode',
        'nth',
        '--every',
        '3',
        '--packet',
        '0',
      );
      void answers(await offhook(lab, address.bob, 'bob'));
      const caller = await baresip(lab, address.alice, { user: 'alice' });
      await caller.tell('dial', bobAt);
      await caller.sees('CALL_ESTABLISHED', 20_000);
      await pause(2_000);
      await caller.tell('hangup');
      await pause(2_500);
    },
    proof: {
      [answered]: [1, 6],
      'sip.Method == "BYE"': [1, 6],
      'sip.Status-Code == 200 && sip.CSeq.method == "BYE"': [1, 6],
    },
  },
  {
    variant: 'early-media',
    programs: ['linphonec', 'SIPp'],
    transport: 'UDP',
    says: 'Bob plays an announcement with 183 and answers then.',
    run: linphoneToSipp(
      [
        bob.invited(),
        bob.responds('183 Session Progress', { sdp: sdp({ session: 20_262 }) }),
        speaks,
        waits(1_500),
        bob.answers({ sdp: sdp({ session: 20_262 }) }),
        takes('ACK'),
        bob.isHungUp(),
      ],
      async (phone) => {
        await phone.prints(/established|connected/i, 15_000);
        await pause(1_500);
        phone.tell('terminate');
      },
    ),
    proof: { 'sip.Status-Code == 183': 1, [answered]: 1, 'sip.Method == "BYE"': 1 },
  },
  {
    variant: 'codec-change',
    programs: ['SIPp', 'baresip'],
    transport: 'UDP',
    says: 'Alice changes from PCMU to PCMA by a re-INVITE, and baresip follows.',
    run: sippToBaresip([
      alice.calls({ sdp: sdp({ codecs: [pcmu] }) }),
      speaks,
      waits(1_000),
      alice.request('INVITE', { cseq: 2, sdp: sdp({ version: 2, codecs: [pcma] }) }),
      progress,
      gets(200),
      alice.acks({ cseq: 2 }),
      waits(1_000),
      alice.hangsUp({ cseq: 3 }),
    ]),
    proof: { 'sip.Method == "INVITE"': 2, 'rtp.p_type == 8 && !icmp': [20, 100] },
  },
  {
    variant: 'session-timer',
    programs: ['Offhook', 'SIPp'],
    transport: 'UDP',
    says: 'Offhook refreshes the session after half of its 90 seconds.',
    run: offhookToSipp(
      [
        bob.invited(),
        bob.rings(),
        waits(300),
        bob.answers({
          headers: [
            'Require: timer',
            'Session-Expires: 90;refresher=uac',
            'Allow: INVITE, ACK, CANCEL, BYE, UPDATE',
          ],
        }),
        takes('ACK'),
        takes('UPDATE'),
        replies('200 OK', {
          headers: [
            'Require: timer',
            'Session-Expires: 90;refresher=uac',
            `Contact: <sip:bob@${address.bob}>`,
          ],
        }),
        bob.isHungUp(),
      ],
      async ({ ua }, uri) => {
        const call = await ua.call(uri).answered;
        await pause(50_000);
        await call.hangUp();
      },
      { phone: { sessionTimer: { seconds: 90 } } },
    ),
    filter: 'udp port 5060',
    seconds: 100,
    proof: { 'sip.Method == "UPDATE"': 1, 'sip.Session-Expires': [3, 4], 'sip.Method == "BYE"': 1 },
  },
  {
    variant: 'prack',
    programs: ['Offhook', 'SIPp'],
    transport: 'UDP',
    says: 'Bob rings reliably, Offhook acknowledges it by PRACK, and the call goes on.',
    run: offhookToSipp(
      [
        bob.invited(),
        bob.rings({ headers: ['Require: 100rel', 'RSeq: 1'], repeat: true }),
        takes('PRACK'),
        replies('200 OK'),
        waits(600),
        bob.answers(),
        takes('ACK'),
        bob.isHungUp(),
      ],
      async ({ ua }, uri) => {
        const call = await ua.call(uri).answered;
        await pause(1_000);
        await call.hangUp();
      },
    ),
    filter: 'udp port 5060',
    proof: { 'sip.Method == "PRACK"': 1, [answered]: 1 },
  },
  {
    variant: 'update',
    programs: ['SIPp', 'Offhook'],
    transport: 'UDP',
    says: 'Alice holds and resumes the call by UPDATE, and Offhook follows.',
    run: sippToOffhook([
      alice.calls(),
      speaks,
      waits(700),
      alice.request('UPDATE', { cseq: 2, sdp: sdp({ version: 2, direction: 'sendonly' }) }),
      gets(200),
      waits(700),
      alice.request('UPDATE', { cseq: 3, sdp: sdp({ version: 3 }) }),
      gets(200),
      waits(700),
      alice.hangsUp({ cseq: 4 }),
    ]),
    proof: {
      'sip.Method == "UPDATE"': 2,
      'sip.Status-Code == 200 && sip.CSeq.method == "UPDATE"': 2,
    },
  },
  {
    variant: 'tcp',
    programs: ['baresip', 'linphonec'],
    transport: 'TCP',
    says: 'baresip calls linphonec over TCP.',
    async run(lab) {
      await linphone(lab, address.bob, { user: 'bob' });
      await pause(1_000);
      const caller = await baresip(lab, address.alice, { user: 'alice' });
      await caller.tell('dial', `${bobAt};transport=tcp`);
      await caller.sees('CALL_ESTABLISHED');
      await pause(2_000);
      await caller.tell('hangup');
      await pause(700);
    },
    proof: { 'tcp && sip.Method == "INVITE"': 1, 'tcp && sip.Method == "BYE"': 1 },
  },
  {
    variant: 'offerless',
    programs: ['SIPp', 'baresip'],
    transport: 'UDP',
    says: 'Alice leaves the offer to baresip, and her ACK has the answer.',
    run: sippToBaresip([
      alice.opens('INVITE'),
      progress,
      gets(200),
      alice.acks({ sdp: sdp() }),
      speaks,
      waits(1_500),
      alice.hangsUp(),
    ]),
    proof: {
      'sip.Method == "INVITE" && sdp': 0,
      'sip.Method == "ACK" && sdp': 1,
      'sip.Method == "BYE"': 1,
    },
  },
  {
    variant: 'keys',
    programs: ['baresip', 'Offhook'],
    transport: 'UDP',
    says: 'baresip presses 1, 5 and #, as was agreed (RFC 4733).',
    async run(lab) {
      void answers(await offhook(lab, address.bob, 'bob'));
      const caller = await baresip(lab, address.alice, { user: 'alice' });
      await caller.tell('dial', bobAt);
      await caller.sees('CALL_ESTABLISHED');
      await pause(500);
      for (const key of ['1', '5', '#']) {
        await caller.tell('sndcode', key);
        await pause(300);
        await caller.tell('sndcode', '\u0004').catch(() => undefined);
        await pause(200);
      }
      await pause(300);
      await caller.tell('hangup');
      await pause(300);
    },
    proof: { rtpevent: [9, 90], 'sip.Method == "BYE"': 1 },
  },
  {
    variant: 'offhook-linphone',
    programs: ['Offhook', 'linphonec'],
    transport: 'UDP',
    says: 'Offhook calls linphonec, which hangs up.',
    async run(lab) {
      const phone = await linphone(lab, address.bob, { user: 'bob' });
      await pause(1_000);
      const { ua } = await offhook(lab, address.alice, 'alice');
      const call = await ua.call(bobAt).answered;
      void call.media.play({ kind: 'tone', hertz });
      await pause(2_000);
      phone.tell('terminate');
      await call.ended;
      await pause(300);
    },
    proof: { [`sip.Method == "BYE" && ip.src == ${address.bob}`]: 1 },
  },
];
