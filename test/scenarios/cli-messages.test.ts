// Texts and events of others on the command line, in words and as documented.
import { expect, test } from 'vitest';
import { Offhook } from '../peers/offhook.ts';
import { plainPhone } from '../peers/plain-phone.ts';
import { World } from '../peers/world.ts';
import { run, undocumented, names } from './command.ts';

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
