// Push messages as push services and browsers see them.
import { createPublicKey, verify } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemRandom } from '@offhook/sip';
import type { LogFields, Random } from '@offhook/sip';
import { seededRandom, VirtualClock } from '@offhook/sip/testing';
import { openStorage } from '../storage/storage.ts';
import { readyFolder } from '../storage/ready-folder.test-kit.ts';
import type { Storage } from '../storage/storage.ts';
import { areKeys, encryptPush } from './encrypt.ts';
import { pushEndpoint } from './endpoint.ts';
import { TestBrowser, testPushService } from './push.test-kit.ts';
import type { TestPushService } from './push.test-kit.ts';
import { Push } from './push.ts';
import { Subscriptions } from './subscriptions.ts';
import { Vapid } from './vapid.ts';

const clock = new VirtualClock();
const alice = { user: 'alice', realm: 'example.com' };
const lasting = { session: '', expires: undefined };

describe('A sealed message', () => {
  const vector = {
    auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    p256dh:
      'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    salt: 'DGv6ra1nlYgDCS1FRnbzlw',
    privateKey: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
    sealed:
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  };

  test('RFC 8291 §5: the example comes out octet for octet', () => {
    const chances = [vector.salt, vector.privateKey].map((text) => Buffer.from(text, 'base64url'));
    const random: Random = {
      ...seededRandom(1),
      bytes: () => new Uint8Array(chances.shift() ?? Buffer.alloc(0)),
    };
    const sealed = encryptPush('When I grow up, I want to be a watermelon', vector, random);
    expect(Buffer.from(sealed).toString('base64url')).toBe(vector.sealed);
  });

  test('Its browser alone opens it, whatever it says', () => {
    const [browser, other] = [new TestBrowser(), new TestBrowser()];
    for (const text of ['', 'ünïcödé ☎', 'x'.repeat(3_993)]) {
      const sealed = Buffer.from(encryptPush(text, browser.keys, systemRandom));
      expect(browser.open(sealed)).toBe(text);
      expect(() => other.open(sealed)).toThrow();
      expect(sealed.length).toBeLessThanOrEqual(4_096);
    }
    expect(() => encryptPush('x'.repeat(3_994), browser.keys, systemRandom)).toThrow(RangeError);
  });

  test('Keys that are none are known before they are kept', () => {
    const { p256dh, auth } = new TestBrowser().keys;
    expect(areKeys({ p256dh, auth })).toBe(true);
    const point = Buffer.from(p256dh, 'base64url');
    const off = Buffer.concat([point.subarray(0, 64), Buffer.of((point[64] ?? 0) ^ 1)]);
    for (const odd of ['', 'A', off.toString('base64url'), Buffer.alloc(65).toString('base64url')])
      expect(areKeys({ p256dh: odd, auth })).toBe(false);
    expect(areKeys({ p256dh, auth: auth.slice(2) })).toBe(false);
  });
});

