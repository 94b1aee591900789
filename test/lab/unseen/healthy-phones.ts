// Fourth round: calls of real phones in which nothing is wrong, with other codecs, keys and ways than before.
import { pause } from '../../peers/world.ts';
import type { BaresipOptions } from '../../peers/baresip.ts';
import { address } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { at, bobAt } from '../people.ts';
import { baresip, linphone, offhook, proxy } from '../programs.ts';
import type { Recipe } from '../recipe.ts';
import { answers } from '../runs.ts';

/** Two baresips set up in the same way, one of which calls the other and hangs up. */
function twoBaresips(
  options: Partial<BaresipOptions>,
  uri: string = bobAt,
  before?: (lab: Lab) => Promise<void>,
) {
  return async (lab: Lab): Promise<void> => {
    await before?.(lab);
    await baresip(lab, address.bob, { user: 'bob', ...options });
    const caller = await baresip(lab, address.alice, { user: 'alice', ...options });
    await pause(800);
    await caller.tell('dial', uri);
    await caller.sees('CALL_ESTABLISHED', 15_000);
    // What is encrypted cannot be packed.
    await pause(options.encryption === undefined ? 3_000 : 1_300);
    await caller.tell('hangup');
    await pause(700);
  };
}

const hungUp = { 'sip.Method == "BYE"': [1, 4], 'sip.Status-Code == 200': [2, 12] } as const;

/** These calls. */
export const healthyPhones: readonly Recipe[] = [
  {
    variant: 'phones-srtp',
    programs: ['baresip', 'baresip'],
    transport: 'UDP',
    says: 'Two baresips encrypt their media by keys in the SDP.',
    run: twoBaresips({ encryption: 'srtp-mand' }),
    proof: { ...hungUp, 'sdp contains "crypto"': [2, 4] },
  },
  {
    variant: 'phones-dtls',
    programs: ['baresip', 'baresip'],
    transport: 'UDP',
    says: 'Two baresips agree on the keys of their media by DTLS.',
    run: twoBaresips({ encryption: 'dtls_srtp' }),
    proof: { ...hungUp, 'dtls.handshake.type == 1': [1, 8] },
  },
  {
    variant: 'phones-ice',
    programs: ['baresip', 'Kamailio', 'baresip'],
    transport: 'TCP',
    says: 'Two baresips find the way of their media by ICE; their signalling goes by TCP through Kamailio.',
    run: twoBaresips({ ice: true }, `sip:bob@${address.proxy};transport=tcp`, (lab) =>
      proxy(lab, { route: `$du = "sip:${at.bob};transport=tcp";` }),
    ),
    proof: { ...hungUp, 'stun.type == 0x0101': [1, 200] },
  },
  {
    variant: 'phones-opus',
    programs: ['baresip', 'baresip'],
    transport: 'UDP',
    says: 'Two baresips speak Opus.',
    run: twoBaresips({ codecs: ['opus/48000/2'] }),
    proof: { ...hungUp, 'sdp contains "opus"': [2, 4] },
  },
  {
    variant: 'phones-long-packets',
    programs: ['baresip', 'baresip'],
    transport: 'UDP',
    says: 'Two baresips put 40 milliseconds of sound into each packet.',
    run: twoBaresips({ ptime: 40 }),
    proof: { ...hungUp, 'sdp contains "ptime:40"': [1, 4] },
  },
  {
    variant: 'phones-rtcp-mux',
    programs: ['baresip', 'baresip'],
    transport: 'UDP',
    says: 'Two baresips send RTCP to the port of RTP.',
    run: twoBaresips({ rtcpMux: true }),
    proof: { ...hungUp, 'sdp contains "rtcp-mux"': [2, 4] },
  },
  {
    variant: 'phones-hold-behind-kamailio',
    programs: ['linphonec', 'Kamailio', 'baresip'],
    transport: 'UDP',
    says: 'linphonec holds and resumes a call with baresip behind Kamailio, twice, and hangs up.',
    async run(lab) {
      await proxy(lab, { route: `$du = "sip:${at.bob}";` });
      await baresip(lab, address.bob, { user: 'bob' });
      const caller = await linphone(lab, address.alice, { user: 'alice' });
      await pause(1_000);
      caller.tell(`call sip:bob@${address.proxy}`);
      await caller.prints(/established|connected/i, 15_000);
      for (const word of ['pause', 'resume', 'pause', 'resume']) {
        await pause(1_200);
        caller.tell(word);
      }
      await pause(1_500);
      caller.tell('terminate');
      await pause(800);
    },
    proof: { 'sip.Method == "INVITE"': [10, 12], 'sip.Method == "BYE"': 2 },
  },
  {
    variant: 'phones-busy-second-call',
    programs: ['Offhook', 'Offhook', 'baresip'],
    transport: 'UDP',
    says: 'Offhook takes a call of baresip while it holds one of its own, and both end well.',
    async run(lab) {
      const bob = await offhook(lab, address.bob, 'bob');
      void answers(bob);
      const alice = await offhook(lab, address.alice, 'alice');
      const first = await alice.ua.call(bobAt).answered;
      void first.media.play({ kind: 'tone', hertz: 500 });
      await pause(1_200);
      await first.hold();
      void answers(alice);
      const third = await baresip(lab, address.carol, { user: 'carol' });
      await third.tell('dial', `sip:alice@${address.alice}`);
      await third.sees('CALL_ESTABLISHED');
      await pause(1_500);
      await third.tell('hangup');
      await pause(500);
      await first.resume();
      await pause(1_200);
      await first.hangUp();
      await pause(400);
    },
    proof: { 'sip.Method == "INVITE"': 4, 'sip.Method == "BYE"': 2 },
  },
];
