// Fault 21: CANCEL and 200 cross: the caller gave up, and the callee has answered.
import { pause } from '../../peers/world.ts';
import { alice, bob } from '../people.ts';
import type { Family } from '../recipe.ts';
import { baresipToSipp, offhookToSipp, sippToSipp } from '../runs.ts';
import { gets, progress, replies, takes, waits } from '../scenario.ts';
import type { Step } from '../scenario.ts';

/** It has just answered when the CANCEL comes. */
const answersAtOnce: readonly Step[] = [
  bob.invited(),
  bob.rings(),
  takes('CANCEL'),
  replies('481 Call/Transaction Does Not Exist'),
  bob.answers({ repeat: false }),
];

const crossed = {
  'sip.Method == "CANCEL"': 1,
  'sip.Status-Code == 200 && sip.CSeq.method == "INVITE"': [1, 5],
} as const;

/** CANCEL crossing 200. */
export const cancelCrossed: Family = {
  fault: 21,
  rule: 'cancel-crossed',
  recipes: [
    {
      variant: 'sipp',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: "Alice's CANCEL crosses Bob's 200: she has to acknowledge it and to hang up.",
      run: sippToSipp(
        [answersAtOnce, takes('ACK'), bob.isHungUp()],
        [
          alice.invites(),
          gets(180),
          waits(800),
          alice.cancels({ repeat: false }),
          gets(481),
          progress,
          gets(200),
          alice.acks(),
          waits(20),
          alice.byes(),
          gets(200),
          waits(300),
        ],
      ),
      proof: { ...crossed, 'sip.Method == "BYE"': 1 },
    },
    {
      variant: 'offhook',
      programs: ['Offhook', 'SIPp'],
      transport: 'UDP',
      says: "Offhook's CANCEL crosses Bob's 200: it acknowledges and hangs up at once.",
      run: offhookToSipp([answersAtOnce, takes('ACK'), bob.isHungUp()], async ({ ua }, uri) => {
        const abort = new AbortController();
        const call = ua.call(uri, { signal: abort.signal });
        await pause(900);
        abort.abort();
        await call.answered.catch(() => undefined);
      }),
      proof: crossed,
    },
    {
      variant: 'baresip',
      programs: ['baresip', 'SIPp'],
      transport: 'UDP',
      says: "baresip's CANCEL crosses Bob's 200.",
      run: baresipToSipp(
        [answersAtOnce, takes('ACK'), waits(2_500)],
        async (phone) => {
          await pause(900);
          await phone.tell('hangup');
        },
        { fails: true },
      ),
      proof: crossed,
    },
  ],
};