test('RFC 8292 §2: what we sign names the push service and ends within a day, and its key verifies it', () => {
  const options = { key: new Uint8Array(32).fill(3), subject: 'mailto:a@example.com', clock };
  const vapid = new Vapid(options);
  expect(new Vapid(options).publicKey).toBe(vapid.publicKey);
  const header = vapid.authorization('https://push.example.net');
  const [, head = '', body = '', signature = '', key = ''] =
    /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(header) ?? [];
  const read = (text: string): unknown => JSON.parse(Buffer.from(text, 'base64url').toString());
  expect(read(head)).toEqual({ typ: 'JWT', alg: 'ES256' });
  const seconds = Math.floor(clock.wall() / 1000);
  expect(read(body)).toEqual({
    aud: 'https://push.example.net',
    exp: seconds + 12 * 3_600,
    sub: 'mailto:a@example.com',
  });
  expect(key).toBe(vapid.publicKey);
  const point = Buffer.from(key, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((one) =>
    one.toString('base64url'),
  );
  const jwk = { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' };
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  const signed = Buffer.from(signature, 'base64url');
  const using = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
  expect(verify('sha256', Buffer.from(`${head}.${body}`), using, signed)).toBe(true);
  expect(vapid.authorization('https://push.example.net')).toBe(header);
  clock.advance(7 * 3_600_000);
  expect(vapid.authorization('https://push.example.net')).not.toBe(header);
});

test.each([
  'http://fcm.googleapis.com/x',
  'https://fcm.googleapis.com:8443/x',
  'https://user:pw@fcm.googleapis.com/x',
  'https://fcm.googleapis.com.evil.example/x',
  'https://evilpush.apple.com.example/x',
  'https://notify.windows.com.evil.example/x',
  'https://127.0.0.1/x',
  'https://[::ffff:127.0.0.1]/x',
  'https://169.254.169.254/latest/meta-data',
  'https://localhost/x',
  'https://fcm.googleapis.com/x\r\nX: y',
  'file:///etc/passwd',
  `https://fcm.googleapis.com/${'x'.repeat(1_100)}`,
  '',
])('Nothing is sent to %j (A47)', (text) => {
  expect(pushEndpoint(text, ['https://push.example.net'])).toBeUndefined();
});

test.each([
  'https://fcm.googleapis.com/fcm/send/abc:def',
  'https://updates.push.services.mozilla.com/wpush/v2/abc',
  'https://web.push.apple.com/abc',
  'https://db5p.notify.windows.com/w/?token=abc%2f',
  'https://push.example.net/abc',
])('The push services of browsers, and those that were named, are reached: %s', (text) => {
  expect(pushEndpoint(text, ['https://push.example.net'])?.href).toBe(text);
});

describe('Waking', () => {
  const logged: LogFields[] = [];
  let folder: string;
  let storage: Storage;
  let service: TestPushService;
  let subscriptions: Subscriptions;
  let push: Push;

  beforeEach(async () => {
    folder = await readyFolder('push');
    const log = {
      debug: () => undefined,
      info: () => undefined,
      warn: (_message: string, fields: LogFields = {}) => void logged.push(fields),
      error: () => undefined,
    };
    storage = await openStorage({ folder, clock, log });
    service = await testPushService();
    subscriptions = new Subscriptions({ storage, clock });
    push = new Push({
      ...{ subscriptions, clock, random: systemRandom, log },
      vapid: new Vapid({ key: new Uint8Array(32), subject: 'mailto:a@example.com', clock }),
      services: [service.origin],
    });
  });

  afterEach(async () => {
    await service.close();
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
    logged.splice(0);
  });

  const news = (): Parameters<Push['wake']>[1] => ({
    type: 'call',
    from: 'sip:bob@example.com',
    name: 'Bob',
    until: clock.wall() + 20_000,
  });

  test('RFC 8030 §5: each page of the user gets a message that it alone can read, for as long as the call lasts (P26)', async () => {
    const browsers = [new TestBrowser(), new TestBrowser()];
    for (const [at, { keys }] of browsers.entries()) {
      const endpoint = `${service.origin}/push/${at}`;
      await subscriptions.keep(alice, { endpoint, keys }, { ...lasting, session: `s${at}` });
    }
    expect(await push.wake(alice, news())).toBe(2);
    expect(await push.wake({ ...alice, user: 'bob' }, news())).toBe(0);
    for (const { path, headers, body } of service.posted) {
      expect(headers).toMatchObject({
        ttl: '20',
        urgency: 'high',
        topic: 'call',
        'content-encoding': 'aes128gcm',
      });
      expect(headers.authorization).toMatch(/^vapid t=/);
      const browser = browsers[Number(path.at(-1))];
      expect(JSON.parse(browser?.open(body) ?? '')).toEqual(news());
    }
  });

  test('RFC 8599 §12: what a REGISTER told of is woken without words, as long as its binding lives', async () => {
    const endpoint = `${service.origin}/push/sip`;
    const expires = clock.wall() + 60_000;
    await subscriptions.keep(alice, { endpoint, keys: undefined }, { session: '', expires });
    expect(await push.wake(alice, news())).toBe(1);
    expect(service.posted[0]?.headers['content-encoding']).toBeUndefined();
    expect(service.posted[0]?.body.length).toBe(0);
    clock.advance(60_000);
    expect(await push.wake(alice, news())).toBe(0);
  });

  test('What the page has said itself outweighs what its REGISTER says', async () => {
    const endpoint = `${service.origin}/push/both`;
    const { keys } = new TestBrowser();
    await subscriptions.keep(alice, { endpoint, keys }, lasting);
    const registered = { session: '', expires: clock.wall() + 1_000 };
    await subscriptions.keep(alice, { endpoint, keys: undefined }, registered);
    await subscriptions.dropRegistered(alice, endpoint);
    clock.advance(2_000);
    expect(await subscriptions.of(alice)).toEqual([{ endpoint, keys }]);
  });

  test.each([404, 410])(
    'RFC 8030 §7.3: a subscription that is gone by %d is forgotten',
    async (status) => {
      service.status = status;
      const { keys } = new TestBrowser();
      await subscriptions.keep(alice, { endpoint: `${service.origin}/push/x`, keys }, lasting);
      expect(await push.wake(alice, news())).toBe(0);
      expect(await subscriptions.of(alice)).toEqual([]);
    },
  );

  test.each([307, 429, 500])(
    'An answer of %d wakes nobody, is followed nowhere, and is logged without the endpoint',
    async (status) => {
      service.status = status;
      const { keys } = new TestBrowser();
      await subscriptions.keep(alice, { endpoint: `${service.origin}/push/secret`, keys }, lasting);
      expect(await push.wake(alice, news())).toBe(0);
      expect(service.posted).toHaveLength(1);
      expect(await subscriptions.of(alice)).toHaveLength(1);
      expect(logged).toHaveLength(1);
      expect(JSON.stringify(logged)).not.toContain('secret');
    },
  );

  test('A caller who goes on and on does not keep others awake: twenty messages a minute', async () => {
    const { keys } = new TestBrowser();
    await subscriptions.keep(alice, { endpoint: `${service.origin}/push/x`, keys }, lasting);
    for (let call = 0; call < 25; call += 1) await push.wake(alice, news());
    expect(service.posted).toHaveLength(20);
    clock.advance(60_001);
    expect(await push.wake(alice, news())).toBe(1);
  });

  test('A browser has one subscription, and a user twenty: the oldest gives way', async () => {
    const { keys } = new TestBrowser();
    for (let made = 0; made < 25; made += 1) {
      const endpoint = `${service.origin}/push/${made}`;
      await subscriptions.keep(alice, { endpoint, keys }, { ...lasting, session: `s${made % 24}` });
      clock.advance(1);
    }
    const kept = (await subscriptions.of(alice)).map(({ endpoint }) => endpoint.split('/').at(-1));
    expect(kept).toEqual(Array.from({ length: 20 }, (_, at) => String(24 - at)));
    await subscriptions.dropSession(alice, 's0');
    expect((await subscriptions.of(alice)).length).toBe(19);
  });
});
