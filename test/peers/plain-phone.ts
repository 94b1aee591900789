// A user agent of ours on a real UDP and TCP port, in this process: what a test wants to say and hear, without a command line.
import { tcp } from '../../packages/sip/src/node/tcp.ts';
import { udp } from '../../packages/sip/src/node/udp.ts';
import { seededRandom } from '../../packages/sip/src/testing/seeded-random.ts';
import { SilentMedia } from '../../packages/sip/src/testing/silent-media.ts';
import type { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import type { Observation } from '../../packages/sip/src/base/tap.ts';
import type { IncomingCall } from '../../packages/sip/src/ua/incoming-call.ts';
import type { UserAgentOptions } from '../../packages/sip/src/ua/options.ts';
import { UserAgent } from '../../packages/sip/src/ua/user-agent.ts';
import type { World } from './world.ts';

/** A phone and what it saw. */
export interface PlainPhone {
  readonly ua: UserAgent<SilentSession>;
  readonly uri: string;
  readonly observed: Observation[];
  /** The next call to it. */
  nextCall(): Promise<IncomingCall<SilentSession>>;
}

/** Starts the phone `sip:user@127.0.0.1:port`; the world closes it. */
export async function plainPhone(
  world: World,
  user: string,
  options: Partial<UserAgentOptions<SilentSession>> = {},
): Promise<PlainPhone> {
  const host = '127.0.0.1';
  const port = await world.ports.take();
  const observed: Observation[] = [];
  const uri = `sip:${user}@${host}:${port}`;
  const ua = new UserAgent<SilentSession>({
    account: { aor: uri },
    transports: [udp({ host, port }), tcp({ host, port })],
    media: new SilentMedia({ random: seededRandom(port), host }),
    tap: { observe: (observation) => observed.push(observation) },
    ...options,
  });
  await ua.start();
  world.own({ close: () => ua.close() });
  const calls = ua.incoming[Symbol.asyncIterator]();
  return {
    ua,
    uri,
    observed,
    nextCall: async () => {
      const { value, done } = await calls.next();
      if (done === true) throw new Error('No more calls come in');
      return value;
    },
  };
}
