// Fault 20: sound before the answer, and never an answer.
import { pause } from '../../peers/world.ts';
import { alice, bob } from '../people.ts';
import type { Family } from '../recipe.ts';
import { baresipToSipp, linphoneToSipp, offhookToSipp, sippToSipp } from '../runs.ts';
import { gets, progress, replies, sdp, speaks, takes, waits } from '../scenario.ts';
import type { Step } from '../scenario.ts';

const early = [
  bob.invited(),
  bob.responds('183 Session Progress', { sdp: sdp({ session: 20_262 }) }),
  speaks,
] as const;

/** Bob's side is cancelled after an announcement. */
const isCancelled: readonly Step[] = [
  ...early,
  takes('CANCEL'),
  replies('200 OK'),
  bob.responds('487 Request Terminated', { repeat: true }),
  takes('ACK'),
  waits(200),
];

const heard = {
  'sip.Status-Code == 183': 1,
  rtp: [30, 400],
  'sip.Status-Code == 200 && sip.CSeq.method == "INVITE"': 0,
} as const;

/** Early media, no answer. */
export const earlyMediaNoAnswer: Family = {
  fault: 20,
  rule: 'early-media-no-answer',
  recipes: [
    {
      variant: 'sipp-480',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: 'Bob sends an announcement with 183, never answers, and ends with 480.',
      run: sippToSipp(
        [
          ...early,
          waits(2_500),
          bob.responds('480 Temporarily Unavailable', { repeat: true }),
          takes('ACK'),
          waits(200),
        ],
        [alice.invites(), progress, gets(480), alice.acksRefusal(), waits(200)],
      ),
      proof: { ...heard, 'sip.Status-Code == 480': 1 },
    },
    {
      variant: 'baresip',
      programs: ['baresip', 'SIPp'],
      transport: 'UDP',
      says: 'baresip hears an announcement with 183 and no answer, and gives up.',
      run: baresipToSipp(isCancelled, async (phone) => {
        await pause(3_000);
        await phone.tell('hangup');
      }),
      proof: heard,
    },
    {
      variant: 'linphone',
      programs: ['linphonec', 'SIPp'],
      transport: 'UDP',
      says: 'linphonec hears an announcement with 183 and no answer, and gives up.',
      run: linphoneToSipp(isCancelled, async (phone) => {
        await pause(3_000);
        phone.tell('terminate');
      }),
      proof: heard,
    },
    {
      variant: 'offhook',
      programs: ['Offhook', 'SIPp'],
      transport: 'UDP',
      says: 'Offhook hears an announcement with 183 and no answer, and gives up.',
      run: offhookToSipp(isCancelled, async ({ ua }, uri) => {
        const abort = new AbortController();
        const call = ua.call(uri, { signal: abort.signal });
        await pause(3_000);
        abort.abort();
        await call.answered.catch(() => undefined);
      }),
      proof: heard,
    },
  ],
};
