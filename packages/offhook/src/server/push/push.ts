// Wakes the closed pages of a user: a sealed message to each push service that one of them has subscribed at (RFC 8030).
import type { Clock, Logger, Random } from '@offhook/sip';
import { encryptPush } from './encrypt.ts';
import { pushEndpoint } from './endpoint.ts';
import { sendPush } from './post.ts';
import type { Subscriber, Subscription, Subscriptions } from './subscriptions.ts';
import type { Vapid } from './vapid.ts';

/** What pushing needs. */
export interface PushOptions {
  readonly subscriptions: Subscriptions;
  readonly vapid: Vapid;
  /** Push services besides those of the browsers' makers, by their origins. */
  readonly services: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** What a push message says; its reader is our own service worker. */
export interface PushNews {
  readonly type: 'call';
  /** Who calls, as a URI and by name. */
  readonly from: string;
  readonly name: string;
  /** After that there is nothing to answer any more, in milliseconds since 1970. */
  readonly until: number;
}

/** Wakings of one user in a minute; a caller who goes on and on does not keep others awake. */
const mostPerMinute = 20;
const mostUsers = 10_000;

/** Pushes. */
export class Push {
  readonly #options: PushOptions;
  /** When the pages of a user were woken, in the last minute. */
  readonly #woken = new Map<string, readonly number[]>();

  constructor(options: PushOptions) {
    this.#options = options;
  }

  /** Sends the news to every closed page of a user; resolves with how many push services took it. */
  async wake(subscriber: Subscriber, news: PushNews): Promise<number> {
    const { subscriptions } = this.#options;
    const known = await subscriptions.of(subscriber);
    if (known.length === 0 || !this.#mayWake(subscriber)) return 0;
    const taken = await Promise.all(known.map((one) => this.#send(subscriber, one, news)));
    return taken.filter(Boolean).length;
  }

  async #send(
    subscriber: Subscriber,
    { endpoint, keys }: Subscription,
    news: PushNews,
  ): Promise<boolean> {
    const { subscriptions, vapid, services, clock, random, log } = this.#options;
    const url = pushEndpoint(endpoint, services);
    if (url === undefined) return false;
    // The endpoint is itself a secret: whoever knows it may push.
    const about = { user: subscriber.user, service: url.host };
    try {
      const seconds = Math.max(0, Math.ceil((news.until - clock.wall()) / 1000));
      const body = keys === undefined ? undefined : encryptPush(JSON.stringify(news), keys, random);
      const headers = {
        ttl: String(seconds),
        urgency: 'high',
        topic: news.type,
        authorization: vapid.authorization(url.origin),
        ...(body === undefined ? {} : sealed),
      };
      const status = await sendPush({ url, headers, body }, clock);
      // RFC 8030 §7.3: the browser has given the subscription up.
      if (status === 404 || status === 410) await subscriptions.drop(subscriber, endpoint);
      if (status >= 200 && status < 300) return true;
      log.warn('A push service refused a message', { ...about, status });
    } catch (error) {
      log.warn('A push service could not be reached', { ...about, error: String(error) });
    }
    return false;
  }

  #mayWake({ user, realm }: Subscriber): boolean {
    const place = `${realm}\n${user}`;
    const now = this.#options.clock.now();
    const recent = (this.#woken.get(place) ?? []).filter((at) => at > now - 60_000);
    if (recent.length >= mostPerMinute) return false;
    if (this.#woken.size >= mostUsers) this.#woken.clear();
    this.#woken.set(place, [...recent, now]);
    return true;
  }
}

const sealed = {
  'content-type': 'application/octet-stream',
  'content-encoding': 'aes128gcm',
};
