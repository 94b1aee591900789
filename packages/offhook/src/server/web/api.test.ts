// Whose phone a page is, and how it becomes somebody’s.
import { describe, expect, test } from 'vitest';
import type { Peer } from './peer.ts';
import { codeOf, here, home, TestWeb } from './web.test-kit.ts';

const far: Peer = { address: '192.0.2.1', isSecure: true, isOwn: false, isDirect: true };
const secureHome = 'https://example.com:8443';

async function phoneOf(web: TestWeb, cookie: string, url = home, peer = here): Promise<unknown> {
  const response = await web.ask(`${url}/api/phone`, { headers: { cookie } }, peer);
  return response.status === 200 ? await response.json() : await codeOf(response);
}

describe('The phone of a page', () => {
  test('At this machine it is the first user’s, without login, with a token that is good for five minutes', async () => {
    const web = new TestWeb();
    const response = await web.ask('/api/phone');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const phone: Record<string, unknown> = JSON.parse(await response.text());
    expect(phone).toMatchObject({
      aor: 'sip:phone@example.com',
      displayName: 'Phone',
      domain: 'example.com',
      tokenExpiresAt: web.clock.wall() + 300_000,
      webSocket: 'ws://127.0.0.1:8080/',
      iceServers: [],
      directory: [
        { uri: 'sip:echo@example.com', name: 'Echo' },
        { uri: 'sip:bob@example.com', name: 'Bob' },
        { uri: 'sip:alice@example.com', name: 'Alice' },
        { uri: 'sip:carol@example.com', name: 'Carol' },
      ],
    });
    expect(web.tokens.read(String(phone['token']), 'example.com')).toEqual({
      kind: 'ok',
      user: 'phone',
    });
  });

  test.each([
    ['from another machine', home, { ...here, address: '192.0.2.1' }],
    ['through a proxy', home, { ...here, isDirect: false }],
    ['by the name of the domain', 'http://example.com:8080', here],
  ])('Nobody else gets it: %s (A34)', async (_what, url, peer) => {
    const response = await new TestWeb().ask(`${url}/api/phone`, {}, peer);
    expect([response.status, await codeOf(response)]).toEqual([403, 'WEB_LOGIN']);
  });

  test('A server that others can reach has no such user', async () => {
    const response = await new TestWeb({ firstUser: undefined }).ask('/api/phone');
    expect(await codeOf(response)).toBe('WEB_LOGIN');
  });
});

