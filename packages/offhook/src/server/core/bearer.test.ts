// Tokens as credentials: who may use them, what they prove, and that nobody behind us sees them.
import { describe, expect, test } from 'vitest';
import { headerRows } from '@offhook/sip/testing';
import { tokenMilliseconds } from '../token/tokens.ts';
import { CoreWorld } from './core.test-kit.ts';
import type { Phone, Wish } from './phone.test-kit.ts';

const contact = 'Contact: <sip:alice@df7jal23ls0d.invalid;transport=ws>';

function tokenOf(world: CoreWorld, user: string): string {
  return world.tokens.issue(user, 'example.com').text.reveal();
}

function registration(user: string, token: string): Wish {
  const aor = `<sip:${user}@example.com>`;
  return {
    uri: 'sip:example.com',
    from: `${aor};tag=r`,
    to: aor,
    callId: `register-${user}`,
    headers: [`Authorization: Bearer ${token}`, contact],
  };
}

async function register(world: CoreWorld, page: Phone, wish: Wish): Promise<string> {
  page.send('REGISTER', wish);
  await world.pass();
  return page.scripted.take(/^SIP\/2\.0 [2-6]/).text;
}

describe('A page', () => {
  test('RFC 8898 §2.2: it is asked for a token or a password, and a token registers it', async () => {
    const world = await CoreWorld.start();
    const page = await world.peer('192.0.2.10', 'WSS');
    page.send('REGISTER', { ...registration('alice', ''), headers: [contact] });
    await world.pass();
    const challenge = page.scripted.take('SIP/2.0 401').text;
    const rows = headerRows(challenge, 'WWW-Authenticate');
    expect(rows[0]).toMatch(/^Digest .*SHA-256/);
    // SIP.js and JsSIP read the last row only.
    expect(rows.at(-1)).toMatch(/^Digest .*MD5/);
    expect(rows.at(-2)).toBe(
      'Bearer realm="example.com", authz_server="https://example.com:8443/"',
    );
    const answer = await register(world, page, registration('alice', tokenOf(world, 'alice')));
    expect(answer).toMatch(/^SIP\/2\.0 200 /);
    expect(world.location.bindings('sip:alice@example.com')).toHaveLength(1);
    expect(await world.end()).toEqual({ transactions: 0, contexts: 0, faults: 0 });
  });

  test.each([
    [
      'expired',
      (world: CoreWorld) => {
        const token = tokenOf(world, 'alice');
        world.clock.advance(tokenMilliseconds);
        return token;
      },
    ],
    ['forged', () => 'YWxpY2U.zzzzzzzz.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['of a user who is no more', (world: CoreWorld) => tokenOf(world, 'dave')],
    [
      'of another realm',
      (world: CoreWorld) => world.tokens.issue('alice', 'example.net').text.reveal(),
    ],
    ['nothing', () => ''],
    ['full of quotes', () => '"\\",='.repeat(1_000)],
  ])(
    'RFC 8898 §2.2: a token that is %s is answered by 401 with invalid_token',
    async (_what, make) => {
      const world = await CoreWorld.start();
      const page = await world.peer('192.0.2.10', 'WSS');
      const answer = await register(world, page, registration('alice', make(world)));
      expect(answer).toMatch(/^SIP\/2\.0 401 /);
      expect(headerRows(answer, 'WWW-Authenticate').at(-2)).toMatch(/, error="invalid_token"$/);
      expect(world.location.size).toBe(0);
    },
  );

  test('It registers nobody but its own user (A21)', async () => {
    const world = await CoreWorld.start();
    const page = await world.peer('192.0.2.10', 'WSS');
    const answer = await register(world, page, registration('bob', tokenOf(world, 'alice')));
    expect(answer).toMatch(/^SIP\/2\.0 403 /);
  });

  test.each(['UDP', 'TCP', 'TLS', 'WS'] as const)(
    'RFC 8898 §2.1.2: from elsewhere over %s a token proves nothing, and none is asked for',
    async (protocol) => {
      const world = await CoreWorld.start();
      const phone = await world.peer('192.0.2.10', protocol);
      const answer = await register(world, phone, registration('alice', tokenOf(world, 'alice')));
      expect(answer).toMatch(/^SIP\/2\.0 401 /);
      expect(answer).not.toContain('Bearer');
    },
  );

  test('RFC 8898 §2.3: it calls by its token, in its own name alone, and the callee sees no token (A21)', async () => {
    const world = await CoreWorld.start();
    const bob = await world.peer('192.0.2.20');
    await bob.register('bob');
    bob.answers();
    const page = await world.peer('192.0.2.10', 'WSS');
    const token = tokenOf(world, 'alice');
    const headers = [
      contact,
      `Proxy-Authorization: bearer ${token}`,
      `Authorization: Bearer ${token}`,
    ];
    page.send('INVITE', { headers });
    await world.pass();
    expect(page.scripted.take(/^SIP\/2\.0 [2-6]/).text).toMatch(/^SIP\/2\.0 200 /);
    const invite = bob.scripted.log.find(({ text }) => text.startsWith('INVITE'))?.text ?? '';
    expect(invite).not.toContain(token);
    expect(invite).not.toMatch(/^(Proxy-)?Authorization:/im);
    const from = '<sip:carol@example.com>;tag=c';
    page.send('INVITE', { headers, from, callId: 'other' });
    await world.pass();
    expect(page.scripted.take(/^SIP\/2\.0 [4-6]/).text).toMatch(/^SIP\/2\.0 403 /);
  });
});
