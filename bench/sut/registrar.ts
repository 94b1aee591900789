// The registrar of `offhook serve` alone, with its location service on SQLite or in memory only; it asks for no proof. Usage: node registrar.ts PORT FOLDER [memory]
import process from 'node:process';
import { Endpoint, silentLogger, systemClock, systemRandom } from '@offhook/sip';
import type { Core } from '@offhook/sip';
import { createResponse, isSipUri, userOf } from '@offhook/sip/message';
import type { Request } from '@offhook/sip/message';
import { udp } from '@offhook/sip/node';
import type { Storage } from '../../packages/offhook/src/server/storage/storage.ts';
import { built } from './built.ts';

const { Registrar } = await built<
  typeof import('../../packages/offhook/src/server/registrar/registrar.ts')
>('server/registrar/registrar');
const { openLocation } = await built<
  typeof import('../../packages/offhook/src/server/location/sqlite-store.ts')
>('server/location/sqlite-store');
const { ownDomains } =
  await built<typeof import('../../packages/offhook/src/server/location/aor.ts')>(
    'server/location/aor',
  );
const { Gruus } =
  await built<typeof import('../../packages/offhook/src/server/location/gruu.ts')>(
    'server/location/gruu',
  );
const { openStorage } =
  await built<typeof import('../../packages/offhook/src/server/storage/storage.ts')>(
    'server/storage/storage',
  );

const [portText, folder = '.', place] = process.argv.slice(2);
const shared = { clock: systemClock, log: silentLogger };
const stored = await openStorage({ ...shared, folder });
const location = await openLocation({
  ...shared,
  storage: place === 'memory' ? forgetful(stored) : stored,
});
const registrar = new Registrar({
  ...shared,
  location,
  gruus: new Gruus(systemRandom.bytes(32), systemRandom),
  domainOf: ownDomains([{ domain: '127.0.0.1', aliases: [] }]),
});

const core: Core = {
  request(request, transaction, flow) {
    if (request.method !== 'REGISTER') {
      transaction.respond(createResponse(request, 405, { toTag: transaction.localTag }));
      return;
    }
    void registrar
      .register(request, { user: nameIn(request), flow, toTag: transaction.localTag })
      .then((response) => endpoint.run(() => transaction.respond(response)));
  },
  ack() {},
  cancel(cancel, transaction) {
    transaction.respond(createResponse(cancel, 481, { toTag: transaction.localTag }));
  },
};
const endpoint: Endpoint = new Endpoint(
  { name: 'registrar', transports: [udp({ host: '127.0.0.1', port: Number(portText) })] },
  core,
);
await endpoint.start();

function nameIn({ to }: Request): string {
  return isSipUri(to.uri) ? userOf(to.uri) : '';
}

// The same location service over a storage that keeps nothing: a write is done as soon as it is asked for.
function forgetful(storage: Storage): Storage {
  return { queries: storage.queries, write: () => Promise.resolve([]) } as unknown as Storage;
}
