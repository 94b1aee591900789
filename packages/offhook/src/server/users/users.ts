// The users who may register and call: names and sealed HA1s, never passwords (RFC 7616 §3.4.2).
import { createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ha1, secret } from '@offhook/sip';
import type { Clock, DigestAlgorithm, Logger, Random, Secret, Timer } from '@offhook/sip';
import { StorageError } from '../storage/errors.ts';
import type { UserTable } from '../storage/schema.ts';
import type { Compiled, Storage } from '../storage/storage.ts';
import { makeKey, readKey } from './key-file.ts';
import { UserError } from './user-error.ts';
import { seal, unseal } from './seal.ts';

/** A user as one may show it. */
export interface User {
  readonly name: string;
  readonly realm: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly changed: number;
}

/** What the list of users needs. */
export interface UsersOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** The sealing key, when it does not come from the key file in the data folder: 32 bytes. */
  readonly key?: Uint8Array | undefined;
}

const algorithms: readonly DigestAlgorithm[] = ['MD5', 'SHA-256', 'SHA-512-256'];

// Letters, digits and what stands unescaped in the user part of a URI; no letter of another script that looks like one.
const nameForm = /^[A-Za-z0-9\-_.!~*'()+]{1,64}$/;
const freshMilliseconds = 500;
const watchMilliseconds = 500;
const cacheLimit = 100_000;
const passwordBits = 100;

/** Opens the list of users; throws a UserError `USER_KEY` when there are users but their key file is gone. */
export async function openUsers(options: UsersOptions): Promise<Users> {
  const { storage, random } = options;
  const known = options.key ?? readKey(storage.folder);
  if (known === undefined) {
    const rows = await storage.queries.selectFrom('user').select('name').limit(1).execute();
    if (rows.length > 0) {
      throw new UserError(
        'USER_KEY',
        `The key file of ${storage.folder} is gone: restore it, or remove the users and add them anew`,
      );
    }
  }
  return new Users(options, known ?? makeKey(storage.folder, random));
}

/**
 * The users of all our domains; a realm is a domain. Changes made by another process on the same database take effect
 * within half a second.
 */
export class Users {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Logger;
  readonly #key: KeyObject;
  /** Unsealed hashes by user and algorithm; undefined for names that are nobody's. */
  readonly #cache = new Map<string, string | undefined>();
  /** Unsealed for every name that is nobody's, so that it takes as long as a user's. */
  readonly #nobody: UserTable;
  #version = -1;
  #freshUntil = Number.NEGATIVE_INFINITY;
  #checking: Promise<void> | undefined;

  /** Use `openUsers`. */
  constructor({ storage, clock, random, log }: UsersOptions, key: Uint8Array) {
    this.#storage = storage;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
    // Made once: handed over as bytes, the key costs more than what is done with it.
    this.#key = createSecretKey(key);
    this.#nobody = { realm: '', name: '', ...this.#sealed('', '', ''), created: 0, changed: 0 };
  }

  /**
   * The HA1 of a user, undefined for nobody; at once when it is known and fresh. While the database cannot be read, the
   * last known answer stands.
   */
  ha1(
    name: string,
    realm: string,
    algorithm: DigestAlgorithm,
  ): string | undefined | Promise<string | undefined> {
    const place = `${placeOf(name, realm)}\n${algorithm}`;
    if (this.#clock.now() < this.#freshUntil) {
      const known = this.#cache.get(place);
      if (known !== undefined || this.#cache.has(place)) return known;
    }
    return this.#readThrough({ name, realm, algorithm, place });
  }

  /** Tells whether there is such a user. */
  async has(name: string, realm: string): Promise<boolean> {
    return (await this.ha1(name, realm, 'SHA-256')) !== undefined;
  }

  /** Adds a user and returns the password: the one given, or a new one of 20 letters and digits. */
  async add(name: string, realm: string, password?: string): Promise<Secret> {
    if (!nameForm.test(name)) {
      throw new UserError(
        'USER_NAME',
        "A user's name has 1 to 64 letters, digits or - _ . ! ~ * ' ( ) +",
      );
    }
    const now = this.#now();
    const chosen = password ?? this.#newPassword();
    const row = {
      realm: realmOf(realm),
      name,
      ...this.#sealed(name, realm, chosen),
      created: now,
      changed: now,
    };
    try {
      await this.#storage.write([this.#storage.queries.insertInto('user').values(row).compile()]);
    } catch (error) {
      if (
        error instanceof StorageError &&
        error.code === 'STORAGE_SQL' &&
        (await this.#rowOf(name, realm)) !== undefined
      ) {
        throw new UserError('USER_EXISTS', `There is a user ${name} of ${realm} already`);
      }
      throw error;
    }
    this.#forget(name, realm);
    return secret(chosen);
  }

  /** Gives a user another password and returns it. */
  async setPassword(name: string, realm: string, password?: string): Promise<Secret> {
    const chosen = password ?? this.#newPassword();
    const [changed] = await this.#storage.write([
      this.#storage.queries
        .updateTable('user')
        .set({ ...this.#sealed(name, realm, chosen), changed: this.#now() })
        .where('realm', '=', realmOf(realm))
        .where('name', '=', name)
        .compile(),
    ]);
    if (changed !== 1) throw new UserError('USER_UNKNOWN', `There is no user ${name} of ${realm}`);
    this.#forget(name, realm);
    return secret(chosen);
  }

  /** Removes a user; what else is stored of it goes by `also`, statements that share the transaction. */
  async remove(name: string, realm: string, also: readonly Compiled[] = []): Promise<void> {
    const [removed] = await this.#storage.write([
      this.#storage.queries
        .deleteFrom('user')
        .where('realm', '=', realmOf(realm))
        .where('name', '=', name)
        .compile(),
      ...also,
    ]);
    if (removed !== 1) throw new UserError('USER_UNKNOWN', `There is no user ${name} of ${realm}`);
    this.#forget(name, realm);
  }

  /** Calls `changed` after another process has changed the database, within a second; returns how to stop that. */
  watch(changed: () => void): () => void {
    let version: number | undefined;
    let timer: Timer | undefined;
    let stopped = false;
    // What cannot be read now is looked at again.
    const look = (): Promise<void> =>
      this.#refresh()
        .catch(() => undefined)
        .finally(() => {
          if (stopped) return;
          if (version !== undefined && version !== this.#version) changed();
          version = this.#version;
          timer = this.#clock.after(watchMilliseconds, () => void look());
        });
    void look();
    return () => {
      stopped = true;
      timer?.cancel();
    };
  }

  /** All users, or those of one realm, by name. */
  list(realm?: string): Promise<readonly User[]> {
    const all = this.#storage.queries
      .selectFrom('user')
      .select(['name', 'realm', 'created', 'changed'])
      .orderBy('realm')
      .orderBy('name');
    return (realm === undefined ? all : all.where('realm', '=', realmOf(realm))).execute();
  }

  async #readThrough({ name, realm, algorithm, place }: Wanted): Promise<string | undefined> {
    try {
      await this.#refresh();
      // Known and unknown names go the same way (RFC 3261 §22.1, against listing users by time).
      if (this.#cache.has(place)) return this.#cache.get(place);
      const version = this.#version;
      const row = await this.#rowOf(name, realm);
      const hash = this.#unsealed(row ?? this.#nobody, algorithm);
      const found = row === undefined ? undefined : hash;
      if (version === this.#version) this.#remember(place, found);
      return found;
    } catch (error) {
      if (!this.#cache.has(place)) throw error;
      this.#log.warn('Users cannot be read; the last known stand', { error: String(error) });
      return this.#cache.get(place);
    }
  }

  #forget(name: string, realm: string): void {
    for (const algorithm of algorithms) this.#cache.delete(`${placeOf(name, realm)}\n${algorithm}`);
  }

  /** Empties the cache when another process has changed the database; asks at most once in 500 ms. */
  #refresh(): Promise<void> {
    if (this.#clock.now() < this.#freshUntil) return Promise.resolve();
    this.#checking ??= this.#storage
      .version()
      .then((version) => {
        if (version !== this.#version) this.#cache.clear();
        this.#version = version;
        this.#freshUntil = this.#clock.now() + freshMilliseconds;
      })
      .finally(() => {
        this.#checking = undefined;
      });
    return this.#checking;
  }

  #remember(place: string, hash: string | undefined): void {
    this.#cache.set(place, hash);
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= cacheLimit) return;
      this.#cache.delete(oldest);
    }
  }

  async #rowOf(name: string, realm: string): Promise<UserTable | undefined> {
    const rows = await this.#storage.queries
      .selectFrom('user')
      .selectAll()
      .where('realm', '=', realmOf(realm))
      .where('name', '=', name)
      .execute();
    return rows[0];
  }

  #sealed(
    name: string,
    realm: string,
    password: string,
  ): Pick<UserTable, 'ha1_md5' | 'ha1_sha256' | 'ha1_sha512_256'> {
    const place = placeOf(name, realm);
    const sealed = (algorithm: DigestAlgorithm): string =>
      seal(
        this.#key,
        `${place}\n${algorithm}`,
        ha1(algorithm, name, realmOf(realm), password),
        this.#random,
      );
    return {
      ha1_md5: sealed('MD5'),
      ha1_sha256: sealed('SHA-256'),
      ha1_sha512_256: sealed('SHA-512-256'),
    };
  }

  #unsealed(row: UserTable, algorithm: DigestAlgorithm): string | undefined {
    const sealed = sealedIn(row, algorithm);
    // A user of an old database has none for SHA-512-256 until the password changes.
    if (sealed === null) return undefined;
    const place = placeOf(row.name, row.realm);
    const hash = unseal(this.#key, `${place}\n${algorithm}`, sealed);
    if (hash === undefined) {
      this.#log.error('A user cannot log in: the password was stored with another key', {
        user: row.name,
        realm: row.realm,
      });
    }
    return hash;
  }

  #newPassword(): string {
    return this.#random.token(passwordBits);
  }

  #now(): number {
    return Math.round(this.#clock.wall());
  }
}

interface Wanted {
  readonly name: string;
  readonly realm: string;
  readonly algorithm: DigestAlgorithm;
  readonly place: string;
}

function sealedIn(row: UserTable, algorithm: DigestAlgorithm): string | null {
  switch (algorithm) {
    case 'MD5':
      return row.ha1_md5;
    case 'SHA-256':
      return row.ha1_sha256;
    case 'SHA-512-256':
      return row.ha1_sha512_256;
  }
}

function realmOf(realm: string): string {
  return realm.toLowerCase();
}

function placeOf(name: string, realm: string): string {
  return `${realmOf(realm)}\n${name}`;
}
