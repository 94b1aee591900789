// Fault 17: nobody refreshes the session, and the side that waits for it hangs up (RFC 4028 §10).
import { alice, bob } from '../people.ts';
import type { Family } from '../recipe.ts';
import { offhookToSipp, sippToOffhook, sippToSipp } from '../runs.ts';
import { gets, progress, replies, takes, waits } from '../scenario.ts';

const wants = (refresher: string): readonly string[] => [
  'Supported: timer',
  `Session-Expires: 90;refresher=${refresher}`,
  'Min-SE: 90',
];
const grants = (refresher: string): readonly string[] => [
  'Require: timer',
  `Session-Expires: 90;refresher=${refresher}`,
];

/** Session timer not refreshed. */
export const sessionTimerExpired: Family = {
  fault: 17,
  rule: 'session-timer-expired',
  recipes: [
    {
      variant: 'sipp-offhook',
      programs: ['SIPp', 'Offhook'],
      transport: 'UDP',
      says: 'Alice is to refresh within 90 seconds and does not: Offhook hangs up.',
      run: sippToOffhook([
        alice.invites({ headers: wants('uac') }),
        progress,
        gets(200),
        alice.acks(),
        takes('BYE'),
        replies('200 OK'),
        waits(200),
      ]),
      filter: 'udp port 5060',
      seconds: 150,
      proof: {
        'sip.Session-Expires': 2,
        'sip.Method == "BYE"': 1,
        'sip.Method == "UPDATE" || sip.CSeq == "2 INVITE"': 0,
      },
    },
    {
      variant: 'offhook-sipp-tcp',
      programs: ['Offhook', 'SIPp'],
      transport: 'TCP',
      says: 'Bob takes it on himself to refresh within 90 seconds and does not: Offhook hangs up.',
      run: offhookToSipp(
        [
          bob.invited(),
          bob.rings(),
          waits(300),
          bob.answers({ headers: grants('uas') }),
          takes('ACK'),
          takes('BYE'),
          replies('200 OK'),
          waits(200),
        ],
        async ({ ua }, uri) => {
          const call = await ua.call(uri).answered;
          await call.ended;
        },
        { transport: 'tcp', phone: { sessionTimer: { seconds: 90 } } },
      ),
      filter: 'tcp port 5060',
      seconds: 150,
      proof: { 'sip.Session-Expires': 2, 'sip.Method == "BYE"': 1, 'sip.Method == "UPDATE"': 0 },
    },
    {
      variant: 'sipp',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: 'Alice is to refresh within 90 seconds and does not: Bob hangs up after 60.',
      run: sippToSipp(
        [
          bob.invited(),
          bob.rings(),
          waits(300),
          bob.answers({ headers: grants('uac') }),
          takes('ACK'),
          waits(60_000),
          bob.byes(),
          gets(200),
        ],
        [
          alice.invites({ headers: wants('uac') }),
          progress,
          gets(200),
          alice.acks(),
          takes('BYE'),
          replies('200 OK'),
          waits(200),
        ],
      ),
      seconds: 150,
      proof: { 'sip.Session-Expires': 2, 'sip.Method == "BYE"': 1 },
    },
  ],
};
