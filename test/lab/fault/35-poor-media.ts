// Fault 35: media that is hard to listen to: losses, jitter, a late begin, silence.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { alice, at, bob, bobAt } from '../people.ts';
import { plays } from '../player.ts';
import type { Playing } from '../player.ts';
import { baresip, linphone, offhook } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { scenario, sdp, speaks, waits } from '../scenario.ts';

/** Bob's media is bad, Alice's is good. */
async function badBob(lab: Lab, how: Partial<Playing>, after = 0): Promise<void> {
  const played = plays(lab, {
    from: { host: address.bob, port: 42_000 },
    to: { host: address.alice, port: 40_000 },
    seconds: 3,
    after: 1_100 + after,
    ssrc: 0x0b0bbad1,
    ...how,
  });
  await lab.call(
    {
      host: address.bob,
      scenario: scenario(
        'Bob',
        bob.takesCall({ sdp: sdp({ session: 20_262, port: 42_000 }) }),
        bob.isHungUp(),
      ),
    },
    {
      host: address.alice,
      target: at.bob,
      scenario: scenario('Alice', alice.calls(), speaks, waits(4_200 + after), alice.hangsUp()),
    },
  );
  await played;
}

const fromBob = `rtp && !icmp && ip.src == ${address.bob}`;
/** Early or late by up to 90 ms, without chance: the same at each run. */
const uneven = [0, 70, 20, 90, 10, 50, 0, 80, 30, 60];

/** Poor media. */
export const poorMedia: Family = {
  fault: 35,
  rule: 'poor-media',
  recipes: [
    {
      variant: 'loss',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: 'One in six of the packets of Bob gets lost.',
      run: (lab) => badBob(lab, { isLost: (packet) => packet % 6 === 5 }),
      proof: { [fromBob]: [120, 130] },
    },
    {
      variant: 'jitter',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: 'The packets of Bob are up to 90 milliseconds late, each by another time.',
      run: (lab) => badBob(lab, { delay: (packet) => uneven[packet % uneven.length] ?? 0 }),
      proof: { [fromBob]: [148, 150] },
    },
    {
      variant: 'silence',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: 'Bob sends packets all the time, and there is only digital silence in them.',
      run: (lab) => badBob(lab, { silent: true }),
      proof: { [fromBob]: [148, 150] },
    },
    {
      variant: 'late',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: "Bob's media begins four seconds after his answer.",
      run: (lab) => badBob(lab, {}, 4_000),
      proof: { [fromBob]: [148, 150] },
    },
    {
      variant: 'baresip-loss',
      programs: ['baresip', 'Offhook'],
      transport: 'UDP',
      says: 'A bad line between baresip and Offhook loses one packet in seven of the media.',
      async run(lab) {
        lab.lose(
          '-p',
          'udp',
          '!',
          '--sport',
          '5060',
          '-m',
          'statistic',
          '--mode',
          'nth',
          '--every',
          '7',
          '--packet',
          '3',
        );
        const phone = await offhook(lab, address.bob, 'bob');
        void phone.nextCall().then(async (call) => {
          const answered = await call.accept();
          void answered.media.play({ kind: 'tone', hertz: 500 });
        });
        const caller = await baresip(lab, address.alice, { user: 'alice' });
        await caller.tell('dial', bobAt);
        await caller.sees('CALL_ESTABLISHED');
        await pause(3_500);
        await caller.tell('hangup');
        await pause(300);
      },
      proof: { 'rtp && !icmp': [200, 330] },
    },
    {
      variant: 'linphone-gap',
      programs: ['Offhook', 'linphonec'],
      transport: 'UDP',
      says: 'The media between Offhook and linphonec stops for more than a second in the middle of the call.',
      async run(lab) {
        await linphone(lab, address.bob, { user: 'bob' });
        await pause(1_000);
        const { ua } = await offhook(lab, address.alice, 'alice');
        const call = await ua.call(bobAt).answered;
        void call.media.play({ kind: 'tone', hertz: 500 });
        await pause(1_500);
        lab.lose('-p', 'udp', '!', '--sport', '5060');
        await pause(1_300);
        lab.clear();
        await pause(1_200);
        await call.hangUp();
        await pause(300);
      },
      proof: { 'rtp && !icmp': [150, 330] },
    },
  ],
};
