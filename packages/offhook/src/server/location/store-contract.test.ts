// The SQLite store against the contract of a location store.
import { rmSync } from 'node:fs';
import { afterAll, describe, test } from 'vitest';
import { silentLogger } from '@offhook/sip';
import { VirtualClock } from '@offhook/sip/testing';
import { openStorage } from '../storage/storage.ts';
import { readyFolder } from '../storage/ready-folder.test-kit.ts';
import { openLocation } from './sqlite-store.ts';
import { locationStoreContract } from './store-contract.ts';

const log = silentLogger;
const folder = await readyFolder('contract');
const opening = openStorage({ folder, clock: new VirtualClock(), log });

afterAll(async () => {
  await (await opening).close();
  rmSync(folder, { recursive: true, force: true });
});

locationStoreContract(
  'The SQLite store',
  async () => {
    const clock = new VirtualClock();
    const storage = await opening;
    await storage.queries.deleteFrom('binding').execute();
    const store = await openLocation({ storage, clock, log });
    return {
      store,
      clock,
      reopen: async () => {
        await store.close();
        return openLocation({ storage, clock, log });
      },
      close: async () => {
        await store.close();
        if (clock.pending > 0) throw new Error(`${clock.pending} timers run after close`);
      },
    };
  },
  { describe, test },
);
