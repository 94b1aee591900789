// The programming interface as its readers meet it first: one user agent, one call, from the registration to the last words.
import { expect, test } from 'vitest';
import { rtp } from '../../packages/offhook/src/media/rtp-negotiator.ts';
import { udp } from '../../packages/sip/src/node/udp.ts';
import { webSocketClient } from '../../packages/sip/src/node/web-socket-client.ts';
import { seededRandom } from '../../packages/sip/src/testing/seeded-random.ts';
import { SilentMedia } from '../../packages/sip/src/testing/silent-media.ts';
import type { MediaEngine } from '../../packages/sip/src/ua/options.ts';
import { UserAgent } from '../../packages/sip/src/ua/user-agent.ts';
import type { Negotiator } from '../../packages/sip/src/sdp/negotiator.ts';
import type { Transport } from '../../packages/sip/src/transport/port.ts';
import { Offhook } from '../peers/offhook.ts';
import { World } from '../peers/world.ts';

const host = '127.0.0.1';

/** The example, with every line of it. */
async function example<Media extends Negotiator>(
  server: Offhook,
  {
    name,
    password,
    peer,
  }: { readonly name: string; readonly password: string; readonly peer: string },
  {
    transports,
    media,
    nextHop,
  }: {
    readonly transports: readonly Transport[];
    readonly media: MediaEngine<Media>;
    readonly nextHop: string;
  },
): Promise<void> {
  const told: string[] = [];
  await using ua = new UserAgent({
    account: { aor: server.aor(name), password },
    transports,
    media,
    server: nextHop,
  });
  await ua.register();
  ua.registration?.on('lost', ({ code }) => told.push(code));
  const { signal } = new AbortController();
  const outgoing = ua.call(server.aor(peer), { signal });
  for await (const { status } of outgoing.progress) told.push(String(status));
  const call = await outgoing.answered;
  await call.hold();
  expect(call.session).toMatchObject({ direction: 'sendonly' });
  await call.resume();
  const { callId, localTag, remoteTag, state, routeSet } = call.dialog;
  expect([callId, localTag, remoteTag].every((part) => part.length > 0)).toBe(true);
  expect([state, routeSet.length > 0]).toEqual(['Confirmed', true]);
  const { streams, codec, direction } = call.session;
  expect([streams.length, codec, direction]).toEqual([1, 'PCMU', 'sendrecv']);
  await call.hangUp();
  const { by, cause, status } = await call.ended;
  expect([by, cause, status]).toEqual(['local', 'bye', undefined]);
  expect(told).toEqual(['180']);
}

test('over UDP with RTP', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const password = await server.user('alice');
  const media = rtp({ host });
  await example(
    server,
    { name: 'alice', password, peer: 'bob' },
    { transports: [udp({ host })], media, nextHop: `sip:${server.address}` },
  );
  await media.close();
});

test('over WebSocket with another media engine', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const password = await server.user('alice');
  await example(
    server,
    { name: 'alice', password, peer: 'bob' },
    {
      transports: [webSocketClient({ url: `ws://${server.host}:${server.httpPort}/` })],
      media: new SilentMedia({ random: seededRandom(1), host }),
      nextHop: `sip:${server.host}:${server.httpPort};transport=ws`,
    },
  );
});

test('aborted while it rings, a call is cancelled; refused and redirected, its caller hears why', async () => {
  await using world = new World();
  const ports = [await world.ports.take(), await world.ports.take(), await world.ports.take()];
  const agent = (
    name: string,
    port: number | undefined,
  ): UserAgent<ReturnType<SilentMedia['open']>> =>
    new UserAgent({
      account: { aor: `sip:${name}@${host}:${port}` },
      transports: [udp({ host, port })],
      media: new SilentMedia({ random: seededRandom(port ?? 1), host }),
    });
  await using alice = agent('alice', ports[0]);
  await using bob = agent('bob', ports[1]);
  await using carol = agent('carol', ports[2]);
  await Promise.all([alice.start(), bob.start(), carol.start()]);
  const atBob = bob.incoming[Symbol.asyncIterator]();
  const bobUri = `sip:bob@${host}:${ports[1]}`;
  const controller = new AbortController();
  const given = alice.call(bobUri, { signal: controller.signal });
  const first = (await atBob.next()).value;
  first?.ring();
  controller.abort();
  await expect(given.answered).rejects.toMatchObject({ code: 'SIP_CANCELLED' });
  expect((await first?.ended)?.cause).toBe('cancel');
  const refused = alice.call(bobUri);
  (await atBob.next()).value?.reject(486);
  await expect(refused.answered).rejects.toMatchObject({ code: 'SIP_REJECTED', status: 486 });
  const sent = alice.call(bobUri);
  (await atBob.next()).value?.redirect(`sip:carol@${host}:${ports[2]}`);
  for await (const incoming of carol.incoming) {
    const answered = await incoming.accept();
    const call = await sent.answered;
    await call.hangUp();
    expect((await answered.ended).by).toBe('remote');
    break;
  }
});
