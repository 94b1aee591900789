// The client's half against challenges, good and evil.
import { describe, expect, test } from 'vitest';
import { latin1Bytes } from '../base/bytes.ts';
import { secret } from '../base/log.ts';
import { authorization } from '../message/header/authorization.ts';
import { parseMessage } from '../message/parse.ts';
import type { Request, Response } from '../message/message.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { answerChallenges, anticipate, withCredentials } from './answer.ts';
import { challengeRows } from './challenge.ts';
import { ha1 } from './ha1.ts';
import { NonceMemory } from './memory.ts';
import { NonceIssuer } from './nonce.ts';
import { ReplayWindow } from './replay.ts';
import { verify } from './verify.ts';

const account = { username: 'alice', password: secret('wonderland'), realm: 'example.com' };
const random = seededRandom(11);

function message(start: string, headers: readonly string[] = []): Request | Response {
  const lines = [
    start,
    'Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKanswer1',
    'From: <sip:alice@example.com>;tag=a1',
    'To: <sip:example.com>',
    'Call-ID: answer-1',
    'CSeq: 1 REGISTER',
    ...headers,
    'Content-Length: 0',
    '',
    '',
  ];
  const parsed = parseMessage(latin1Bytes(lines.join('\r\n')));
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

function register(): Request {
  const made = message('REGISTER sip:example.com SIP/2.0', ['Max-Forwards: 70']);
  if (made.kind !== 'request') throw new Error('not a request');
  return made;
}

function challenge(rows: readonly string[], status = 401, header = 'WWW-Authenticate'): Response {
  const made = message(
    `SIP/2.0 ${status} Asked`,
    rows.map((row) => `${header}: ${row}`),
  );
  if (made.kind !== 'response') throw new Error('not a response');
  return made;
}

function digest(parameters: string): string {
  return `Digest realm="example.com", nonce="n1", ${parameters}`;
}

function sent(
  rows: readonly (readonly [string, string])[],
): ReadonlyMap<string, string | undefined> {
  const read = authorization.parse(rows.map(([, value]) => value));
  return (read.ok ? read.value[0]?.parameters : undefined) ?? new Map();
}

function answer(
  request: Request,
  response: Response,
  memory = new NonceMemory(),
  as: Parameters<typeof answerChallenges>[2] = account,
) {
  return answerChallenges(request, response, as, memory, random);
}

describe('answering challenges', () => {
  test('our own server takes what our client answers, first and on later requests', () => {
    const clock = new VirtualClock();
    const nonces = new NonceIssuer({ clock, random });
    const replay = new ReplayWindow({ clock });
    const check = (request: Request) =>
      verify(request, 'Authorization', {
        realm: 'example.com',
        nonces,
        replay,
        ha1: (name, algorithm) => ha1(algorithm, name, 'example.com', 'wonderland'),
      });
    const memory = new NonceMemory();
    const answered = answer(register(), challenge(challengeRows('example.com', nonces)), memory);
    if (!answered.ok) throw new Error(answered.error.reason);
    expect(check(withCredentials(register(), answered.value)).kind).toBe('ok');
    const next = withCredentials(register(), anticipate(register(), account, memory, random));
    expect(sent([['Authorization', next.rows('Authorization')[0] ?? '']]).get('nc')).toBe(
      '00000002',
    );
    expect(check(next).kind).toBe('ok');
  });

  test('RFC 8760 §2.4: the topmost known algorithm is answered, unknown challenges are ignored (C174)', () => {
    const rows = [
      'Basic realm="example.com"',
      'Newest realm="example.com", nonce="n0"',
      digest('algorithm=SHA3-999, qop="auth"'),
      digest('algorithm=SHA-256, qop="auth,auth-int", opaque="o\\"1"'),
      digest('algorithm=MD5, qop="auth"'),
    ];
    const answered = answer(register(), challenge(rows));
    if (!answered.ok) throw new Error(answered.error.reason);
    expect(answered.value).toHaveLength(1);
    const parameters = sent(answered.value);
    expect(parameters.get('algorithm')).toBe('SHA-256');
    expect(parameters.get('opaque')).toBe('o"1');
    expect(parameters.get('response')).toHaveLength(64);
  });

  test('RFC 8760 §2.6: qop in the challenge brings qop, nc and cnonce, and none without it (C174)', () => {
    const memory = new NonceMemory();
    const plain = answer(register(), challenge([digest('algorithm=MD5')]), memory);
    const withQop = answer(register(), challenge([digest('qop="auth-int, auth"')]));
    if (!plain.ok || !withQop.ok) throw new Error('unanswered');
    expect(['qop', 'nc', 'cnonce'].map((name) => sent(plain.value).get(name))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    const parameters = sent(withQop.value);
    expect([parameters.get('qop'), parameters.get('nc'), parameters.has('algorithm')]).toEqual([
      'auth',
      '00000001',
      false,
    ]);
    expect(parameters.get('cnonce')?.length).toBeGreaterThan(20);
    expect(withQop.value[0]?.[1]).toMatch(/, qop=auth, nc=00000001, /);
  });

  test('RFC 3261 §22.4: what cannot be answered is not: another qop, a session key without qop, no nonce (C174)', () => {
    for (const row of [
      digest('qop="other"'),
      digest('algorithm=MD5-sess'),
      'Digest realm="example.com"',
      'Digest nonce',
    ]) {
      expect(answer(register(), challenge([row])).ok).toBe(false);
    }
    expect(answer(register(), challenge([digest('algorithm=SHA-256-sess, qop="auth"')])).ok).toBe(
      true,
    );
    expect(answer(register(), challenge([], 403))).toEqual({
      ok: false,
      error: { reason: 'not a challenge' },
    });
  });

  test('RFC 3261 §22.1: refused credentials are not sent again (C082)', () => {
    const memory = new NonceMemory();
    const first = answer(register(), challenge([digest('qop="auth"')]), memory);
    if (!first.ok) throw new Error(first.error.reason);
    const retry = withCredentials(register(), first.value);
    const again = answer(
      retry,
      challenge(['Digest realm="example.com", nonce="n2", qop="auth"']),
      memory,
    );
    expect(again).toEqual({ ok: false, error: { reason: 'refused' } });
    expect(memory.size).toBe(0);
  });

  test('RFC 3261 §8.1.3.5: a nonce that changes each time ends after two answers, however many requests run (C082, A26)', () => {
    const memory = new NonceMemory();
    const requests = [register(), register(), register()];
    const answers = [0, 0, 0];
    for (let round = 0; round < 5; round += 1) {
      for (const [at, request] of requests.entries()) {
        const row = `Digest realm="example.com", nonce="n${round}-${at}", qop="auth", stale=true`;
        const answered = answer(request, challenge([row]), memory);
        if (!answered.ok) {
          expect(answered.error.reason).toBe('too many tries');
          continue;
        }
        answers[at] = (answers[at] ?? 0) + 1;
        requests[at] = withCredentials(request, answered.value);
      }
    }
    expect(answers).toEqual([2, 2, 2]);
  });

  test('A server that invents a realm each time is given up too (A26)', () => {
    const memory = new NonceMemory();
    let request = register();
    let answers = 0;
    for (let round = 0; round < 10; round += 1) {
      const row = `Digest realm="r${round}", nonce="n", qop="auth", stale=true`;
      const answered = answer(request, challenge([row]), memory, {
        username: 'alice',
        password: 'wonderland',
      });
      if (!answered.ok) break;
      answers += 1;
      request = withCredentials(request, answered.value);
    }
    expect(answers).toBe(3);
  });

  test('a stale nonce is answered on a later request, whose own tries start anew (C176)', () => {
    const memory = new NonceMemory();
    for (let hour = 0; hour < 6; hour += 1) {
      const request = withCredentials(register(), anticipate(register(), account, memory, random));
      const row = `Digest realm="example.com", nonce="n${hour}", qop="auth"${hour === 0 ? '' : ', stale=true'}`;
      expect(answer(request, challenge([row]), memory).ok).toBe(true);
    }
  });

  test('Only the configured realm gets an answer (A25)', () => {
    const stranger = challenge(
      ['Digest realm="trunk.example", nonce="n", qop="auth"'],
      407,
      'Proxy-Authenticate',
    );
    expect(answer(register(), stranger)).toEqual({ ok: false, error: { reason: 'unknown realm' } });
  });

  test('RFC 3261 §22.3: credentials for a proxy stay, with a risen count, when a server asks too', () => {
    const memory = new NonceMemory();
    const open = { username: 'alice', password: 'wonderland' };
    const proxy = challenge(
      ['Digest realm="proxy", nonce="p1", qop="auth"'],
      407,
      'Proxy-Authenticate',
    );
    const first = answer(register(), proxy, memory, open);
    if (!first.ok) throw new Error(first.error.reason);
    const second = answer(
      withCredentials(register(), first.value),
      challenge([digest('qop="auth"')]),
      memory,
      open,
    );
    if (!second.ok) throw new Error(second.error.reason);
    expect(second.value.map(([name]) => name)).toEqual(['Proxy-Authorization', 'Authorization']);
    expect(second.value[0]?.[1]).toContain('nc=00000002');
    const request = withCredentials(withCredentials(register(), first.value), second.value);
    expect(request.rows('Proxy-Authorization')).toHaveLength(1);
  });

  test('the password appears nowhere in what is sent', () => {
    const answered = answer(register(), challenge([digest('qop="auth"')]));
    expect(JSON.stringify([answered, account])).not.toContain('wonderland');
  });
});
