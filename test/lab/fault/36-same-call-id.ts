// Fault 36: two calls have one Call-ID and different tags, and somebody takes them for one.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import { alice, at, bob } from '../people.ts';
import { offhook } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { answers, sippToBaresip, sippToSipp } from '../runs.ts';
import { gets, progress, scenario, takes, waits } from '../scenario.ts';
import type { Step } from '../scenario.ts';

/** Calls twice under one Call-ID, with another tag; ends the second with the tag of the first. */
const callsTwice: readonly Step[] = [
  alice.invites({ fromTag: 'one' }),
  ...progress,
  gets(200),
  alice.acks({ fromTag: 'one' }),
  waits(900),
  alice.invites({ fromTag: 'two', branch: 'z9hG4bK-[pid]-two' }),
  ...progress,
  gets(200),
  alice.acks({ fromTag: 'two', branch: 'z9hG4bK-[pid]-twoack' }),
  waits(900),
  alice.byes({ fromTag: 'one', branch: 'z9hG4bK-[pid]-bye1' }),
  gets(481),
  waits(300),
];

const proof = {
  'sip.Method == "INVITE" && sip.from.tag == "one"': 1,
  'sip.Method == "INVITE" && sip.from.tag == "two"': [1, 7],
} as const;

/** One Call-ID, two dialogs. */
export const sameCallId: Family = {
  fault: 36,
  rule: 'same-call-id',
  recipes: [
    {
      variant: 'sipp',
      also: [22],
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: 'Alice calls twice under one Call-ID; Bob has one place for both, and does not know her BYE any more.',
      run: sippToSipp(
        [
          bob.takesCall({ tag: 'b1' }),
          bob.invited(),
          bob.answers({ tag: 'b2' }),
          takes('ACK'),
          takes('BYE'),
          bob
            .responds('481 Call/Transaction Does Not Exist')
            .replace('CSeq:[$cseq]', '[last_CSeq:]')
            .replace('[$via]', '[last_Via:]')
            .replace(/To:\[\$to\];tag=[^\n]*/, '[last_To:]')
            .replace('From:[$from]', '[last_From:]'),
          waits(300),
        ],
        [callsTwice],
      ),
      proof,
    },
    {
      variant: 'baresip',
      also: [22],
      programs: ['SIPp', 'baresip'],
      transport: 'UDP',
      says: 'Alice calls twice under one Call-ID with different tags; baresip mixes the two up.',
      run: sippToBaresip([callsTwice]),
      proof,
    },
    {
      variant: 'offhook',
      also: [22],
      programs: ['SIPp', 'Offhook'],
      transport: 'UDP',
      says: 'Alice calls twice under one Call-ID with different tags, and ends one with the tags of both mixed.',
      async run(lab) {
        const phone = await offhook(lab, address.bob, 'bob');
        void answers(phone).then(() => answers(phone));
        await lab
          .sipp({
            host: address.alice,
            target: at.bob,
            scenario: scenario('calls twice', callsTwice),
          })
          .done();
        await pause(300);
      },
      proof,
    },
  ],
};
