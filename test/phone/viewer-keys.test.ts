// A capture of SIP within TLS and the key log of its connections, given to the page in any order: its worker reads what OpenSSL sealed.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { HeldFile } from './viewer-world.ts';
import { ViewerWorld } from './viewer-world.ts';

const golden = (name: string): Buffer =>
  readFileSync(new URL(`../../packages/sip/src/trace/capture/golden/${name}`, import.meta.url));
const capture = held('tls.pcapng', gunzipSync(golden('tls.pcapng.gz')));
const keys = { ...held('keys.log', golden('tls-keys.log')), isKeyLog: true };

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
