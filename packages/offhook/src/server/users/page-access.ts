// Which browsers are whose phone: a link that works once makes one of them a user's, until that is taken back.
import { createHash } from 'node:crypto';
import { secret } from '@offhook/sip';
import type { Clock, Random, Secret } from '@offhook/sip';
import { sql } from 'kysely';
import type { Compiled, Storage } from '../storage/storage.ts';

/** How long a link is good, in milliseconds. */
export const linkMilliseconds: number = 24 * 3_600_000;

/** How long a browser stays somebody's phone, in milliseconds. */
export const sessionMilliseconds: number = 180 * 24 * 3_600_000;

/** How many browsers may be one user's phone; the oldest gives way. */
const mostSessions = 20;
const secretBits = 192;

/** What links and sessions need. */
export interface PageAccessOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
}

/** A browser that has just become somebody's phone. */
export interface Joined {
  readonly name: string;
  /** For the cookie. */
  readonly session: Secret;
}

/** The links and the sessions of pages. Secrets are kept as hashes alone: they are long enough that nobody guesses them. */
export class PageAccess {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor({ storage, clock, random }: PageAccessOptions) {
    this.#storage = storage;
    this.#clock = clock;
    this.#random = random;
  }

  /** The secret of a new link for a user, good once. */
  async link(name: string, realm: string): Promise<Secret> {
    const { queries } = this.#storage;
    const made = this.#random.token(secretBits);
    const expires = this.#now() + linkMilliseconds;
    await this.#storage.write([
      queries.deleteFrom('page_link').where('expires', '<=', this.#now()).compile(),
      queries
        .insertInto('page_link')
        .values({ hash: hashOf(made), realm, name, expires })
        .compile(),
    ]);
    return secret(made);
  }

  /** Uses a link up; undefined when it is none of `realm`, was used before, or is too old. */
  async join(link: string, realm: string): Promise<Joined | undefined> {
    const { queries } = this.#storage;
    const [made, now] = [this.#random.token(secretBits), this.#now()];
    const [used, session] = [hashOf(link), hashOf(made)];
    const expires = now + sessionMilliseconds;
    // In one transaction, so that of two browsers with one link one gets in.
    const [joined] = await this.#storage.write([
      sql`
        insert into page_session (hash, realm, name, created, expires)
        select ${session}, realm, name, ${now}, ${expires} from page_link
        where hash = ${used} and realm = ${realm} and expires > ${now}
      `.compile(queries),
      queries.deleteFrom('page_link').where('hash', '=', used).compile(),
      queries.deleteFrom('page_session').where('expires', '<=', now).compile(),
    ]);
    const name = joined === 1 ? await this.userOf(made, realm) : undefined;
    if (name === undefined) return undefined;
    await this.#giveWay(name, realm);
    return { name, session: secret(made) };
  }

  /** Whose phone the browser with this session is. */
  async userOf(session: string, realm: string): Promise<string | undefined> {
    const [row] = await this.#storage.queries
      .selectFrom('page_session')
      .select('name')
      .where('hash', '=', hashOf(session))
      .where('realm', '=', realm)
      .where('expires', '>', this.#now())
      .execute();
    return row?.name;
  }

  /** How many browsers are each user's phone, by realm and name with a line's end between; users without any are left out. */
  async browsers(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#storage.queries
      .selectFrom('page_session')
      .select(['realm', 'name', ({ fn }) => fn.countAll<number>().as('count')])
      .where('expires', '>', this.#now())
      .groupBy(['realm', 'name'])
      .execute();
    return new Map(rows.map(({ realm, name, count }) => [`${realm}\n${name}`, count]));
  }

  /** The browser with this session is nobody's phone from now on. */
  async leave(session: string): Promise<void> {
    const { queries } = this.#storage;
    const hash = hashOf(session);
    await this.#storage.write([
      queries.deleteFrom('page_session').where('hash', '=', hash).compile(),
      queries.deleteFrom('push').where('session', '=', hash).compile(),
    ]);
  }

  /** No browser and no link is a user's from now on; how many browsers were. */
  async revoke(name: string, realm: string): Promise<number> {
    const [sessions = 0] = await this.#storage.write(revocation(this.#storage, name, realm));
    return sessions;
  }

  async #giveWay(name: string, realm: string): Promise<void> {
    const { queries } = this.#storage;
    const old = await queries
      .selectFrom('page_session')
      .select('hash')
      .where('realm', '=', realm)
      .where('name', '=', name)
      .orderBy('created', 'desc')
      .offset(mostSessions)
      .limit(mostSessions)
      .execute();
    const hashes = old.map(({ hash }) => hash);
    if (hashes.length > 0)
      await this.#storage.write([
        queries.deleteFrom('page_session').where('hash', 'in', hashes).compile(),
      ]);
  }

  #now(): number {
    return Math.round(this.#clock.wall());
  }
}

/** The statements that take every browser, link and push subscription from a user. */
export function revocation(
  { queries }: Storage,
  name: string,
  realm: string,
): readonly [Compiled, ...Compiled[]] {
  return [
    queries
      .deleteFrom('page_session')
      .where('realm', '=', realm)
      .where('name', '=', name)
      .compile(),
    queries.deleteFrom('page_link').where('realm', '=', realm).where('name', '=', name).compile(),
    queries.deleteFrom('push').where('realm', '=', realm).where('name', '=', name).compile(),
  ];
}

/** What a secret is kept as. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
