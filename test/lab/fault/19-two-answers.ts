// Fault 19: a forked call is answered twice, and the caller leaves the second answer standing.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import { alice, aliceTo, at, bob, carol } from '../people.ts';
import { baresip, linphone, proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { baresipToSipp, sippToSipp } from '../runs.ts';
import { gets, progress, replies, scenario, sdp, takes, waits } from '../scenario.ts';
import type { Callee, Step } from '../scenario.ts';

/** Both phones behind one proxy that is out of the picture: two tags, two answers. */
const answersTwice: readonly Step[] = [
  bob.invited(),
  bob.rings({ tag: 'desk' }),
  bob.rings({ tag: 'mobile' }),
  waits(500),
  bob.answers({ tag: 'desk', repeat: false }),
  bob.answers({ tag: 'mobile', repeat: false, sdp: sdp({ session: 20_263, port: 40_010 }) }),
  takes('ACK'),
  ...[500, 1_000, 2_000].flatMap((gap) => [
    waits(gap),
    bob.answers({ tag: 'mobile', repeat: false, sdp: sdp({ session: 20_263, port: 40_010 }) }),
  ]),
  takes('BYE'),
  replies('200 OK'),
  waits(200),
];

/** A phone behind Kamailio that answers at the first ring. */
function picksUp(who: Callee): string {
  return scenario(
    'picks up',
    who.invited(),
    who.rings({ recordRoute: true }),
    waits(600),
    who.answers({ recordRoute: true, repeat: false }),
    waits(4_000),
    takes('BYE'),
  );
}

const forks = `$ru = "sip:bob@${at.bob}"; append_branch("sip:carol@${at.carol}");`;

/** Two answers. */
export const twoAnswers: Family = {
  fault: 19,
  rule: 'two-answers',
  recipes: [
    {
      variant: 'sipp',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: 'Two phones answer with two To tags; Alice acknowledges the first alone, and the second repeats its 200.',
      run: sippToSipp(
        answersTwice,
        [
          alice.invites(),
          progress,
          gets(200),
          alice.acks({ toTag: ';tag=desk' }),
          waits(4_200),
          alice.byes({ toTag: ';tag=desk' }),
          gets(200),
        ],
        { more: ['-nr'] },
      ),
      proof: {
        'sip.to.tag == "mobile" && sip.Status-Code == 200': [2, 5],
        'sip.Method == "ACK" && sip.to.tag == "mobile"': 0,
      },
    },
    {
      variant: 'baresip',
      programs: ['baresip', 'SIPp'],
      transport: 'UDP',
      says: 'Two phones answer baresip with two To tags; it goes on with the first, and the second repeats its 200 and gets nothing.',
      run: baresipToSipp(
        answersTwice,
        async (phone) => {
          await phone.sees('CALL_ESTABLISHED');
          await pause(4_500);
          await phone.tell('hangup');
        },
        { fails: true },
      ),
      filter: 'udp port 5060',
      proof: {
        'sip.to.tag == "mobile" && sip.Status-Code == 200 && sip.CSeq.method == "INVITE"': [2, 5],
        'sip.Method == "BYE" && sip.to.tag == "mobile"': 0,
      },
    },
    {
      variant: 'kamailio',
      programs: ['SIPp', 'Kamailio', 'SIPp', 'SIPp'],
      transport: 'UDP',
      says: 'Kamailio rings Bob and Carol, both answer at once, and Alice takes the first alone.',
      async run(lab) {
        await proxy(lab, { route: forks });
        lab.sipp({ host: address.bob, scenario: picksUp(bob) });
        lab.sipp({ host: address.carol, scenario: picksUp(carol) });
        await pause(400);
        const through = aliceTo(`sip:bob@${address.proxy}`);
        await lab
          .sipp({
            host: address.alice,
            target: at.proxy,
            more: ['-nr'],
            scenario: scenario(
              'takes the first',
              through.invites(),
              progress,
              progress,
              gets(200),
              through.acks(),
              waits(2_500),
              through.byes(),
            ),
          })
          .done();
        await pause(500);
      },
      proof: {
        [`sip.Status-Code == 200 && sip.CSeq.method == "INVITE" && ip.dst == ${address.alice}`]: 2,
        [`sip.Method == "ACK" && ip.src == ${address.alice}`]: [1, 8],
        [`sip.Method == "BYE" && ip.src == ${address.alice}`]: 1,
      },
    },
    {
      variant: 'kamailio-phones',
      programs: ['SIPp', 'Kamailio', 'baresip', 'linphonec'],
      transport: 'UDP',
      says: 'Kamailio rings a baresip and a linphonec, both answer at once; Alice takes the first alone, and the other repeats its 200.',
      async run(lab) {
        await proxy(lab, { route: forks });
        await baresip(lab, address.bob, { user: 'bob', answer: 'manual' }).then((phone) => {
          void phone
            .sees('CALL_INCOMING')
            .then(() => pause(900))
            .then(() => phone.tell('accept'));
        });
        await linphone(lab, address.carol, { user: 'carol', answer: 'manual' }).then((phone) => {
          void phone
            .prints(/incoming call/)
            .then(() => pause(900))
            .then(() => phone.tell('answer'));
        });
        await pause(1_000);
        // The CANCEL to the slower one gets lost, so that it answers as well.
        lab.lose('-p', 'udp', '-m', 'string', '--algo', 'bm', '--string', 'CANCEL sip:');
        const through = aliceTo(`sip:bob@${address.proxy}`);
        await lab
          .sipp({
            host: address.alice,
            target: at.proxy,
            more: ['-nr'],
            scenario: scenario(
              'takes the first',
              through.invites(),
              progress,
              progress,
              gets(200),
              through.acks(),
              waits(4_500),
              through.byes(),
              gets(200),
            ),
          })
          .done();
        await pause(500);
      },
      filter: 'udp port 5060',
      proof: {
        [`sip.Status-Code == 200 && sip.CSeq.method == "INVITE" && ip.dst == ${address.alice}`]: [
          3, 12,
        ],
        [`sip.Method == "ACK" && ip.src == ${address.alice}`]: [1, 8],
        [`sip.Method == "BYE" && ip.src == ${address.alice}`]: 1,
      },
    },
  ],
};
