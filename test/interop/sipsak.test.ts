// sipsak: its ping is answered by echo, its trace finds the proxy before the phone, and it registers.
import { expect, test } from 'vitest';
import { Offhook } from '../peers/offhook.ts';
import { installed, Program } from '../peers/program.ts';
import { World } from '../peers/world.ts';

const withSipsak = test.runIf(installed('sipsak'));
// It cuts ports of five digits in what it writes.
const port = '9170';

withSipsak('sipsak gets 200 for its OPTIONS, with what echo can do', async () => {
  await using world = new World();
  const server = await Offhook.start(world, ['--sip-port', port]);
  const ping = new Program(world, 'sipsak', ['-vv', '-s', server.aor('echo')]);
  expect(await ping.finished(10_000), ping.tail()).toBe(0);
  expect(ping.output).toMatch(/SIP\/2\.0 200 OK[\s\S]*Allow: INVITE, ACK/);
});

withSipsak(
  'RFC 3261 §16.3: the trace of sipsak gets 483 from the proxy and 200 from echo behind it (C155)',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world, ['--sip-port', port]);
    const trace = new Program(world, 'sipsak', ['-T', '-s', server.aor('echo')]);
    expect(await trace.finished(10_000), trace.tail()).toBe(0);
    expect(trace.output).toMatch(/483 Too Many Hops[\s\S]*200 OK/);
  },
);

withSipsak('sipsak registers by digest, and with a wrong password does not', async () => {
  await using world = new World();
  const server = await Offhook.start(world, ['--sip-port', port]);
  const password = await server.user('alice');
  const register = (word: string): Program =>
    new Program(world, 'sipsak', [
      ...['-U', '-x', '60', '-C', 'sip:alice@127.0.0.1:5999'],
      ...['-u', 'alice', '-a', word, '-s', server.aor('alice')],
    ]);
  const right = register(password);
  expect(await right.finished(10_000), right.tail()).toBe(0);
  const wrong = register('wrong');
  expect(await wrong.finished(10_000), wrong.tail()).not.toBe(0);
});
