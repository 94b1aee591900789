// Wrong passwords: when answers become slow, when they stop, and who is not harmed.
import { expect, test } from 'vitest';
import { headerRows, VirtualClock } from '@offhook/sip/testing';
import { CoreWorld } from './core.test-kit.ts';
import { digest } from './phone.test-kit.ts';
import type { Phone, Wish } from './phone.test-kit.ts';
import { PasswordGuard } from './password-guard.ts';

test('five wrong passwords in five minutes make answers slow, twenty block the pair for ten minutes', () => {
  const clock = new VirtualClock();
  const guard = new PasswordGuard({ clock });
  const waits = Array.from({ length: 20 }, () => guard.wrong('alice', '192.0.2.1'));
  expect(waits.slice(0, 5)).toEqual([0, 0, 0, 0, 2000]);
  expect(guard.blockedSeconds('alice', '192.0.2.1')).toBe(600);
  expect(guard.blockedSeconds('bob', '192.0.2.1')).toBeUndefined();
  expect(guard.blockedSeconds('alice', '192.0.2.2')).toBeUndefined();
  clock.advance(599_999);
  expect(guard.blockedSeconds('alice', '192.0.2.1')).toBe(1);
  clock.advance(1);
  expect(guard.blockedSeconds('alice', '192.0.2.1')).toBeUndefined();
  expect(guard.wrong('alice', '192.0.2.1')).toBe(0);
});

test('wrong passwords are forgotten after five minutes, and by a right one', () => {
  const clock = new VirtualClock();
  const guard = new PasswordGuard({ clock });
  for (let at = 0; at < 100; at += 1) {
    expect(guard.wrong('alice', '192.0.2.1')).toBe(0);
    clock.advance(75_000);
  }
  for (let at = 0; at < 4; at += 1) guard.wrong('bob', '192.0.2.1');
  guard.right('bob', '192.0.2.1');
  expect(guard.wrong('bob', '192.0.2.1')).toBe(0);
});

test('names without end take bounded memory', () => {
  const guard = new PasswordGuard({ clock: new VirtualClock(), limits: { pairs: 50 } });
  for (let at = 0; at < 500; at += 1) guard.wrong(`${at}${'x'.repeat(8000)}`, '192.0.2.1');
  expect(guard.size).toBe(50);
});

const wish: Wish = {
  uri: 'sip:example.com',
  from: '<sip:alice@example.com>;tag=r',
  to: '<sip:alice@example.com>',
  headers: ['Contact: <sip:alice@192.0.2.10>'],
};

/** Sends one REGISTER with this password; gives back the status and after how many milliseconds it came. */
async function tryPassword(
  world: CoreWorld,
  phone: Phone,
  password: string,
  user = 'alice',
): Promise<[number, number]> {
  phone.send('REGISTER', wish);
  await world.pass();
  const challenge = phone.scripted.take('SIP/2.0 401');
  const sent = world.clock.now();
  phone.sendAnswer(challenge, 'REGISTER', { user, password }, wish);
  await world.pass(3000);
  const { text, at } = phone.scripted.take(/^SIP\/2\.0 [2-6]/);
  return [Number(text.slice(8, 11)), at - sent];
}

test.each(['alice', 'nobody'])(
  'guessing the password of %s is slowed down, then stopped, and the right one is refused too (A28)',
  async (user) => {
    const world = await CoreWorld.start();
    const phone = await world.peer('192.0.2.10');
    const seen: [number, number][] = [];
    for (let at = 0; at < 20; at += 1)
      seen.push(await tryPassword(world, phone, `guess ${at}`, user));
    expect(seen.every(([status]) => status === 401)).toBe(true);
    expect(seen.map(([, wait]) => wait > 2000)).toEqual(seen.map((_, at) => at >= 4));
    expect((await tryPassword(world, phone, `pw-${user}`, user))[0]).toBe(403);
    const elsewhere = await world.peer('192.0.2.11');
    expect((await tryPassword(world, elsewhere, 'pw-alice'))[0]).toBe(200);
    await world.clock.elapse(600_000);
    expect((await tryPassword(world, phone, 'pw-alice'))[0]).toBe(200);
  },
);

test('wrong passwords from a forged address do not block its owner, since the nonce was given to another (A28)', async () => {
  const world = await CoreWorld.start();
  const owner = await world.peer('192.0.2.10');
  const attacker = await world.peer('192.0.2.66');
  // The attacker gets nonces at its own address and sends under the owner's: what arrives there is not for its eyes.
  for (let at = 0; at < 40; at += 1) {
    attacker.send('REGISTER', wish);
    await world.pass();
    const [row = ''] = headerRows(attacker.scripted.take('SIP/2.0 401').text, 'WWW-Authenticate');
    const credentials = digest(row, {
      user: 'alice',
      password: 'wrong',
      method: 'REGISTER',
      uri: 'sip:example.com',
    });
    owner.send('REGISTER', {
      ...wish,
      callId: `forged-${at}`,
      headers: [`Authorization: ${credentials}`],
    });
    await world.pass();
    expect(owner.scripted.take('SIP/2.0 401').text).toMatch(/stale=true/);
    await world.clock.elapse(1000);
  }
  expect((await tryPassword(world, owner, 'pw-alice'))[0]).toBe(200);
});

test('a client that never answers its challenge is never blocked (A28)', async () => {
  const world = await CoreWorld.start();
  const phone = await world.peer('192.0.2.10');
  for (let at = 0; at < 100; at += 1) {
    phone.send('REGISTER', wish);
    await world.clock.elapse(1000);
    phone.scripted.take('SIP/2.0 401');
  }
  expect((await tryPassword(world, phone, 'pw-alice'))[0]).toBe(200);
});

test('the same credentials again, a lower count, and a nonce after five minutes are challenged as stale (A24)', async () => {
  const world = await CoreWorld.start();
  const phone = await world.peer('192.0.2.10');
  phone.send('REGISTER', wish);
  await world.pass();
  const challenge = phone.scripted.take('SIP/2.0 401');
  expect((await phone.answer(challenge, 'REGISTER', { user: 'alice' }, wish)).text).toMatch(
    /^SIP\/2\.0 200 /,
  );
  expect((await phone.answer(challenge, 'REGISTER', { user: 'alice' }, wish)).text).toMatch(
    /^SIP\/2\.0 401 .*stale=true/s,
  );
  await world.clock.elapse(301_000);
  expect((await phone.answer(challenge, 'REGISTER', { user: 'alice' }, wish)).text).toMatch(
    /^SIP\/2\.0 401 .*stale=true/s,
  );
});

test('a wrong password with the Call-ID of another registration changes nothing of it (A23)', async () => {
  const world = await CoreWorld.start();
  const bob = await world.peer('192.0.2.20');
  await bob.register('bob');
  const mallory = await world.peer('192.0.2.66');
  const aor = '<sip:bob@example.com>';
  const answer = await mallory.proved(
    'REGISTER',
    { user: 'bob', password: 'guessed' },
    {
      uri: 'sip:example.com',
      from: `${aor};tag=r1`,
      to: aor,
      callId: 'register-bob-192.0.2.20',
      cseq: 100,
      headers: ['Contact: *', 'Expires: 0'],
    },
  );
  expect(answer.text).toMatch(/^SIP\/2\.0 401 /);
  expect(world.location.bindings('sip:bob@example.com').map(({ contact }) => contact)).toEqual([
    'sip:bob@192.0.2.20',
  ]);
});
