// Calls from the command line: results, exit statuses, JSON as documented, and no secrets.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Offhook, offhook } from '../peers/offhook.ts';
import { plainPhone } from '../peers/plain-phone.ts';
import { World } from '../peers/world.ts';
import { run, undocumented, names } from './command.ts';

test('a call with every wish tells of each step as documented, and nothing printed or logged holds a secret', async () => {
  await using world = new World();
  const server = await Offhook.start(world, ['--log', path.join(world.folder, 'serve.log')]);
  const password = await server.user('alice');
  const recording = path.join(world.folder, 'heard.wav');
  const log = path.join(world.folder, 'call.log');
  const done = await run(world, [
    ...[
      'call',
      server.aor('echo'),
      '--user',
      'alice',
      '--password',
      password,
      '--json',
      '--log',
      log,
    ],
    ...['--play', 'tone:1000', '--record', recording, '--dtmf', '427', '--hold', '--seconds', '5'],
  ]);
  expect(done.status, done.output).toBe(0);
  expect(names(done.events)).toEqual([
    'calling',
    'progress',
    'answered',
    'pressed',
    'held',
    'resumed',
    'ended',
  ]);
  expect(undocumented('call', done.events)).toEqual([]);
  expect(readFileSync(recording).length).toBeGreaterThan(8000);
  const { program, events } = server;
  const registered = await run(world, [
    'register',
    '--user',
    'alice',
    '--password',
    password,
    '--server',
    server.address,
    '--seconds',
    '1',
    '--json',
  ]);
  expect(names(registered.events)).toEqual(['registered', 'unregistered']);
  expect(undocumented('register', registered.events)).toEqual([]);
  expect(await server.drain()).toBe(0);
  expect(names(events)).toEqual(['listening', 'draining', 'stopped']);
  expect(undocumented('serve', events)).toEqual([]);
  const printed = [
    done.output,
    registered.output,
    program.output,
    readFileSync(path.join(world.folder, 'serve.log'), 'latin1'),
  ];
  for (const text of printed) {
    expect(text).not.toContain(password);
    expect(text).not.toMatch(/(?:cnonce|response)=\\?"[0-9a-z]{8}/);
  }
  // The check itself is worth something: credentials were there to be seen.
  expect(registered.output).toMatch(/nonce=\\"\*+\\"/);
  expect(registered.output).toMatch(/response=\\"\*+\\"/);
});

test('people read the story first and the last words last', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const call = await run(world, ['call', server.aor('echo'), '--seconds', '1']);
  expect(call.status, call.output).toBe(0);
  const lines = call.output.trimEnd().split('\n');
  expect(lines.at(-1)).toMatch(/^The call is over: we hung up\. Sent \d+ packets, received \d+/);
  expect(lines.some((line) => /call 1: answered/.test(line))).toBe(true);
  const password = await server.user('alice');
  const register = await run(world, [
    'register',
    '--user',
    'alice',
    '--password',
    password,
    '--server',
    server.address,
    '--seconds',
    '1',
  ]);
  const at = (pattern: RegExp): number =>
    register.output.split('\n').findIndex((line) => pattern.test(line));
  expect(at(/Registered for 3600 s\./)).toBeGreaterThan(at(/200 OK/));
  expect(at(/Registered for 3600 s\./)).toBeLessThan(at(/REGISTER.*3 REGISTER/));
  expect(register.output.trimEnd().split('\n').at(-1)).toBe('The registration is taken away.');
});

test.each(['udp', 'tcp', 'ws'])(
  'options, and a call that is refused, over %s',
  async (transport) => {
    await using world = new World();
    const server = await Offhook.start(world);
    const where = [
      '--server',
      transport === 'ws'
        ? `ws://${server.host}:${server.httpPort}/`
        : `sip:${server.address};transport=${transport}`,
    ];
    const asked = await run(world, [
      'options',
      server.aor('').replace('@', ''),
      ...where,
      '--json',
    ]);
    expect(asked.status, asked.output).toBe(0);
    expect(names(asked.events)).toEqual(['abilities']);
    expect(undocumented('options', asked.events)).toEqual([]);
    expect(asked.output).toContain(
      transport === 'ws' ? '"protocol":"WS"' : `"protocol":"${transport.toUpperCase()}"`,
    );
    const refused = await run(world, ['call', server.aor('nobody'), ...where, '--json']);
    expect(refused.status).toBe(1);
    expect(refused.events.at(-1)).toMatchObject({
      event: 'failed',
      status: 407,
      next: 'Give --user and --password, and --server where that is not in the domain of the user',
    });
    expect(undocumented('call', refused.events)).toEqual([]);
  },
);

