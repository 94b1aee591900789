// The command line as people and programs use it: results, exit statuses, JSON as documented, and no secrets.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tone, writeWav } from '../peers/audio.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import type { OffhookEvent } from '../peers/offhook.ts';
import { plainPhone } from '../peers/plain-phone.ts';
import { World } from '../peers/world.ts';

const command = fileURLToPath(new URL('../../packages/offhook/bin/offhook.js', import.meta.url));

interface Done {
  readonly status: number;
  readonly output: string;
  readonly events: readonly OffhookEvent[];
}

async function run(world: World, programArguments: readonly string[]): Promise<Done> {
  const program = offhook(world, programArguments);
  const status = await program.finished(20_000);
  return { status, output: program.output, events: eventsIn(program.output) };
}

/** As `run`, with something on standard input. */
function feed(programArguments: readonly string[], input: string): Done {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...programArguments], {
    input,
    encoding: 'utf8',
  });
  return { status: status ?? -1, output: stdout + stderr, events: eventsIn(stdout) };
}

function eventsIn(output: string): readonly OffhookEvent[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as OffhookEvent);
}

/** From docs/cli.md: the fields of each event, by command. */
function documented(): ReadonlyMap<string, ReadonlySet<string>> {
  const text = readFileSync(fileURLToPath(new URL('../../docs/cli.md', import.meta.url)), 'utf8');
  const rows = new Map<string, ReadonlySet<string>>();
  for (const [, commands = '', event = '', fields = ''] of text.matchAll(
    /^\| ([a-z, ]+) \| `([a-z]+)` \|(.*)\|$/gm,
  )) {
    const names = new Set([...fields.matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
    for (const command of commands.split(', ')) rows.set(`${command} ${event}`, names);
  }
  return rows;
}

function undocumented(command: string, events: readonly OffhookEvent[]): readonly string[] {
  const rows = documented();
  return events.flatMap(({ event = '', ...fields }) => {
    const names = rows.get(`${command} ${event}`) ?? rows.get(`any ${event}`);
    if (names === undefined) return [`${command} ${event}`];
    return Object.keys(fields)
      .filter((name) => !names.has(name))
      .map((name) => `${command} ${event}.${name}`);
  });
}

function names(events: readonly OffhookEvent[]): readonly string[] {
  return events.flatMap(({ event = '' }) => (event === 'observation' ? [] : [event]));
}

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

test('each event in the sources is in docs/cli.md, and each documented one is in the sources', () => {
  const folder = fileURLToPath(new URL('../../packages/offhook/src/cli/', import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.includes('.test'),
  );
  const told = new Set<string>();
  for (const file of files) {
    const text = readFileSync(path.join(folder, file), 'utf8');
    for (const [, name = ''] of text.matchAll(/(?:\.event\(\s*'|event: '|"event":")(\w+)['"]/g))
      told.add(name);
    for (const [, name = ''] of text.matchAll(/options, '(added|changed)'\)/g)) told.add(name);
  }
  const known = new Set([...documented().keys()].map((row) => row.split(' ')[1] ?? ''));
  expect([...told].toSorted()).toEqual([...known].toSorted());
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

test('a text arrives or is refused, in words and as documented', async () => {
  await using world = new World();
  const phone = await plainPhone(world, 'bob');
  const refused = await run(world, ['message', phone.uri, 'hello', '--json', '--quiet']);
  expect(refused.events.at(-1)).toMatchObject({ event: 'failed', status: 405 });
  const texts = phone.ua.messages[Symbol.asyncIterator]();
  const sent = await run(world, ['message', phone.uri, 'Grüße, 世界', '--json']);
  expect(sent.status, sent.output).toBe(0);
  expect(names(sent.events)).toEqual(['accepted']);
  expect(undocumented('message', sent.events)).toEqual([]);
  expect((await texts.next()).value).toMatchObject({ text: 'Grüße, 世界' });
  const long = await run(world, ['message', phone.uri, 'x'.repeat(1400), '--quiet']);
  expect(long).toMatchObject({ status: 1 });
  expect(long.output).toMatch(/too large for UDP.*\nNext step: Send it with --transport tcp\n$/);
  const byTcp = ['message', phone.uri, 'x'.repeat(1400), '--transport', 'tcp', '--quiet'];
  expect(await run(world, byTcp)).toMatchObject({
    status: 0,
    output: 'It has arrived (200 OK).\n',
  });
});

test('an event is followed, asked for once, and refused in words', async () => {
  await using world = new World();
  const phone = await plainPhone(world, 'bob');
  const ask = ['subscribe', phone.uri, '--event', 'presence', '--quiet'];
  const refused = await run(world, ask);
  expect(refused).toMatchObject({ status: 1 });
  expect(refused.output).toMatch(/^offhook: The peer refused: 405/);
  phone.ua.onSubscription('presence', { types: ['text/plain'] }, (watcher) =>
    watcher.notify('at\nhome', 'text/plain'),
  );
  const once = await run(world, [...ask, '--once']);
  expect(once).toMatchObject({ status: 0 });
  expect(once.output).toBe(
    'terminated (timeout), text/plain\n  at\n  home\nThe subscription is over: timeout.\n',
  );
  const followed = await run(world, [...ask, '--seconds', '1', '--json']);
  expect(followed.status, followed.output).toBe(0);
  expect(names(followed.events)).toEqual(['notification', 'notification', 'ended']);
  expect(undocumented('subscribe', followed.events)).toEqual([]);
  expect(followed.events[0]).toMatchObject({ state: 'active', text: 'at\nhome' });
});

test('what was sent to somebody who is away is printed when they register, with nothing of it for the terminal to obey', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const passwords = { alice: await server.user('alice'), carol: await server.user('carol') };
  const as = (user: 'alice' | 'carol'): readonly string[] => [
    ...['--user', user, '--password', passwords[user], '--server', server.address, '--quiet'],
  ];
  for (const text of ['call me', '\u001b[2Jboo']) {
    const sent = await run(world, ['message', server.aor('carol'), text, ...as('alice')]);
    expect(sent.output).toMatch(/^It is kept until they are back \(202 /);
    const json = text === 'call me' ? ['--json'] : [];
    const registered = await run(world, ['register', ...as('carol'), '--seconds', '2', ...json]);
    expect(registered.status, registered.output).toBe(0);
    if (json.length > 0) {
      expect(undocumented('register', registered.events)).toEqual([]);
      expect(registered.events).toContainEqual(
        expect.objectContaining({ event: 'message', contentType: 'text/plain', text }),
      );
    } else expect(registered.output).toMatch(/\nMessage from sip:alice@127\.0\.0\.1.*: ·\[2Jboo\n/);
  }
});

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

test('wrong use is status 2 in words and in JSON, before anything is sent', async () => {
  await using world = new World();
  const folder = path.join(world.folder, 'folder');
  mkdirSync(folder);
  const text = path.join(world.folder, 'text.wav');
  writeFileSync(text, 'no sound');
  const wav = path.join(world.folder, 'tone.wav');
  writeWav(wav, tone(440, 1));
  const uri = 'sip:bob@127.0.0.1:1';
  const uses: (readonly string[])[] = [
    ['call'],
    ['call', 'bob'],
    ['call', uri, '--seconds', '0'],
    ['call', uri, '--dtmf', 'x'],
    ['call', uri, '--transport', 'pigeon'],
    ['call', uri, '--server', 'ws://127.0.0.1:1/', '--transport', 'udp'],
    ['call', uri, '--server', 'ws://'],
    ['call', uri, '--host', 'localhost'],
    ['call', uri, '--user', 'a b'],
    ['call', uri, '--play', 'tone:5'],
    ['call', uri, '--play', 'tone:abc'],
    ['call', uri, '--play', path.join(world.folder, 'missing.wav')],
    ['call', uri, '--play', text],
    ['call', uri, '--play', folder],
    ['call', uri, '--play', wav, '--record', path.join(world.folder, 'missing', 'x.wav')],
    ['call', uri, '--record', folder],
    ['call', uri, '--record', path.join(text, 'x.wav')],
    ['register'],
    ['register', '--user', 'alice'],
    ['serve', '--host', 'localhost'],
    ['serve', '--domain', 'not a name'],
    ['serve', '--sip-port', '65536'],
    ['serve', '--nonsense'],
    ['user'],
    ['user', 'add'],
    ['user', 'add', 'alice', '--password', '', '--data', folder],
    ['parse', path.join(world.folder, 'missing')],
    ['parse', folder],
    ['nonsense'],
  ];
  const results = await inTurns(uses, (use) => run(world, use));
  for (const [at, { status, output }] of results.entries()) {
    const use = uses[at]?.join(' ');
    expect(status, `${use}\n${output}`).toBe(2);
    expect(output, use).not.toMatch(/\n\s+at /);
  }
  for (const [at, { output }] of results.entries()) {
    if ((uses[at]?.length ?? 0) > 1) expect(output, uses[at]?.join(' ')).toMatch(/Next step: /);
  }
  const { events, status } = await run(world, ['call', uri, '--seconds', '0', '--json']);
  expect(status).toBe(2);
  expect(events).toMatchObject([{ event: 'failed', code: 'OFFHOOK_USAGE' }]);
});

const good = [
  'INVITE sip:bob@example.com SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
  'Max-Forwards: 70',
  'From: "Ren\u00e9" <sip:alice@example.com>;tag=1',
  'To: <sip:bob@example.com>',
  'Call-ID: 1',
  'CSeq: 1 INVITE',
  'Contact: <sip:alice@192.0.2.1>',
];
const sdp = [
  'v=0',
  'o=- 1 1 IN IP4 192.0.2.1',
  's=-',
  'c=IN IP4 192.0.2.1',
  't=0 0',
  'm=audio 4000 RTP/AVP 0',
  'a=sendonly',
  '',
];

function message(headers: readonly string[], body: readonly string[] = []): string {
  const type = body.length === 0 ? [] : ['Content-Type: application/sdp'];
  return [
    ...headers,
    ...type,
    `Content-Length: ${Buffer.byteLength(body.join('\r\n'))}`,
    '',
    body.join('\r\n'),
  ].join('\r\n');
}

test('parse tells a good message header by header and its session description line by line', async () => {
  await using world = new World();
  const { status, output } = feed(['parse', '-'], message(good, sdp));
  expect(status, output).toBe(0);
  expect(output).toMatch(/^Valid: request INVITE sip:bob@example\.com\n/);
  expect(output).toMatch(/From +"Ren\u00e9" <sip:alice@example\.com>;tag=1/);
  expect(output).toMatch(/a=sendonly +sends only: holds the peer/);
  const file = path.join(world.folder, 'message');
  writeFileSync(file, message(good, sdp));
  const { events } = await run(world, ['parse', file, '--json']);
  expect(events).toMatchObject([{ event: 'message', valid: true, kind: 'request', problems: [] }]);
  expect(undocumented('parse', events)).toEqual([]);
});

test.each<[string, string]>([
  ['nothing at all', ''],
  ['no SIP', 'GET / HTTP/1.1\r\n\r\n'],
  ['another version', message(['INVITE sip:bob@example.com SIP/3.0', ...good.slice(1)])],
  ['no Via', message(good.filter((line) => !line.startsWith('Via')))],
  ['no Call-ID', message(good.filter((line) => !line.startsWith('Call-ID')))],
  ['two CSeq', message([...good, 'CSeq: 2 INVITE'])],
  ['a CSeq of another method', message(good.map((line) => line.replace('1 INVITE', '1 BYE')))],
  ['a body that is too short', message(good).replace('Content-Length: 0', 'Content-Length: 5')],
  ['a negative length', message(good).replace('Content-Length: 0', 'Content-Length: -1')],
  ['a bad Request-URI', message(['INVITE sip:bob@@example.com SIP/2.0', ...good.slice(1)])],
  ['a bad session description', message(good, ['v=0', 'nonsense', ''])],
  ['too many bytes', message(good, ['x'.repeat(70_000)])],
])('parse of a message with %s is status 1, in words and in JSON', (_name, text) => {
  const words = feed(['parse', '-'], text);
  expect(words.status, words.output).toBe(1);
  expect(words.output).toMatch(/^(?:Not valid: .|Valid, but its body is not: )/);
  const { status, events } = feed(['parse', '-', '--json'], text);
  expect(status).toBe(1);
  expect(events).toMatchObject([
    { event: 'message', valid: false, problems: [expect.any(String)] },
  ]);
  expect(undocumented('parse', events)).toEqual([]);
});

test('what a stranger wrote reaches the terminal without control characters (A14)', () => {
  const nasty = good.map((line) => line.replace('Ren\u00e9', 'a\u001b[31m\u202eb\u0085'));
  const words = feed(['parse', '-'], message([...nasty, 'User-Agent: \u001b]0;owned\u0007']));
  const json = feed(
    ['parse', '-', '--json'],
    message([...nasty, 'User-Agent: \u001b]0;owned\u0007']),
  );
  for (const { output } of [words, json])
    expect(output).not.toMatch(/[\0-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
});

test('a password comes from the environment or standard input too, so that nobody sees it in the command line', async () => {
  await using world = new World();
  const data = ['--data', path.join(world.folder, 'data')];
  const added = offhook(world, ['user', 'add', 'alice', ...data], { OFFHOOK_PASSWORD: 'one' });
  expect(await added.finished()).toBe(0);
  expect(added.output).toBe('alice@127.0.0.1 is added.\n');
  const changed = offhook(world, ['user', 'passwd', 'alice', '--password', '-', ...data]);
  changed.type('two');
  expect(await changed.finished()).toBe(0);
  const empty = offhook(world, ['user', 'passwd', 'alice', '--password', '-', ...data]);
  empty.type('');
  expect(await empty.finished()).toBe(2);
  const server = await Offhook.start(world, data);
  const login = offhook(world, [
    ...['register', '--user', 'alice', '--server', server.address, '--password', '-'],
  ]);
  login.type('two');
  await login.prints(/registered/i);
});

test('users are added, listed, changed and removed, with statuses and JSON as documented', async () => {
  await using world = new World();
  const data = ['--data', path.join(world.folder, 'data')];
  const user = async (...more: readonly string[]): Promise<Done> =>
    run(world, ['user', ...more, ...data]);
  expect((await user('list')).output).toBe('No users yet. Next step: offhook user add alice\n');
  const added = await user('add', 'alice', '--json');
  expect(added.events).toMatchObject([
    {
      event: 'added',
      name: 'alice',
      domain: '127.0.0.1',
      password: expect.stringMatching(/^\w{20}$/),
    },
  ]);
  expect((await user('add', 'bert', '--password', 'mine', '--domain', 'Example.COM')).output).toBe(
    'bert@example.com is added.\n',
  );
  expect(await user('add', 'alice')).toMatchObject({
    status: 1,
    output: expect.stringMatching(/already\nNext step: /),
  });
  expect(await user('add', 'a b')).toMatchObject({ status: 1 });
  expect(await user('add', 'echo')).toMatchObject({
    status: 1,
    output: 'offhook: echo is a built-in peer\nNext step: Choose another name\n',
  });
  const changed = await user('passwd', 'alice', '--json');
  expect(await user('passwd', 'nobody')).toMatchObject({
    status: 1,
    output: expect.stringMatching(/Next step: offhook user list/),
  });
  const listed = await user('list', '--json');
  expect(listed.events.map(({ name, domain }) => `${String(name)}@${String(domain)}`)).toEqual([
    'alice@127.0.0.1',
    'bert@example.com',
  ]);
  const removed = await user('remove', 'bert', '--domain', 'example.com', '--json');
  expect((await user('remove', 'bert')).status).toBe(1);
  for (const { events } of [added, changed, listed, removed])
    expect(undocumented('user', events)).toEqual([]);
});

test('the Fault Lab is listed, played and scored as documented, also what another tool found', async () => {
  await using world = new World();
  const findings = path.join(world.folder, 'findings.json');
  writeFileSync(findings, JSON.stringify([{ file: 'healthy-hold.pcap.gz', faults: [1] }]));
  const listed = await run(world, ['faults', '--json']);
  const played = await run(world, ['faults', 'play', '6', '--json']);
  const scored = await run(world, ['faults', 'score', findings, '--json']);
  for (const { status, output, events } of [listed, played, scored]) {
    expect(status, output).toBe(0);
    expect(undocumented('faults', events)).toEqual([]);
  }
  expect(names(played.events)).toEqual(['capture', 'file', 'call']);
  expect(scored.events.at(-1)).toMatchObject({ event: 'sum', named: 0, faults: 0, false: 1 });
  const wrong = await run(world, ['faults', 'play', 'nothing-like-that']);
  expect(wrong).toMatchObject({ status: 2, output: expect.stringMatching(/offhook faults/) });
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

/** Runs `work` for each of `list`, four at a time. */
async function inTurns<Item, Result>(
  list: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < list.length; at += 4)
    results.push(...(await Promise.all(list.slice(at, at + 4).map(work))));
  return results;
}
