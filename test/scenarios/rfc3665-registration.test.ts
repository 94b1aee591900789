// The registrations of RFC 3665 §2, played by our user agent or by a phone made of text, with our registrar: messages, bindings and a ladder of each.
import { UserAgent } from '@offhook/sip';
import type { Observation } from '@offhook/sip';
import { headerRows, seededRandom, settle, SilentMedia } from '@offhook/sip/testing';
import { ladder } from '@offhook/sip/trace';
import { expect, test } from 'vitest';
import { CoreWorld } from '../../packages/offhook/src/server/core/core.test-kit.ts';
import { digest, server } from '../../packages/offhook/src/server/core/phone.test-kit.ts';
import { withoutChance } from './golden.ts';

const aor = 'sip:bob@example.com';
const host = '192.0.2.201';
const own = `<sip:bob@${host}:5060>`;
/** The RFC adds a mail address, which our registrar does not take: it forwards SIP only. */
const second = '<sip:bob@192.0.2.202:5060>';

test('RFC 3665 §2.1: a new registration, which has to prove who it is', async () => {
  const world = await CoreWorld.start();
  const { ua, observed } = await userAgent(world, 'pw-bob');
  await during(world, ua.register());
  expect(messages(world)).toEqual(['REGISTER', '401', 'REGISTER', '200']);
  expect(world.location.bindings(aor).map(({ contact }) => contact)).toEqual([bare(own)]);
  await drawn('new', [...observed, ...world.observations]);
});

test('RFC 3665 §2.5: a registration with a wrong password is refused, and nothing is bound', async () => {
  const world = await CoreWorld.start();
  const { ua, observed } = await userAgent(world, 'guessed');
  await expect(during(world, ua.register())).rejects.toMatchObject({ code: 'SIP_AUTH' });
  expect(messages(world)).toEqual(['REGISTER', '401', 'REGISTER', '401']);
  expect(world.location.bindings(aor)).toEqual([]);
  await drawn('refused', [...observed, ...world.observations]);
});

test('RFC 3665 §2.2: a contact is added to the list; the registrar says how long each lasts', async () => {
  const { world, register } = await registered();
  const answer = await register([`Contact: ${second}`]);
  expect(contacts(answer.text)).toEqual([own, second]);
  await drawn('update', world.observations);
});

test('RFC 3665 §2.3: without a Contact the registrar tells the list and changes nothing', async () => {
  const { world, register } = await registered();
  const before = world.location.bindings(aor);
  const answer = await register([]);
  expect(contacts(answer.text)).toEqual([own]);
  expect(world.location.bindings(aor)).toEqual(before);
  await drawn('query', world.observations);
});

test('RFC 3665 §2.4: the star takes every contact away', async () => {
  const { world, register } = await registered();
  await register([`Contact: ${second}`]);
  world.observations.length = 0;
  const answer = await register(['Contact: *', 'Expires: 0']);
  expect(contacts(answer.text)).toEqual([]);
  expect(world.location.bindings(aor)).toEqual([]);
  await drawn('cancellation', world.observations);
});

/** Bob's phone, which has registered and answers the same challenge from then on, as the phone in the RFC does. */
async function registered() {
  const world = await CoreWorld.start();
  const phone = await world.peer(host);
  const wish = {
    uri: 'sip:example.com',
    from: `<${aor}>;tag=a73`,
    to: `<${aor}>`,
    callId: 'reg-bob',
  };
  phone.send('REGISTER', wish);
  await world.pass();
  const challenge = phone.scripted.take('SIP/2.0 401');
  const [row = ''] = headerRows(challenge.text, 'WWW-Authenticate');
  let count = 0;
  const register = async (headers: readonly string[]) => {
    count += 1;
    const nc = count.toString(16).padStart(8, '0');
    const proof = digest(row, { user: 'bob', method: 'REGISTER', uri: wish.uri, nc });
    const all = [`Authorization: ${proof}`, ...headers];
    phone.send('REGISTER', { ...wish, cseq: count + 1, headers: all });
    await world.pass();
    return phone.scripted.take('SIP/2.0 200');
  };
  await register([`Contact: ${own}`]);
  world.observations.length = 0;
  return { world, register };
}

async function userAgent(world: CoreWorld, password: string) {
  const observed: Observation[] = [];
  const random = seededRandom(5);
  const ua = new UserAgent({
    account: { aor, password },
    server: `sip:${server.host}`,
    transports: [world.network.transport('UDP', host, 5060)],
    media: new SilentMedia({ random }),
    clock: world.clock,
    random,
    tap: { observe: (observation) => void observed.push(observation) },
  });
  await ua.start();
  return { ua, observed };
}

async function during<T>(world: CoreWorld, promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  await world.pass(100);
  await settle();
  return promise;
}

/** Methods and statuses on the wire, in order. */
function messages({ network }: CoreWorld): readonly string[] {
  return network.packets.map(({ text }) =>
    text.startsWith('SIP/2.0 ') ? text.slice(8, 11) : (text.split(' ', 1)[0] ?? ''),
  );
}

/** The contacts of a 200, each with how long it lasts if it is not the usual hour. */
function contacts(text: string): readonly string[] {
  return headerRows(text, 'Contact')
    .flatMap((value) => value.split(/,\s*/))
    .map((value) => value.replace(/;.*$/, ''))
    .toSorted();
}

function bare(value: string): string {
  return value.slice(1, -1);
}

async function drawn(name: string, observations: readonly Observation[]): Promise<void> {
  const file = new URL(`golden/rfc3665/registration-${name}.txt`, import.meta.url).pathname;
  await expect(withoutChance(ladder(observations))).toMatchFileSnapshot(file);
}
