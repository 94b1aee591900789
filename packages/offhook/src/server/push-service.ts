// Push as the system runs it: what pages and registrations say of their subscriptions, and the calls that wake them.
import { isIP } from 'node:net';
import { readable } from '@offhook/sip';
import type { Clock, Logger, Random } from '@offhook/sip';
import { formatUri, isSipUri, userOf } from '@offhook/sip/message';
import type { Request } from '@offhook/sip/message';
import { holdMilliseconds } from './core/held-calls.ts';
import type { Aor } from './location/aor.ts';
import { areKeys } from './push/encrypt.ts';
import { pushEndpoint } from './push/endpoint.ts';
import { Push } from './push/push.ts';
import { Subscriptions } from './push/subscriptions.ts';
import { Vapid } from './push/vapid.ts';
import type { PushRegistry } from './registrar/push.ts';
import type { Storage } from './storage/storage.ts';
import type { PagePush } from './web/api.ts';

/** How pages are woken. */
export interface PushWish {
  /** Push services besides those of the browsers' makers, by their origins. */
  readonly services: readonly string[];
}

/** What push needs of the system. */
export interface PushServiceOptions {
  readonly push: PushWish;
  readonly domain: string;
  readonly storage: Storage;
  /** The key that our pair is made from. */
  readonly key: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Characters of a caller's name or address that a notification shows. */
const longestName = 200;

/** Push, for the registrar, the pages and the calls. */
export class PushService {
  /** For the registrar. */
  readonly registry: PushRegistry;
  /** For the pages. */
  readonly pages: PagePush;
  readonly #push: Push;
  readonly #clock: Clock;

  constructor({ push, domain, storage, key, clock, random, log }: PushServiceOptions) {
    const { services } = push;
    const subject =
      isIP(domain) === 0 ? `mailto:postmaster@${domain}` : 'mailto:postmaster@localhost';
    const vapid = new Vapid({ key, subject, clock });
    const subscriptions = new Subscriptions({ storage, clock });
    this.#clock = clock;
    this.#push = new Push({ subscriptions, vapid, services, clock, random, log });
    this.registry = {
      key: vapid.publicKey,
      keep: async (user, realm, endpoint, expires) => {
        const told = { endpoint, keys: undefined };
        if (pushEndpoint(endpoint, services) !== undefined)
          await subscriptions.keep({ user, realm }, told, { session: '', expires });
      },
      drop: (user, realm, endpoint) => subscriptions.dropRegistered({ user, realm }, endpoint),
    };
    this.pages = {
      key: vapid.publicKey,
      keep: async (user, session, { endpoint, keys }) => {
        if (pushEndpoint(endpoint, services) === undefined || !areKeys(keys)) return false;
        const origin = { session, expires: undefined };
        await subscriptions.keep({ user, realm: domain }, { endpoint, keys }, origin);
        return true;
      },
      drop: (user, session) => subscriptions.dropSession({ user, realm: domain }, session),
    };
  }

  /** Wakes the pages of who is called; resolves with how many were sent for. */
  wake({ user, domain }: Aor, { from }: Request): Promise<number> {
    const { uri, displayName = '' } = from;
    const name = displayName === '' && isSipUri(uri) ? userOf(uri) : displayName;
    return this.#push.wake(
      { user, realm: domain },
      {
        type: 'call',
        from: formatUri(uri).slice(0, longestName),
        name: readable(name).slice(0, longestName),
        until: Math.round(this.#clock.wall()) + holdMilliseconds,
      },
    );
  }
}