describe('A link', () => {
  test('It makes the browser its user’s phone by a cookie that no script and no other site has, once', async () => {
    const web = new TestWeb({ firstUser: undefined });
    const sent = { url: secureHome, peer: far };
    const response = await web.post('/api/join', { token: 'link-alice' }, sent);
    expect([response.status, await response.json()]).toEqual([200, { user: 'alice' }]);
    expect(response.headers.get('set-cookie')).toBe(
      '__Host-offhook=session-alice; Max-Age=15552000; Path=/; HttpOnly; Secure; SameSite=Strict',
    );
    expect(await phoneOf(web, '__Host-offhook=session-alice', secureHome, far)).toMatchObject({
      aor: 'sip:alice@example.com',
      webSocket: 'wss://example.com:8443/',
    });
    const again = await web.post('/api/join', { token: 'link-alice' }, sent);
    expect([again.status, await codeOf(again)]).toEqual([403, 'WEB_LINK']);
    expect(again.headers.get('set-cookie')).toBeNull();
  });

  test('At this machine it works without HTTPS, and comes before the first user', async () => {
    const web = new TestWeb();
    const response = await web.post('/api/join', { token: 'link-alice' });
    expect(response.headers.get('set-cookie')).toBe(
      'offhook=session-alice; Max-Age=15552000; Path=/; HttpOnly; SameSite=Strict',
    );
    expect(await phoneOf(web, 'offhook=session-alice')).toMatchObject({
      aor: 'sip:alice@example.com',
    });
    expect(await phoneOf(web, 'offhook=other')).toMatchObject({ aor: 'sip:phone@example.com' });
  });

  test('From elsewhere without HTTPS it is not taken, nor is its cookie', async () => {
    const web = new TestWeb({ firstUser: undefined });
    await web.post('/api/join', { token: 'link-alice' });
    const peer = { ...far, isSecure: false };
    const url = 'http://example.com:8080';
    const joining = await web.post('/api/join', { token: 'link-bob' }, { url, peer });
    expect(await codeOf(joining)).toBe('WEB_INSECURE');
    expect(await phoneOf(web, 'offhook=session-alice', url, peer)).toBe('WEB_LOGIN');
  });

  test('The browser can give it up', async () => {
    const web = new TestWeb({ firstUser: undefined });
    await web.post('/api/join', { token: 'link-alice' });
    const headers = { origin: home, cookie: 'offhook=session-alice' };
    const left = await web.ask('/api/join', { method: 'DELETE', headers });
    expect(left.status).toBe(204);
    expect(left.headers.get('set-cookie')).toContain('offhook=; Max-Age=0;');
    expect(await phoneOf(web, 'offhook=session-alice')).toBe('WEB_LOGIN');
  });

  test.each([
    ['of a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'WEB_TYPE'],
    ['of text', { 'content-type': 'text/plain' }, 415, 'WEB_TYPE'],
    ['without a length', { 'content-length': '' }, 413, 'WEB_TOO_LARGE'],
    ['of four thousand octets and more', { 'content-length': '4097' }, 413, 'WEB_TOO_LARGE'],
    ['of another site', { origin: 'https://evil.example' }, 403, 'WEB_ORIGIN'],
  ])('A body %s is refused before it is read (A32)', async (_what, headers, status, code) => {
    const response = await new TestWeb().post('/api/join', { token: 'link-alice' }, { headers });
    expect([response.status, await codeOf(response)]).toEqual([status, code]);
  });

  test.each([
    null,
    [],
    'link-alice',
    {},
    { token: 5 },
    { token: 'x'.repeat(101) },
    { token: 'link-alice', more: 1 },
    { ['__proto__']: { token: 'link-alice' } },
  ])('A body of another shape is refused: %j (A11)', async (value) => {
    const response = await new TestWeb().post('/api/join', value);
    expect([response.status, await codeOf(response)]).toEqual([400, 'WEB_BODY']);
  });

  test('Whoever tries many is not heard for a while', async () => {
    const web = new TestWeb({ firstUser: undefined });
    const attempt = (): Promise<Response> =>
      web.post('/api/join', { token: 'guess' }, { url: secureHome, peer: far });
    const statuses = [];
    for (let tries = 0; tries < 61; tries += 1) statuses.push((await attempt()).status);
    expect([statuses[59], statuses[60]]).toEqual([403, 429]);
    web.clock.advance(1_000);
    expect((await attempt()).status).toBe(403);
  });
});

describe('Every route', () => {
  const routes = [
    'GET /api/phone',
    'POST /api/join',
    'DELETE /api/join',
    'GET /',
    'PUT /api/phone',
  ];
  const strange = [
    ['another Host', 'http://evil.example', undefined, 421],
    ['another Host of the same Origin', 'http://evil.example', 'http://evil.example', 421],
    ['another Origin', home, 'https://evil.example', 403],
    ['the Origin of a file', home, 'null', 403],
  ] as const;
  test.each(routes.flatMap((route) => strange.map((one) => [route, ...one] as const)))(
    '%s with %s tells nothing and does nothing, whoever asks (A29, A32, A34)',
    async (route, _what, url, origin, status) => {
      const [method = '', path = ''] = route.split(' ');
      for (const peer of [here, far]) {
        const web = new TestWeb();
        const cookie = 'offhook=session-alice; __Host-offhook=session-alice';
        await web.post('/api/join', { token: 'link-alice' });
        const headers = { cookie, ...(origin === undefined ? {} : { origin }) };
        const response = await web.ask(`${url}${path}`, { method, headers }, peer);
        expect(response.status).toBe(status);
        expect(response.headers.get('set-cookie')).toBeNull();
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
        expect(await response.text()).not.toMatch(/alice|token/);
      }
    },
  );
});
