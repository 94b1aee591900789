// Messages without a server in between: to and from baresip, linphonec and SIPp (RFC 3428).
import { expect, test } from 'vitest';
import { Baresip } from '../peers/baresip.ts';
import { Linphone } from '../peers/linphone.ts';
import { plainPhone } from '../peers/plain-phone.ts';
import type { PlainPhone } from '../peers/plain-phone.ts';
import { installed } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { World } from '../peers/world.ts';

const text = 'Grüße, 世界';

async function nextText({ ua }: PlainPhone): Promise<string> {
  const { value } = await ua.messages[Symbol.asyncIterator]().next();
  if (value === undefined) throw new Error('No more messages come in');
  return value.text;
}

test.runIf(installed('baresip'))(
  'RFC 3428 §4: baresip reads what we write, and we read what it writes (C190)',
  async () => {
    await using world = new World();
    const alice = await plainPhone(world, 'alice');
    const baresip = await Baresip.start(world, { user: 'bertha', contact: alice.uri });
    expect((await alice.ua.message(baresip.uri, text)).status).toBe(200);
    await baresip.program.prints(/Grüße, 世界/);
    const read = nextText(alice);
    await baresip.tell('message', text);
    expect(await read).toBe(text);
  },
);

test.runIf(installed('linphonec'))(
  'RFC 3428 §4, §8: linphonec reads what we write, by TCP what is long (C190)',
  async () => {
    await using world = new World();
    const alice = await plainPhone(world, 'alice');
    const linphone = await Linphone.start(world, { user: 'lina' });
    expect((await alice.ua.message(linphone.uri, text)).status).toBe(200);
    await linphone.prints(/Grüße, 世界/);
    const long = 'x'.repeat(2000);
    expect((await alice.ua.message(linphone.uri, long)).status).toBe(200);
    await linphone.prints(/x{2000}/);
  },
);

test.runIf(installed('sipp'))(
  'RFC 3428 §4, §7: SIPp sends us fifty messages, and takes ours with 202 (C190)',
  async () => {
    await using world = new World();
    const alice = await plainPhone(world, 'alice');
    const texts = alice.ua.messages[Symbol.asyncIterator]();
    const sender = await Sipp.start(world, {
      scenario: 'uac-message',
      target: alice.uri.slice(alice.uri.indexOf('@') + 1),
      uri: alice.uri,
      values: { TEXT: 'number' },
      calls: 50,
      rate: 50,
    });
    const read = new Set<string | undefined>();
    while (read.size < 50) read.add((await texts.next()).value?.text.trim());
    expect(read.has('number 50')).toBe(true);
    expect((await sender.finished(10_000)).status).toBe(0);
    const answering = await Sipp.start(world, {
      scenario: 'uas-message',
      values: { STATUS: '202' },
    });
    expect((await alice.ua.message(answering.uri, 'hello')).status).toBe(202);
    expect((await answering.finished(10_000)).status).toBe(0);
  },
);
