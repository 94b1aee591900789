// sips calls through a Kamailio that demands certificates: TLS on every hop, both ends known to each other (RFC 5630, RFC 5922).
import { readFileSync } from 'node:fs';
import { UserAgent } from '@offhook/sip';
import type { Tap } from '@offhook/sip';
import { checkedCertificate, tls } from '@offhook/sip/node';
import type { TlsOptions } from '@offhook/sip/node';
import { seededRandom, SilentMedia } from '@offhook/sip/testing';
import { expect, test } from 'vitest';
import { hasOpenssl, TestAuthority } from '../../packages/sip/src/node/certificates.test-kit.ts';
import { hasKamailioTls, KamailioTls } from '../peers/kamailio-tls.ts';
import { Offhook } from '../peers/offhook.ts';
import { World } from '../peers/world.ts';

const host = '127.0.0.1';

/** A user agent over TLS alone; `port` is where it listens, if it does. */
function agent(name: string, world: World, proxy: KamailioTls, options: TlsOptions, tap?: Tap) {
  const random = seededRandom(name.length);
  const ua = new UserAgent({
    account: { aor: `sips:${name}@127.0.0.1` },
    transports: [tls({ host, ...options })],
    media: new SilentMedia({ random, host }),
    server: `sips:127.0.0.1:${proxy.port}`,
    ...(tap === undefined ? {} : { tap }),
  });
  world.own(ua);
  return ua;
}

test.runIf(hasOpenssl && hasKamailioTls())(
  'RFC 5630 §5.3: a sips call through Kamailio is sips and TLS on every hop, until its BYE (C192)',
  async () => {
    await using world = new World();
    const authority = new TestAuthority();
    const { ca, caFile } = authority;
    const issue = (): ReturnType<TestAuthority['issue']> =>
      authority.issue({ san: 'IP:127.0.0.1' });
    const proxy = await KamailioTls.start(world, { certificate: issue(), ca: caFile });
    const port = await world.ports.take();
    const texts: string[] = [];
    const bob = agent(
      'bob',
      world,
      proxy,
      { ca, port, certificate: checkedCertificate(issue()) },
      { observe: (seen) => void (seen.kind === 'message' && texts.push(seen.text)) },
    );
    await bob.start();
    const calls = bob.incoming[Symbol.asyncIterator]();
    const alice = agent('alice', world, proxy, { ca, certificate: checkedCertificate(issue()) });
    const call = alice.call(`sips:bob@127.0.0.1:${port}`);
    const { value: incoming } = await calls.next();
    await incoming?.accept();
    const established = await call.answered;
    await established.hangUp();
    expect(await established.ended).toMatchObject({ by: 'local', cause: 'bye' });
    const [invite = ''] = texts.filter((text) => text.startsWith('INVITE '));
    expect(invite).toMatch(/^INVITE sips:bob@/);
    const vias = [...invite.matchAll(/^Via: SIP\/2\.0\/(\w+)/gm)].map(([, transport]) => transport);
    expect(vias).toEqual(['TLS', 'TLS']);
    expect(invite).toMatch(/^Contact: <sips:alice@127\.0\.0\.1:\d+>\r$/m);
    expect(invite).toMatch(/^Record-Route: <sips:127\.0\.0\.1:\d+/m);
    const bye = texts.find((text) => text.startsWith('BYE '));
    expect(bye).toMatch(/^BYE sips:bob@127\.0\.0\.1:\d+ /);
    // What Kamailio writes into its Record-Route is its own.
    expect(texts.join('')).not.toMatch(/^Contact: .*transport=tls/m);
  },
);

test.runIf(hasOpenssl && hasKamailioTls())(
  'A client without a certificate, or with one of another authority, is not let in by a Kamailio that demands one',
  async () => {
    await using world = new World();
    const [authority, other] = [new TestAuthority(), new TestAuthority()];
    const proxy = await KamailioTls.start(world, {
      certificate: authority.issue({ san: 'IP:127.0.0.1' }),
      ca: authority.caFile,
    });
    const { ca } = authority;
    const stranger = checkedCertificate(other.issue({ san: 'IP:127.0.0.1' }));
    for (const options of [{ accept: false }, { accept: false, certificate: stranger }]) {
      const ua = agent('mallory', world, proxy, { ca, ...options });
      await expect(ua.options('sips:bob@127.0.0.1')).rejects.toMatchObject({
        code: 'SIP_TRANSPORT',
      });
    }
  },
);

