// Compiles only when each door has its types: a user's first lines, with nothing of this repository in sight.
import { UserAgent } from '@offhook/sip';
import type { Clock, Transport } from '@offhook/sip';
import { parseMessage } from '@offhook/sip/message';
import { udp } from '@offhook/sip/node';
import { parseRtp } from '@offhook/sip/rtp';
import { parseSdp } from '@offhook/sip/sdp';
import { seededRandom, SilentMedia, VirtualClock, VirtualNetwork } from '@offhook/sip/testing';
import { impairedTcp, impairedUdp } from '@offhook/sip/testing/node';
import { ladder } from '@offhook/sip/trace';

const clock: Clock = new VirtualClock();
const random = seededRandom(1);
const network = new VirtualNetwork({ clock, random, loss: 0.2 });
const transports: readonly Transport[] = [network.transport('UDP', '10.0.0.1', 5060), udp()];

/** A user agent whose calls carry no sound. */
export const agent: UserAgent<ReturnType<SilentMedia['open']>> = new UserAgent({
  account: { aor: 'sip:alice@10.0.0.1' },
  transports,
  clock,
  random,
  media: new SilentMedia({ random }),
});

/** What the other doors give. */
export const others: readonly unknown[] = [
  parseMessage,
  parseRtp,
  parseSdp,
  ladder,
  impairedTcp,
  impairedUdp,
];
