// Both halves of digest against each other: every algorithm, both qops, and the server's proof in turn.
import { describe, expect, test } from 'vitest';
import { latin1Bytes } from '../base/bytes.ts';
import { secret } from '../base/log.ts';
import { appendHeader } from '../message/edit.ts';
import { parseMessage } from '../message/parse.ts';
import type { Request, Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { answerChallenges, withCredentials } from './answer.ts';
import { challengeResponse } from './challenge.ts';
import { judgeConfirmation } from './confirm.ts';
import type { DigestAlgorithm } from './digest.ts';
import { ha1 } from './ha1.ts';
import { NonceMemory } from './memory.ts';
import { NonceIssuer } from './nonce.ts';
import { ReplayWindow } from './replay.ts';
import { verify } from './verify.ts';
import type { Verdict } from './verify.ts';

const realm = 'example.com';
const account = { username: 'alice', password: secret('w\u00f6nderland'), realm };

function request(body: string): Request {
  const lines = [
    'MESSAGE sip:bob@example.com SIP/2.0',
    'Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKconfirm1',
    'Max-Forwards: 70',
    'From: <sip:alice@example.com>;tag=a1',
    'To: <sip:bob@example.com>',
    'Call-ID: confirm-1',
    'CSeq: 1 MESSAGE',
    `Content-Length: ${body.length}`,
    '',
    body,
  ];
  const parsed = parseMessage(latin1Bytes(lines.join('\r\n')));
  if (!parsed.ok || parsed.value.kind !== 'request') throw new Error('The request is malformed');
  return parsed.value;
}

class Pair {
  readonly clock = new VirtualClock();
  readonly random = seededRandom(5);
  readonly nonces = new NonceIssuer({ clock: this.clock, random: this.random });
  readonly replay = new ReplayWindow({ clock: this.clock });
  readonly memory = new NonceMemory();

  /** The request with the answer to a challenge of the server. */
  answered(asked: Request, algorithms: readonly DigestAlgorithm[], qop = 'auth,auth-int'): Request {
    const challenge = challengeResponse(asked, 'server', {
      realm,
      nonces: this.nonces,
      algorithms,
    });
    const rows = challenge?.rows('WWW-Authenticate') ?? [];
    const offered = createResponse(asked, 401, {
      headers: rows.map((row) => ['WWW-Authenticate', row.replace('auth,auth-int', qop)] as const),
    });
    const answer = answerChallenges(asked, offered, account, this.memory, this.random);
    if (!answer.ok) throw new Error(answer.error.reason);
    return withCredentials(asked, answer.value);
  }

  verdict(sent: Request): Verdict {
    return verify(sent, 'Authorization', {
      realm,
      nonces: this.nonces,
      replay: this.replay,
      ha1: (name: string, algorithm: DigestAlgorithm) =>
        name === 'alice' ? ha1(algorithm, name, realm, 'w\u00f6nderland') : undefined,
    });
  }
}

function confirmed(sent: Request, value: string, status = 200): Response {
  return createResponse(sent, status).with(appendHeader('Authentication-Info', value));
}

describe.each(['MD5', 'SHA-256', 'SHA-512-256'] as const)('%s', (algorithm) => {
  test.each(['auth', 'auth-int'])(
    'RFC 7616 §3.4: what a client of ours answers with %s a server of ours takes',
    (qop) => {
      const pair = new Pair();
      const sent = pair.answered(request('hello'), [algorithm], qop);
      expect(sent.rows('Authorization')[0]).toContain(`qop=${qop}`);
      expect(pair.verdict(sent)).toMatchObject({ kind: 'ok', username: 'alice', age: 0 });
      expect(pair.verdict(sent)).toEqual({ kind: 'stale', reason: 'replay' });
    },
  );

  test('RFC 7616 §3.4.3: with auth-int another body is a wrong answer, with auth it is not', () => {
    for (const [qop, kind] of [
      ['auth-int', 'wrong'],
      ['auth', 'ok'],
    ] as const) {
      const pair = new Pair();
      const sent = pair.answered(request('hello'), [algorithm], qop);
      const row = sent.rows('Authorization')[0] ?? '';
      const changed = request('hullo').with(appendHeader('Authorization', row));
      expect([qop, pair.verdict(changed).kind]).toEqual([qop, kind]);
    }
  });

  test.each(['auth', 'auth-int'])(
    'RFC 7616 §3.5: the server proves with %s that it knows the password, and changes the nonce',
    (qop) => {
      const pair = new Pair();
      const sent = pair.answered(request('hello'), [algorithm], qop);
      const verdict = pair.verdict(sent);
      if (verdict.kind !== 'ok') throw new Error(verdict.kind);
      const value = verdict.confirmation(new Uint8Array(0), 'the-next');
      expect(value).toMatch(
        new RegExp(
          `^qop=${qop}, rspauth="[0-9a-f]+", cnonce="[^"]+", nc=00000001, nextnonce="the-next"$`,
        ),
      );
      expect(judgeConfirmation(sent, confirmed(sent, value), account, pair.memory)).toBe('right');
      expect(pair.memory.get('Authorization', realm)).toMatchObject({
        nonce: 'the-next',
        count: 0,
      });
    },
  );
});

describe('confirmation', () => {
  test('RFC 7616 §3.5: a wrong proof is wrong and changes no nonce; none at all says nothing', () => {
    const pair = new Pair();
    const sent = pair.answered(request('hello'), ['SHA-256']);
    const verdict = pair.verdict(sent);
    if (verdict.kind !== 'ok') throw new Error(verdict.kind);
    const value = verdict.confirmation(new Uint8Array(0), 'evil');
    const before = pair.memory.get('Authorization', realm)?.nonce;
    const judge = (text: string) =>
      judgeConfirmation(sent, confirmed(sent, text), account, pair.memory);
    expect(judge(value.replace(/rspauth="./, 'rspauth="x'))).toBe('wrong');
    expect(judge('nextnonce="evil"')).toBe('none');
    expect(judge(value.replace(/cnonce="[^"]*"/, 'cnonce="other"'))).toBe('none');
    expect(judgeConfirmation(sent, createResponse(sent, 200), account, pair.memory)).toBe('none');
    expect(pair.memory.get('Authorization', realm)?.nonce).toBe(before);
  });

  test('RFC 7616 §3.4.4: a hashed user name was not asked for and is refused', () => {
    const pair = new Pair();
    const sent = pair.answered(request('x'), ['SHA-256']);
    const row = `${sent.rows('Authorization')[0]}, userhash=true`;
    const hashed = request('x').with(appendHeader('Authorization', row));
    expect(pair.verdict(hashed)).toEqual({ kind: 'malformed', reason: 'userhash was not offered' });
    const plain = `${sent.rows('Authorization')[0]}, userhash=false`;
    expect(pair.verdict(request('x').with(appendHeader('Authorization', plain))).kind).toBe('ok');
  });
});