test('a peer is handed over, after a word with the other too, or comes back with the reason', async () => {
  await using world = new World();
  const bob = await plainPhone(world, 'bob', { transfers: 'follow' });
  const carol = await plainPhone(world, 'carol');
  const after = ['--after', '1', '--json', '--quiet'];
  for (const consult of [[], ['--consult']]) {
    const called = run(world, ['call', bob.uri, '--transfer', carol.uri, ...after, ...consult]);
    await (await bob.nextCall()).accept();
    if (consult.length > 0) await (await carol.nextCall()).accept();
    const atCarol = await (await carol.nextCall()).accept();
    const done = await called;
    expect(done.status, done.output).toBe(0);
    expect(names(done.events).filter((name) => name !== 'progress' && name !== 'transfer')).toEqual(
      ['calling', 'answered', 'transferring', 'transferred', 'ended'],
    );
    expect(undocumented('call', done.events)).toEqual([]);
    await atCarol.hangUp();
  }
  const busy = run(world, ['call', bob.uri, '--transfer', carol.uri, '--after', '1', '--quiet']);
  await (await bob.nextCall()).accept();
  (await carol.nextCall()).reject(486);
  const failed = await busy;
  expect(failed).toMatchObject({ status: 1 });
  expect(failed.output).toMatch(/^offhook: The transfer failed: 486 Busy Here\n/);
});

test('a call takes the place of another', async () => {
  await using world = new World();
  const bob = await plainPhone(world, 'bob');
  const carol = await plainPhone(world, 'carol');
  const outgoing = bob.ua.call(carol.uri);
  const atCarol = await (await carol.nextCall()).accept();
  await outgoing.answered;
  const { callId, localTag, remoteTag } = atCarol.dialog.id;
  const user = bob.uri.slice('sip:'.length);
  const taking = run(world, [
    ...['call', carol.uri, '--user', user, '--seconds', '1', '--json', '--quiet'],
    ...['--replace', `${callId};to-tag=${localTag};from-tag=${remoteTag}`],
  ]);
  await (await carol.nextCall()).accept();
  expect((await atCarol.ended).by).toBe('local');
  const done = await taking;
  expect(done.status, done.output).toBe(0);
  const wrong = await run(world, ['call', carol.uri, '--replace', 'nonsense']);
  expect(wrong).toMatchObject({ status: 2 });
  expect(wrong.output).toContain('CALL-ID;to-tag=TAG;from-tag=TAG');
});

test('a wrong password, an unknown callee and a callee without a phone are refused in words, with status 1', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const password = await server.user('alice');
  await server.user('heidi');
  const wrong = await run(world, [
    'register',
    '--user',
    'alice',
    '--password',
    'bad',
    '--server',
    server.address,
    '--quiet',
  ]);
  expect(wrong).toMatchObject({ status: 1 });
  expect(wrong.output).toBe(
    'offhook: The registrar refused: 401 Unauthorized\nNext step: Check --user and --password; offhook user passwd sets a new one\n',
  );
  const login = ['--user', 'alice', '--password', password, '--quiet'];
  const unknown = await run(world, ['call', server.aor('nobody'), ...login]);
  expect(unknown).toMatchObject({ status: 1 });
  expect(unknown.output).toMatch(/404.*\nNext step: Check the user’s name/);
  const away = await run(world, ['call', server.aor('heidi'), ...login]);
  expect(away).toMatchObject({ status: 1 });
  expect(away.output).toMatch(/480.*\nNext step: The user has no phone registered now/);
});

test('a peer that is not there is told soon, with status 3', async () => {
  await using world = new World();
  const port = await world.ports.take();
  for (const transport of ['tcp', 'udp', 'ws']) {
    const { status, output } = await run(world, [
      'call',
      `sip:bob@127.0.0.1:${port}`,
      '--transport',
      transport,
      '--quiet',
    ]);
    expect(status, output).toBe(3);
    expect(output).toMatch(/^offhook: .*\nNext step: .*\n$/);
    expect(output).not.toMatch(/\n\s+at /);
  }
});

test('a call that the peer ends is over at once, whatever --seconds says; Ctrl+C hangs up with status 0', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const started = performance.now();
  const ended = await run(world, [
    'call',
    server.aor('bob'),
    '--dtmf',
    '2',
    '--seconds',
    '60',
    '--json',
  ]);
  expect(ended.status, ended.output).toBe(0);
  expect(ended.events.at(-1)).toMatchObject({ event: 'ended', by: 'remote' });
  expect(performance.now() - started).toBeLessThan(10_000);
  const call = offhook(world, ['call', server.aor('echo'), '--json']);
  await call.prints(/"event":"answered"/);
  call.signal('SIGINT');
  expect(await call.finished(5_000)).toBe(0);
  expect(call.output).toMatch(/"event":"ended","by":"local"/);
  const ringing = offhook(world, ['call', server.aor('bob'), '--json']);
  await ringing.prints(/"event":"progress"/);
  ringing.signal('SIGINT');
  expect(await ringing.finished(5_000)).toBe(1);
  expect(ringing.output).toMatch(/"code":"SIP_CANCELLED"/);
});
