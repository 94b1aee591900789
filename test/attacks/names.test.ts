// Names that mean something to the language, as names on the wire: plain data everywhere, and no way into any prototype.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { CoreWorld } from '../../packages/offhook/src/server/core/core.test-kit.ts';
import { parseTapLine } from '../../packages/sip/src/trace/index.ts';
import { readDatagram } from '../fuzz/datagram.ts';
import { goodRequests } from '../fuzz/corpus.ts';

const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'length']; // prettier-ignore

function prototypes(): readonly unknown[] {
  return [Object.prototype, Array.prototype, Function.prototype, Map.prototype].map((one) =>
    Object.getOwnPropertyNames(one).toSorted(),
  );
}

test.each(names)(
  'A message full of %s is read as any other, and pollutes nothing (A11)',
  (name) => {
    const before = prototypes();
    for (const text of goodRequests()) {
      const rows = [
        `${name}: ${name}`,
        `Contact: "${name}" <sip:${name}@10.0.0.9;${name}=${name}?${name}=x>;${name}=x`,
        `Authorization: Digest username="${name}", realm="${name}", ${name}="x", nonce="${name}", response="${name}"`,
        `Event: ${name};${name}=1`,
        `Supported: ${name}`,
      ].join('\r\n');
      readDatagram(text.replace('\r\n\r\n', `\r\n${rows}\r\n\r\n`));
    }
    parseTapLine(`{"v":1,"kind":"message","${name}":{"polluted":1},"__proto__":{"polluted":1}}`);
    expect(prototypes()).toEqual(before);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  },
);

test.each(names)(
  'A user called %s registers, is called, and is nobody else (A11)',
  async (name) => {
    const world = await CoreWorld.start();
    world.users.names.add(name);
    const phone = await world.peer('192.0.2.20');
    const answer = await phone.register(name);
    expect(answer.text).toMatch(/^SIP\/2\.0 200/);
    expect(world.location.aors()).toEqual([`sip:${name}@example.com`]);
    phone.answers();
    const caller = await world.peer('192.0.2.10');
    const uri = `sip:${name}@example.com`;
    const got = await caller.proved('INVITE', { user: 'alice' }, { uri });
    await world.pass();
    expect([got.text, ...caller.scripted.log.map(({ text }) => text)].join()).toContain(
      'SIP/2.0 200',
    );
    const nobody = await caller.proved('OPTIONS', { user: 'alice' }, { uri: 'sip:valueOf1@example.com', callId: 'x' }); // prettier-ignore
    expect(nobody.text).toMatch(/^SIP\/2\.0 404/);
  },
);

test('Every torture message is read, and a whole call played, where any use of __proto__ throws (A11)', async () => {
  const script = fileURLToPath(new URL('without-proto.ts', import.meta.url));
  const flags = ['--conditions=offhook-source', '--disable-proto=throw', '--no-warnings', script];
  const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 30_000 });
  expect(stdout).toMatch(/^\d{2} messages, a call\n$/);
});
