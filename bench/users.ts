// The users of the systems that ask for proof, made once and copied for each start.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { silentLogger, systemClock, systemRandom } from '@offhook/sip';
import { password, userCount, userName, usersFolder } from './contenders.ts';
import { built } from './sut/built.ts';

/** Makes the data folder with the users, unless it is there. */
export async function makeUsers(): Promise<void> {
  if (existsSync(usersFolder)) return;
  const { openStorage } =
    await built<typeof import('../packages/offhook/src/server/storage/storage.ts')>(
      'server/storage/storage',
    );
  const { openUsers } =
    await built<typeof import('../packages/offhook/src/server/users/users.ts')>(
      'server/users/users',
    );
  const folder = `${usersFolder}.new`;
  rmSync(folder, { recursive: true, force: true });
  const shared = { clock: systemClock, log: silentLogger };
  const storage = await openStorage({ ...shared, folder });
  const users = await openUsers({ ...shared, storage, random: systemRandom });
  const names = Array.from({ length: userCount }, (_, number) => userName(number));
  await Promise.all(names.map((name) => users.add(name, '127.0.0.1', password)));
  await storage.close();
  renameSync(folder, usersFolder);
}
