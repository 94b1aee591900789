// A registrar on a real database and a virtual clock, for the tests of this room.
import { rmSync } from 'node:fs';
import { afterEach } from 'vitest';
import { silentLogger } from '@offhook/sip';
import type { Flow, Protocol } from '@offhook/sip';
import { parseMessage } from '@offhook/sip/message';
import type { Request, Response } from '@offhook/sip/message';
import { seededRandom, VirtualClock } from '@offhook/sip/testing';
import { ownDomains } from '../location/aor.ts';
import type { DomainOf } from '../location/aor.ts';
import { Gruus } from '../location/gruu.ts';
import { openLocation } from '../location/sqlite-store.ts';
import type { LocationStore } from '../location/store.ts';
import { openStorage } from '../storage/storage.ts';
import { readyFolder } from '../storage/ready-folder.test-kit.ts';
import type { Storage } from '../storage/storage.ts';
import { Registrar } from './registrar.ts';
import type { RegistrarOptions } from './registrar.ts';

const folders: string[] = [];
const open: Storage[] = [];

/** The usual address-of-record. */
export const alice = 'sip:alice@example.com';

/** The Via of a phone that talks to us directly. */
export const firstVia = 'Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKreg1';

afterEach(async () => {
  for (const storage of open.splice(0)) await storage.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** How a REGISTER differs from the usual one of alice. */
export interface Ask {
  readonly uri?: string;
  readonly to?: string;
  readonly from?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly headers?: readonly string[];
  /** Via rows; one, of the phone itself, unless said. */
  readonly vias?: readonly string[];
  readonly user?: string;
  readonly realm?: string;
  readonly flow?: Flow;
}

/** A registrar with what it stands on. */
export class Bench {
  readonly clock: VirtualClock;
  readonly folder: string;
  readonly storage: Storage;
  readonly location: LocationStore;
  readonly registrar: Registrar;
  readonly gruus: Gruus;
  readonly domainOf: DomainOf;
  #cseq = 0;

  constructor(
    clock: VirtualClock,
    folder: string,
    storage: Storage,
    location: LocationStore,
    more: Pick<RegistrarOptions, 'serviceRoute' | 'push'>,
  ) {
    this.clock = clock;
    this.folder = folder;
    this.storage = storage;
    this.location = location;
    const domainOf = ownDomains([
      { domain: 'example.com', aliases: ['127.0.0.1'] },
      { domain: 'other.example' },
    ]);
    this.gruus = new Gruus(new Uint8Array(32), seededRandom(7));
    const { gruus } = this;
    this.registrar = new Registrar({
      location,
      domainOf,
      gruus,
      clock,
      log: silentLogger,
      ...more,
    });
    this.domainOf = domainOf;
  }

  /** Sends a REGISTER of alice, each with the next CSeq, that differs as said. */
  register(ask: Ask = {}): Promise<Response> {
    this.#cseq += 1;
    const { user = 'alice', flow = flowOf('UDP'), realm } = ask;
    const context = realm === undefined ? { user, flow } : { user, flow, realm };
    return this.registrar.register(request({ cseq: this.#cseq, ...ask }), context);
  }

  contacts(aor: string = alice): string[] {
    return this.location
      .bindings(aor)
      .map((binding) => binding.contact)
      .toSorted();
  }
}

/** A registrar on a new, empty database. */
export async function bench(
  more: Pick<RegistrarOptions, 'serviceRoute' | 'push'> = {},
): Promise<Bench> {
  const clock = new VirtualClock();
  const folder = await readyFolder('registrar');
  folders.push(folder);
  const storage = await openStorage({ folder, clock, log: silentLogger });
  open.push(storage);
  return new Bench(
    clock,
    folder,
    storage,
    await openLocation({ storage, clock, log: silentLogger }),
    more,
  );
}

function request(ask: Ask): Request {
  const {
    uri = 'sip:example.com',
    to = '<sip:alice@example.com>',
    callId = 'reg-1',
    cseq = 1,
  } = ask;
  const { from = to, headers = [], vias = [firstVia] } = ask;
  const text = [
    `REGISTER ${uri} SIP/2.0`,
    ...vias,
    'Max-Forwards: 70',
    `From: ${from};tag=f1`,
    `To: ${to}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} REGISTER`,
    ...headers,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
  const parsed = parseMessage(Uint8Array.from(Buffer.from(text, 'latin1')), { contactCount: 100 });
  if (!parsed.ok || parsed.value.kind !== 'request')
    throw new Error('The test request is malformed');
  return parsed.value;
}

/** A flow from a phone on this machine. */
export function flowOf(protocol: Protocol, rest: Partial<Flow> = {}): Flow {
  const address = { host: '127.0.0.1', port: 5070 };
  const nothing = (): void => {};
  return {
    id: `${protocol} 1`,
    protocol,
    reliable: protocol !== 'UDP',
    local: { host: '127.0.0.1', port: 5060 },
    remote: address,
    open: true,
    send: nothing,
    close: nothing,
    ...rest,
  };
}

/** The usual Contact row. */
export const phone: string = 'Contact: <sip:alice@127.0.0.1:5070>';

/** The contacts of a 200. */
export function listed(response: Response): readonly string[] {
  return response.rows('Contact');
}
