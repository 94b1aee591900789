// How soon `offhook serve` is back after it was killed.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Offhook, offhook } from '../peers/offhook.ts';
import { World } from '../peers/world.ts';

async function call(world: World, server: Offhook): Promise<void> {
  const program = offhook(world, ['call', server.aor('echo'), '--json']);
  await program.prints(/"event":"answered"/);
}

test('After kill -9 in mid-call it listens again within a second and knows every registration (X01)', async () => {
  await using world = new World();
  let server = await Offhook.start(world);
  const login = ['--user', 'alice', '--password', await server.user('alice')];
  const phone = offhook(world, ['register', ...login, '--server', server.address, '--json']);
  await phone.prints(/"event":"registered"/);
  const ports = ['--sip-port', String(server.port), '--http-port', String(server.httpPort)];
  const times: number[] = [];
  const costs: number[] = [];
  // The machine may have other work: a few more restarts are seen when none of three was quick enough.
  const quick = (): boolean => Math.min(...times) < 1_000 && Math.min(...costs) < 1_000;
  for (let round = 0; round < 3 || (round < 8 && !quick()); round += 1) {
    await call(world, server);
    server.program.signal('SIGKILL');
    await server.program.ended;
    const started = performance.now();
    server = await Offhook.start(world, ports);
    times.push(performance.now() - started);
    costs.push(processorMilliseconds(server.program.pid));
    const address = server.aor('alice');
    const asked = offhook(world, ['options', address, ...login, '--quiet']);
    expect(await asked.finished(10_000), asked.tail()).toBe(0);
    // What was left of echo's old socket is not called in vain.
    await call(world, server);
  }
  expect(quick(), `the restarts took ${times.join(', ')} ms, of work ${costs.join(', ')} ms`).toBe(
    true,
  );
  expect(await server.drain(1_000).catch(() => 'calls are up')).toBe('calls are up');
});

/** What a process has cost until now, in milliseconds of a processor; 0 where the system does not tell. */
function processorMilliseconds(pid: number): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return 0;
  // The name stands in brackets and may hold blanks; user and system time are the 12th and 13th after it.
  const fields = readFileSync(file, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
