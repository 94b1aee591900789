// Removes a user with everything that is kept for it: registrations, messages that wait, and the browsers that are its phone.
import { aorText } from './location/aor.ts';
import { bindingKey } from './location/store.ts';
import type { LocationStore } from './location/store.ts';
import type { Mailbox } from './mailbox/mailbox.ts';
import type { Storage } from './storage/storage.ts';
import { revocation } from './users/page-access.ts';
import type { Users } from './users/users.ts';

/** Removes a user from the database; a system that runs on it notices within a second. */
export async function removeUser(
  { storage, users }: { readonly storage: Storage; readonly users: Users },
  name: string,
  realm: string,
): Promise<void> {
  const aor = aorText(name, realm);
  const { queries } = storage;
  await users.remove(name, realm, [
    queries.deleteFrom('binding').where('aor', '=', aor).compile(),
    queries.deleteFrom('message').where('aor', '=', aor).compile(),
    ...revocation(storage, name, realm.toLowerCase()),
  ]);
}

/** What a running system knows of its users. */
export interface Known {
  readonly users: Users;
  readonly location: LocationStore;
  readonly mailbox: Mailbox;
  /** Addresses-of-record that are in no list of users: those of the built-in peers. */
  readonly others: readonly string[];
}

/** Forgets in a running system what it knows of users who are no more. */
export async function forgetRemoved({ users, location, mailbox, others }: Known): Promise<void> {
  const listed = (await users.list()).map(({ name, realm }) => aorText(name, realm));
  const known = new Set([...listed, ...others]);
  for (const aor of new Set([...location.aors(), ...mailbox.aors()])) {
    if (known.has(aor)) continue;
    const remove = location.bindings(aor).map((binding) => bindingKey(binding));
    await location.change(aor, { put: [], remove });
    await mailbox.forget(aor);
  }
}
