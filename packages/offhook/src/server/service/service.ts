// A built-in peer: an ordinary user agent on a loopback socket of its own, registered like any phone.
import { UserAgent } from '@offhook/sip';
import type {
  Clock,
  IncomingCall,
  Logger,
  Random,
  Secret,
  Tap,
  TransferPolicy,
} from '@offhook/sip';
import { formatUri } from '@offhook/sip/message';
import { udp } from '@offhook/sip/node';
import type { RtpEngine, RtpSession } from '../../media/rtp-negotiator.ts';

/** Calls that one caller may have with one peer at once: an eighth of the media ports. */
const mostOfOneCaller = 1000;

/** What a built-in peer is made of. */
export interface ServiceOptions {
  readonly name: string;
  readonly displayName: string;
  readonly domain: string;
  readonly password: Secret | undefined;
  /** The server's own UDP address. */
  readonly server: { readonly host: string; readonly port: number };
  readonly media: RtpEngine;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly tap: Tap;
  /** Takes a call, from ringing to its end; resolves then. */
  readonly answer: (incoming: IncomingCall<RtpSession>) => Promise<void>;
  /** What it does when it is to be handed over. */
  readonly transfers: TransferPolicy<RtpSession>;
}

/** Starts a peer and registers it; resolves once it can be called. */
export async function startService(options: ServiceOptions): Promise<UserAgent<RtpSession>> {
  const { name, displayName, domain, password, server, media, answer, transfers } = options;
  const { clock, random, log, tap } = options;
  const host = server.host.includes(':') ? `[${server.host}]` : server.host;
  const ua = new UserAgent<RtpSession>({
    name,
    account: { aor: `sip:${name}@${uriHost(domain)}`, displayName, password, realm: domain },
    transports: [udp({ host: server.host, port: 0 })],
    server: `sip:${host}:${server.port}`,
    media,
    product: `Offhook ${name}`,
    transfers,
    clock,
    random,
    log,
    tap,
  });
  try {
    await ua.register();
  } catch (error) {
    await ua.close();
    throw error;
  }
  void serve(ua, log, answer);
  return ua;
}

async function serve(
  ua: UserAgent<RtpSession>,
  log: Logger,
  answer: (incoming: IncomingCall<RtpSession>) => Promise<void>,
): Promise<void> {
  const calls = new Map<string, number>();
  for await (const incoming of ua.incoming) {
    const caller = formatUri(incoming.from.uri);
    const count = calls.get(caller) ?? 0;
    if (count >= mostOfOneCaller) {
      // One too many (A50).
      incoming.reject(503, { headers: [['Retry-After', '10']] });
      continue;
    }
    calls.set(caller, count + 1);
    answer(incoming)
      .catch((error: unknown) =>
        log.debug('A built-in peer gave up a call', {
          callId: incoming.callId,
          reason: String(error),
        }),
      )
      .finally(() => {
        const left = (calls.get(caller) ?? 1) - 1;
        if (left > 0) calls.set(caller, left);
        else calls.delete(caller);
      });
  }
}

function uriHost(domain: string): string {
  return domain.includes(':') ? `[${domain}]` : domain;
}
