// What the web server answers to whom.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { codeOf, folderWith, here, home, page, TestWeb } from './web.test-kit.ts';

const script = '/assets/app-Bx7_k2Pq.js';

describe('The page', () => {
  test('It is served with its type and may run our code alone', async () => {
    const response = await new TestWeb().ask('/');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(page['index.html']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(response.headers.get('permissions-policy')).toContain('microphone=(self)');
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws://127.0.0.1:8080; " +
        "img-src 'self' data:; media-src 'self' blob:; manifest-src 'self'; frame-ancestors 'none'; " +
        "base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'",
    );
  });

  test('By HTTPS with a trusted certificate browsers are told to come by HTTPS alone, and by HTTP they are not', async () => {
    const web = new TestWeb({ isStrict: true });
    const secure = await web.ask('https://example.com:8443/', {}, { ...here, isSecure: true });
    expect(secure.headers.get('strict-transport-security')).toBe('max-age=31536000');
    expect(secure.headers.get('content-security-policy')).toContain('wss://example.com:8443;');
    const plain = await web.ask('/');
    expect(plain.headers.get('strict-transport-security')).toBeNull();
  });

  test('A name with a hash is kept for ever, the others are asked for each time and not sent twice', async () => {
    const web = new TestWeb();
    const hashed = await web.ask(script);
    expect(hashed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const worker = await web.ask('/service-worker.js');
    expect(worker.headers.get('cache-control')).toBe('no-cache');
    const etag = worker.headers.get('etag') ?? '';
    const again = { headers: { 'if-none-match': `"other", W/${etag}` } };
    const fresh = await web.ask('/service-worker.js', again);
    expect([fresh.status, await fresh.text()]).toEqual([304, '']);
  });

  test.each([
    ['br, gzip', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['identity', null],
  ])('RFC 9110 §12.5.3: for Accept-Encoding %j it is packed as %j', async (accepted, encoding) => {
    const web = new TestWeb();
    const response = await web.ask(script, { headers: { 'accept-encoding': accepted } });
    expect(response.headers.get('content-encoding')).toBe(encoding);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const unpacked =
      encoding === 'br'
        ? brotliDecompressSync(bytes)
        : encoding === 'gzip'
          ? gunzipSync(bytes)
          : bytes;
    expect(Buffer.from(unpacked).toString()).toBe(page['assets/app-Bx7_k2Pq.js']);
  });

  test('What is built anew is served two seconds later', async () => {
    const folder = folderWith(page);
    const web = new TestWeb({ folder });
    await web.ask('/');
    writeFileSync(join(folder, 'index.html'), 'newer');
    web.clock.advance(2_000);
    expect(await (await web.ask('/')).text()).toBe('newer');
  });

  test('Elsewhere it comes by HTTPS, where there is HTTPS: without it a page has no microphone', async () => {
    const web = new TestWeb({ securePort: () => 8443 });
    const far = { ...here, address: '192.0.2.1' };
    const sent = await web.ask('http://example.com:8080/', {}, far);
    expect([sent.status, sent.headers.get('location')]).toEqual([307, 'https://example.com:8443/']);
    expect((await web.ask('/')).status).toBe(200);
    expect((await web.ask('/', {}, { ...far, isSecure: true })).status).toBe(200);
    expect((await new TestWeb().ask('/', {}, far)).status).toBe(200);
  });

  test('Without a built page it says so', async () => {
    const folder = folderWith(page);
    rmSync(folder, { recursive: true });
    const response = await new TestWeb({ folder }).ask('/');
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('not built');
  });

  test.each([
    '/../../etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
    '/%2e%2e/package.json',
    '/assets/..%5c..%5cx',
    '//etc/passwd',
    '/assets',
    '/assets/',
    '/index.html%00.js',
    '/.env',
  ])('No path leaves its folder: %s is nothing', async (path) => {
    expect((await new TestWeb().ask(path)).status).toBe(404);
  });

  test('Files are only read', async () => {
    const init = { method: 'PUT', headers: { origin: home } };
    const response = await new TestWeb().ask('/index.html', init);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await new TestWeb().ask('/', { method: 'HEAD' })).status).toBe(200);
  });

  test('While the system is being stopped there is a notice in its place (X25)', async () => {
    const web = new TestWeb({ isDraining: () => true });
    const response = await web.ask('/');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60']);
    expect(await codeOf(await web.ask('/api/phone'))).toBe('WEB_DRAINING');
  });
});

describe('Who may ask', () => {
  test.each([
    'http://evil.example:8080',
    'http://127.0.0.1.evil.example:8080',
    'http://example.com.evil.example',
    'http://127.evil.example:8080',
    'http://0.0.0.0:8080',
    'http://[::2]:8080',
  ])('A name that is not ours gets 421: %s (A34)', async (url) => {
    const web = new TestWeb();
    for (const path of ['/', '/api/phone']) {
      const response = await web.ask(`${url}${path}`);
      expect(response.status).toBe(421);
      expect(await response.text()).not.toContain('token');
    }
  });

  test.each(['http://localhost:8080', 'http://LOCALHOST', 'http://[::1]:9', 'http://example.com'])(
    'A name that is ours is served, on whatever port it is forwarded to us: %s (A34)',
    async (url) => {
      expect((await new TestWeb().ask(`${url}/`)).status).toBe(200);
    },
  );

  test.each([
    'http://evil.example',
    'http://127.0.0.1:8080.evil.example',
    'http://127.0.0.1:8081',
    'https://127.0.0.1:8080',
    'null',
    '',
  ])('A page of %j learns and does nothing here (A32)', async (origin) => {
    const web = new TestWeb();
    for (const method of ['GET', 'POST', 'DELETE']) {
      const response = await web.ask('/api/phone', { method, headers: { origin } });
      expect(response.status).toBe(403);
      expect(await codeOf(response)).toBe('WEB_ORIGIN');
    }
  });

  test('What changes something must say its Origin, and what browsers call cross-site is refused (A32)', async () => {
    const web = new TestWeb();
    expect((await web.ask('/api/phone', { method: 'POST' })).status).toBe(403);
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect(await codeOf(await web.ask('/api/phone', { headers }))).toBe('WEB_ORIGIN');
    const own = { 'sec-fetch-site': 'same-origin', origin: home };
    expect((await web.ask('/api/phone', { headers: own })).status).toBe(200);
  });
});
