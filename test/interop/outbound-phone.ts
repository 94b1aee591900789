// A phone of ours that registers flows and answers every call; over TCP nobody can connect to it.
import { tcp } from '../../packages/sip/src/node/tcp.ts';
import { udp } from '../../packages/sip/src/node/udp.ts';
import { seededRandom } from '../../packages/sip/src/testing/seeded-random.ts';
import { SilentMedia } from '../../packages/sip/src/testing/silent-media.ts';
import type { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import type { Flow, FlowListener, Transport } from '../../packages/sip/src/transport/port.ts';
import { UserAgent } from '../../packages/sip/src/ua/user-agent.ts';
import type { OutboundKamailio } from '../peers/kamailio-outbound.ts';

/** Where it registers. */
export interface PhoneOptions {
  readonly edges: readonly [Pick<OutboundKamailio, 'address'>, ...(readonly OutboundKamailio[])];
  readonly transport: 'udp' | 'tcp';
  readonly instance: string;
}

/** A phone, and what was answered to its keep-alives. */
export interface FlowPhone extends AsyncDisposable {
  readonly ua: UserAgent<SilentSession>;
  /** How many answers to keep-alives came. */
  keepAlives(): number;
}

/** Starts the phone of sip:alice@example.com. */
export async function phoneBehindFlows({
  edges,
  transport,
  instance,
}: PhoneOptions): Promise<FlowPhone> {
  let answered = 0;
  const host = '127.0.0.1';
  const counted = counting(
    transport === 'udp' ? udp({ host }) : tcp({ host, accept: false }),
    () => {
      answered += 1;
    },
  );
  const [server, ...proxies] = edges.map(({ address }) => `sip:${address};transport=${transport}`);
  const ua = new UserAgent<SilentSession>({
    account: { aor: 'sip:alice@example.com' },
    transports: [counted],
    media: new SilentMedia({ random: seededRandom(1), host }),
    server,
    outbound: { instance, proxies },
  });
  await ua.start();
  void answerAll(ua);
  return { ua, keepAlives: () => answered, [Symbol.asyncDispose]: () => ua.close() };
}

async function answerAll(ua: UserAgent<SilentSession>): Promise<void> {
  for await (const call of ua.incoming) await call.accept();
}

/** A transport whose keep-alives are counted on their way up. */
function counting(transport: Transport, came: () => void): Transport {
  return {
    protocol: transport.protocol,
    get local() {
      return transport.local;
    },
    listen: (listener: FlowListener) =>
      transport.listen({
        received: (bytes, flow) => listener.received(bytes, flow),
        keepAlive: (bytes: Uint8Array, flow: Flow) => {
          came();
          listener.keepAlive(bytes, flow);
        },
        framingLost: (bytes, reason, flow) => listener.framingLost(bytes, reason, flow),
        opened: (flow) => listener.opened(flow),
        closed: (flow, error) => listener.closed(flow, error),
      }),
    flowTo: (remote) => transport.flowTo(remote),
    close: () => transport.close(),
  };
}
