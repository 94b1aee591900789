// The built-in peers echo and bob: ordinary user agents with a loopback socket each, registered like any phone.
import type { Clock, Logger, Random, Tap, UserAgent } from '@offhook/sip';
import type { RtpEngine, RtpSession } from '../media/rtp-negotiator.ts';
import { articleNames } from './article/cast.ts';
import { aorText } from './location/aor.ts';
import type { DomainOf } from './location/aor.ts';
import { bindingKey } from './location/store.ts';
import type { LocationStore } from './location/store.ts';
import { loopbackOf } from './own-addresses.ts';
import { answerAsBob, followAsBob } from './service/bob.ts';
import { answerAsEcho } from './service/echo.ts';
import type { ServicePasswords } from './service/passwords.ts';
import { startService } from './service/service.ts';

/** Names that the built-in peers and those of the guided call have. */
export const serviceNames: readonly string[] = ['echo', 'bob', ...Object.values(articleNames)];

/** Forgets what a run that was killed left behind: sockets that are gone. */
export async function forgetServices(location: LocationStore, domain: string): Promise<void> {
  for (const name of serviceNames) {
    const aor = aorText(name, domain);
    await location.change(aor, {
      put: [],
      remove: location.bindings(aor).map((binding) => bindingKey(binding)),
    });
  }
}

/** What the built-in peers need. */
export interface BuiltInPeersOptions {
  readonly host: string;
  readonly domain: string;
  /** Of SIP, on this machine. */
  readonly port: number;
  readonly media: RtpEngine;
  readonly passwords: ServicePasswords;
  readonly domainOf: DomainOf;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly tap: Tap;
}

/** Starts them; resolves when they are registered. */
export function startServices(
  options: BuiltInPeersOptions,
): Promise<readonly UserAgent<RtpSession>[]> {
  const { host, domain, port, media, passwords, domainOf, clock, random, log, tap } = options;
  const peers = [
    { name: 'echo', displayName: 'Echo', answer: answerAsEcho, transfers: 'refuse' as const },
    {
      name: 'bob',
      displayName: 'Bob',
      answer: answerAsBob(clock),
      transfers: followAsBob(clock, domainOf),
    },
  ];
  return Promise.all(
    peers.map((peer) =>
      startService({
        ...{ ...peer, domain, media, clock, random, log, tap },
        password: passwords.of(peer.name),
        server: { host: loopbackOf(host), port },
      }),
    ),
  );
}
