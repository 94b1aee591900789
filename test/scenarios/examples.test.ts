// Each example as its reader runs it: by plain Node.js, against what was built, and a running system where it needs one.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Offhook, offhook } from '../peers/offhook.ts';
import { Program } from '../peers/program.ts';
import { World } from '../peers/world.ts';

const folder = fileURLToPath(new URL('../../examples/', import.meta.url));
const programs = readdirSync(folder).filter((file) => file.endsWith('.ts'));
// From 22.18 on Node.js runs TypeScript as it is; what needs no types is the same in all.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const runs = major > 22 || (major === 22 && minor >= 18);

function example(world: World, file: string, ...given: readonly string[]): Program {
  return new Program(world, process.execPath, [`${folder}${file}`, ...given], {
    endedBy: 'SIGINT',
  });
}

async function printed(program: Program): Promise<string> {
  expect(await program.finished(20_000), program.tail()).toBe(0);
  return program.output;
}

test('every example is named in the README, starts with what it is, and has at most sixty lines', () => {
  const readme = readFileSync(`${folder}README.md`, 'utf8');
  for (const file of programs) {
    expect(readme).toContain(`[${file}](${file})`);
    const lines = readFileSync(folder + file, 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.length, file).toBeLessThanOrEqual(60);
    expect(lines[0], file).toMatch(/^\/\/ \S/);
  }
});

test.runIf(runs)('call.ts, message.ts and ping.ts against a running system', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const password = await server.user('alice');
  const login = [server.address, 'alice', password];
  expect(await printed(example(world, 'ping.ts', server.address))).toMatch(/^200 OK in .*\nAllow: .*INVITE/); // prettier-ignore
  const call = await printed(example(world, 'call.ts', ...login));
  expect(call).toMatch(
    /registered for \d+ s\nup: dialog \S+ \S+ \S+, PCMU\nended by local: bye; \d{2,3} packets/,
  );
  const message = await printed(example(world, 'message.ts', ...login));
  expect(message).toBe('taken with 200\na message: Grüße an mich selbst\n');
});

test.runIf(runs)('explain.ts names the fault of a capture', async () => {
  await using world = new World();
  const lab = fileURLToPath(new URL('../../packages/offhook/faults/', import.meta.url));
  const capture = `${lab}14-illegal-hold-answer-sipp-sendonly.pcap.gz`;
  expect(await printed(example(world, 'explain.ts', capture))).toMatch(
    /^sip:alice\S+ to sip:bob\S+ \(inferred\)\n {2}alice put the call on hold .*answered sendonly\. \[5, 6\]\n/,
  );
});

test.runIf(runs)('answer.ts is called, sounds its tone, and hangs up at key #', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const carol = example(world, 'answer.ts', server.address, 'carol', await server.user('carol'));
  await carol.prints(/waiting for calls/);
  const alice = await server.user('alice');
  const call = offhook(world, ['call', server.aor('carol'), '--user', 'alice', '--password', alice, '--dtmf', '#', '--seconds', '20', '--quiet']); // prettier-ignore
  expect(await call.finished(20_000), call.tail()).toBe(0);
  await carol.prints(/call from .*\nkey #\nended by local: bye/);
  carol.signal('SIGINT');
  expect(await carol.finished(10_000), carol.tail()).toBe(0);
});

test.runIf(runs)('redirect-server.ts takes a registration and redirects to it', async () => {
  await using world = new World();
  const port = await world.ports.take();
  const server = example(world, 'redirect-server.ts', String(port));
  await server.prints(/listening/);
  const where = `127.0.0.1:${port}`;
  const registered = offhook(world, [
    'register',
    '--user',
    `bob@${where}`,
    '--server',
    where,
    '--json',
  ]);
  await registered.prints(/registered/);
  const call = offhook(world, ['call', `sip:bob@${where}`, '--json', '--seconds', '1']);
  await call.finished(10_000);
  expect(call.output).toMatch(/302/);
  expect(await printed(example(world, 'ping.ts', where))).toMatch(/^200 OK/);
});

test.runIf(runs)('subscribe.ts, transfer.ts and bad-network.test.ts need nobody else', async () => {
  await using world = new World();
  expect(await printed(example(world, 'subscribe.ts'))).toBe('alice is sleepy\nalice is awake\n');
  expect(await printed(example(world, 'transfer.ts'))).toMatch(/bob talks to echo: 200; our call: bye/); // prettier-ignore
  const tested = new Program(world, process.execPath, ['--test', `${folder}bad-network.test.ts`]);
  expect(await printed(tested)).toMatch(/pass 1/);
});
