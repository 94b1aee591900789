// A capture of SIP within TLS and the key log of its connections, given to the page in any order: its worker reads what OpenSSL sealed.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { HeldFile } from './viewer-world.ts';
import { ViewerWorld } from './viewer-world.ts';

const golden = (name: string): Buffer =>
  readFileSync(new URL(`../../packages/sip/src/trace/capture/golden/${name}`, import.meta.url));
const capture = held('tls.pcapng', gunzipSync(golden('tls.pcapng.gz')));
const keys = { ...held('keys.log', golden('tls-keys.log')), isKeyLog: true };

const key = createPrivateKey({ key: golden('tls-old-key.bin'), type: 'pkcs8', format: 'der' });
const old = held('old.pcapng', gunzipSync(golden('tls-old.pcapng.gz')));

/** The server's private key, with a passphrase when one is given. */
function privateKey(passphrase?: string): HeldFile {
  const cipher = passphrase === undefined ? {} : { cipher: 'aes-128-cbc', passphrase };
  const text = key.export({ type: 'pkcs8', format: 'pem', ...cipher }).toString();
  return { ...held('server.key', Buffer.from(text)), isKeyLog: true };
}

function held(name: string, bytes: Uint8Array): HeldFile {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 50_000) pieces.push(bytes.slice(at, at + 50_000));
  return { name, size: bytes.length, pieces };
}

test.each([
  ['the capture, and its keys afterwards', [[capture], [keys]]],
  ['the keys, and the capture afterwards', [[keys], [capture]]],
  ['both at once', [[capture, keys]]],
])('Given %s: the calls within TLS are listed, and can be opened', async (_name, drops) => {
  const world = await ViewerWorld.open();
  for (const files of drops) await world.drop(...files);
  const source = world.viewer.source.value;
  if (source === undefined) throw new Error('A capture is shown');
  expect(source.state.value).toEqual({ is: 'ready' });
  const ids = source.calls.value.map(({ id }) => id);
  expect(ids).toContain('tls13-aes128');
  expect(ids).toContain('wss-deflate');
  const asked = source.told('tls12-cbc');
  await world.elapse(10);
  const told = await asked;
  expect(told?.document.messages).toHaveLength(6);
});

test('Given the private key of the server: what was agreed by RSA is listed', async () => {
  const world = await ViewerWorld.open();
  await world.drop(old, privateKey());
  const ids = world.viewer.source.value?.calls.value.map(({ id }) => id);
  expect(ids).toContain('tls10-rsa-plain');
  expect(ids).not.toContain('tls10-ecdhe');
});

test('Given a private key with a passphrase: it is said, and what to do', async () => {
  const world = await ViewerWorld.open();
  await world.drop(old, privateKey('secret'));
  expect(world.viewer.source.value?.state.value).toMatchObject({
    is: 'failed',
    said: expect.stringMatching(/^server\.key: its private key is encrypted: .*openssl pkey/),
  });
});
