// Which browsers want to be woken for which user: their push subscriptions, kept in the database.
import type { Clock } from '@offhook/sip';
import type { PushTable } from '../storage/schema.ts';
import type { Storage } from '../storage/storage.ts';
import type { SubscriptionKeys } from './encrypt.ts';

/** A browser's push subscription. */
export interface Subscription {
  readonly endpoint: string;
  /** Undefined for one that a REGISTER told of, which can be sent no words (RFC 8599 §12). */
  readonly keys: SubscriptionKeys | undefined;
}

/** Whose a subscription is. */
export interface Subscriber {
  readonly user: string;
  readonly realm: string;
}

/** How a subscription came. */
export interface Origin {
  /** The session of the browser; empty for one that needed no login. */
  readonly session: string;
  /** When it ends, in milliseconds since 1970; undefined for one that lasts until it is taken back. */
  readonly expires: number | undefined;
}

const most = 20;

/** The subscriptions of all users. */
export class Subscriptions {
  readonly #storage: Storage;
  readonly #clock: Clock;

  constructor({ storage, clock }: { readonly storage: Storage; readonly clock: Clock }) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** Keeps a subscription; it takes the place of another of the same session, and the oldest of too many gives way. */
  async keep(
    { user, realm }: Subscriber,
    { endpoint, keys }: Subscription,
    { session, expires }: Origin,
  ): Promise<void> {
    const { queries } = this.#storage;
    const lasting = { p256dh: keys?.p256dh ?? null, auth: keys?.auth ?? null, session };
    const row: PushTable = {
      ...{ realm, name: user, endpoint },
      ...lasting,
      created: this.#now(),
      expires: expires ?? null,
    };
    const insert = queries.insertInto('push').values(row);
    const before = this.#of(user, realm).where('session', '=', session);
    await this.#storage.write([
      ...(session === '' ? [] : [before.where('endpoint', '!=', endpoint).compile()]),
      insert
        .onConflict((conflict) => {
          const same = conflict.columns(['realm', 'name', 'endpoint']);
          // What the page has said itself outweighs what its REGISTER says.
          return keys === undefined
            ? same.doUpdateSet({ expires: row.expires }).where('push.p256dh', 'is', null)
            : same.doUpdateSet({ ...lasting, expires: row.expires });
        })
        .compile(),
    ]);
    const old = await this.#rows(user, realm);
    for (const { endpoint: oldest } of old.slice(most)) await this.drop({ user, realm }, oldest);
  }

  /** The subscriptions of a user that live now, the newest first. */
  async of({ user, realm }: Subscriber): Promise<readonly Subscription[]> {
    const rows = await this.#rows(user, realm);
    const now = this.#now();
    return rows
      .filter(({ expires }) => expires === null || expires > now)
      .map(({ endpoint, p256dh, auth }) => ({
        endpoint,
        keys: p256dh === null || auth === null ? undefined : { p256dh, auth },
      }));
  }

  /** Forgets one subscription. */
  async drop({ user, realm }: Subscriber, endpoint: string): Promise<void> {
    await this.#storage.write([this.#of(user, realm).where('endpoint', '=', endpoint).compile()]);
  }

  /** Forgets what a REGISTER told of, now that its binding is taken back. */
  async dropRegistered({ user, realm }: Subscriber, endpoint: string): Promise<void> {
    await this.#storage.write([
      this.#of(user, realm).where('endpoint', '=', endpoint).where('p256dh', 'is', null).compile(),
    ]);
  }

  /** Forgets the subscriptions of one browser. */
  async dropSession({ user, realm }: Subscriber, session: string): Promise<void> {
    await this.#storage.write([this.#of(user, realm).where('session', '=', session).compile()]);
  }

  #of(user: string, realm: string) {
    return this.#storage.queries
      .deleteFrom('push')
      .where('realm', '=', realm)
      .where('name', '=', user);
  }

  #rows(user: string, realm: string): Promise<readonly PushTable[]> {
    return this.#storage.queries
      .selectFrom('push')
      .selectAll()
      .where('realm', '=', realm)
      .where('name', '=', user)
      .orderBy('created', 'desc')
      .execute();
  }

  #now(): number {
    return Math.round(this.#clock.wall());
  }
}