test.runIf(hasOpenssl)(
  'RFC 5630 §5.3: a phone of ours registered with sips is called by sips and by sip, over its own TLS connection, and ends the call (C192)',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const ca = readFileSync(server.certificateFile, 'utf8');
    const at = `127.0.0.1:${server.tlsPort}`;
    const texts: string[] = [];
    const phone = async (name: string, seed: number, tap?: Tap): Promise<UserAgent> => {
      const random = seededRandom(seed);
      const ua = new UserAgent({
        account: { aor: `sips:${name}@${at}`, password: await server.user(name) },
        transports: [tls({ host, ca, accept: false })],
        media: new SilentMedia({ random, host }),
        ...(tap === undefined ? {} : { tap }),
      });
      world.own(ua);
      await ua.register();
      return ua;
    };
    const bob = await phone('bert', 1, {
      observe: (seen) => void (seen.kind === 'message' && texts.push(seen.text)),
    });
    const alice = await phone('alice', 2);
    const calls = bob.incoming[Symbol.asyncIterator]();
    for (const scheme of ['sips', 'sip']) {
      const call = alice.call(`${scheme}:bert@${at}`);
      const { value: incoming } = await calls.next();
      const accepted = await incoming?.accept();
      const established = await call.answered;
      await accepted?.hangUp();
      expect(await established.ended).toMatchObject({ by: 'remote', cause: 'bye' });
    }
    const invites = texts.filter((text) => text.startsWith('INVITE '));
    expect(invites.map((text) => text.split(':')[0])).toEqual(['INVITE sips', 'INVITE sip']);
    for (const text of invites) expect(text).toMatch(/^Via: SIP\/2\.0\/TLS /m);
    const [secure = ''] = invites;
    expect(secure).toMatch(/^Record-Route: <sips:/m);
    expect(secure).toMatch(/^Contact: <sips:/m);
  },
);

test.runIf(hasOpenssl)(
  'RFC 5923 §8: over real TLS a call comes back on the connection of the one who proved its domain; nobody else gets it',
  async () => {
    await using world = new World();
    const authority = new TestAuthority();
    const { ca } = authority;
    const names = ['left.test', 'right.test'] as const;
    const resolver = {
      a: (name: string) => Promise.resolve(name.endsWith('.test') ? [host] : []),
      aaaa: () => Promise.resolve([]),
      srv: () => Promise.resolve([]),
      naptr: () => Promise.resolve([]),
    };
    const [left, right] = names.map((name, at) => {
      const certificate = checkedCertificate(authority.issue({ san: `URI:sip:${name}` }));
      const transport = tls({ host, ca, certificate, advertisedHost: name });
      const random = seededRandom(at + 1);
      const ua = new UserAgent({
        account: { aor: `sips:user@${name}` },
        transports: [transport],
        media: new SilentMedia({ random, host }),
        resolver,
      });
      world.own(ua);
      return { ua, transport, name };
    });
    if (left === undefined || right === undefined) throw new Error('There are two');
    await left.ua.start();
    await right.ua.start();
    const to = ({ transport, name }: typeof left): string =>
      `sips:user@${name}:${transport.local?.port}`;
    expect((await left.ua.options(to(right))).status).toBe(200);
    expect((await right.ua.options(to(left))).status).toBe(200);
    expect([left, right].map(({ transport }) => transport.counters)).toMatchObject([
      { opened: 1, accepted: 0 },
      { opened: 0, accepted: 1 },
    ]);
    // Another domain at the same address and port has not been proved: a connection of its own, which its certificate ends.
    await expect(right.ua.options(to(left).replace('left.', 'other.'))).rejects.toMatchObject({
      code: 'SIP_TRANSPORT',
    });
    expect(right.transport.counters.opened).toBe(1);
  },
);
