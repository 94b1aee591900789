// The server's verdict on credentials, with what attackers have tried on others.
import { describe, expect, test } from 'vitest';
import { latin1Bytes } from '../base/bytes.ts';
import { parseMessage } from '../message/parse.ts';
import type { Request } from '../message/message.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { challengeResponse, challengeRows, mayChallenge } from './challenge.ts';
import { algorithmOf, digestResponse } from './digest.ts';
import type { DigestAlgorithm } from './digest.ts';
import { ha1 } from './ha1.ts';
import { NonceIssuer } from './nonce.ts';
import { ReplayWindow } from './replay.ts';
import { verify } from './verify.ts';
import type { Verdict, VerifyOptions } from './verify.ts';

const realm = 'example.com';

function request(
  headers: readonly string[],
  method = 'REGISTER',
  uri = 'sip:example.com',
): Request {
  const text = [
    `${method} ${uri} SIP/2.0`,
    'Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKauth1',
    'Max-Forwards: 70',
    'From: <sip:alice@example.com>;tag=a1',
    'To: <sip:alice@example.com>',
    'Call-ID: auth-1',
    `CSeq: 1 ${method}`,
    ...headers,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
  const parsed = parseMessage(latin1Bytes(text));
  if (!parsed.ok || parsed.value.kind !== 'request')
    throw new Error('The test request is malformed');
  return parsed.value;
}

interface Sent {
  username: string;
  password: string;
  realm: string;
  nonce: string;
  uri: string;
  nc: string;
  cnonce: string;
  algorithm: DigestAlgorithm;
  method: string;
  /** Replaces, adds or (undefined) removes parameters after the response was computed. */
  override: Record<string, string | undefined>;
}

function credentials(sent: Partial<Sent> & { nonce: string }, header = 'Authorization'): string {
  const {
    username = 'alice',
    password = 'wonderland',
    uri = 'sip:example.com',
    nc = '00000001',
  } = sent;
  const { cnonce = 'c1', algorithm = 'SHA-256', method = 'REGISTER', nonce } = sent;
  const response = digestResponse({
    algorithm: algorithmOf(algorithm) ?? { hash: 'MD5', session: false },
    ha1: ha1(algorithm, username, sent.realm ?? realm, password),
    nonce,
    method,
    uri,
    protection: { qop: 'auth', nc, cnonce, body: new Uint8Array(0) },
  });
  const parameters: Record<string, string | undefined> = {
    username: `"${username}"`,
    realm: `"${sent.realm ?? realm}"`,
    nonce: `"${nonce}"`,
    uri: `"${uri}"`,
    response: `"${response}"`,
    algorithm,
    qop: 'auth',
    nc,
    cnonce: `"${cnonce}"`,
    ...sent.override,
  };
  const parts = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return `${header}: Digest ${parts.map(([name, value]) => `${name}=${value}`).join(', ')}`;
}

class Server {
  readonly clock = new VirtualClock();
  readonly random = seededRandom(7);
  readonly nonces = new NonceIssuer({ clock: this.clock, random: this.random });
  readonly replay = new ReplayWindow({ clock: this.clock, capacity: 3 });
  readonly options: VerifyOptions<string | undefined> = {
    realm,
    nonces: this.nonces,
    replay: this.replay,
    ha1: (username, algorithm) =>
      username === 'alice' ? ha1(algorithm, 'alice', realm, 'wonderland') : undefined,
  };

  verify(headers: readonly string[], method?: string, uri?: string): Verdict {
    return verify(request(headers, method, uri), 'Authorization', this.options);
  }

  /** Sends credentials that differ from good ones as said. */
  send(sent: Partial<Sent> = {}): Verdict {
    return this.verify([credentials({ nonce: this.nonces.issue(realm), ...sent })]);
  }
}

describe('verify', () => {
  test('takes right credentials with either algorithm', () => {
    const server = new Server();
    expect(server.send()).toMatchObject({ kind: 'ok', username: 'alice' });
    expect(server.send({ algorithm: 'MD5' })).toMatchObject({ kind: 'ok', username: 'alice' });
    expect(server.send({ algorithm: 'MD5', override: { algorithm: undefined } }).kind).toBe('ok');
  });

  test('waits for a look-up that takes time', async () => {
    const server = new Server();
    const later = {
      ...server.options,
      ha1: (name: string, algorithm: DigestAlgorithm) =>
        Promise.resolve(server.options.ha1(name, algorithm)),
    };
    const sent = request([credentials({ nonce: server.nonces.issue(realm) })]);
    expect((await verify(sent, 'Authorization', later)).kind).toBe('ok');
  });

  test('RFC 3261 §22.1: credentials are asked for when there are none, when they are Basic or of another realm (C173, C180)', () => {
    const server = new Server();
    const nonce = server.nonces.issue(realm);
    expect(server.verify([]).kind).toBe('none');
    expect(server.verify(['Authorization: Basic YWxpY2U6d29uZGVybGFuZA==']).kind).toBe('none');
    expect(server.send({ realm: 'other.example' }).kind).toBe('none');
    const both = [credentials({ nonce: 'theirs', realm: 'other.example' }), credentials({ nonce })];
    expect(server.verify(both)).toMatchObject({ kind: 'ok', username: 'alice' });
  });

  test('RFC 8760 §2.7: an empty nonce and response count as no credentials yet', () => {
    const empty = `Authorization: Digest username="alice", realm="${realm}", nonce="", uri="", response=""`;
    expect(new Server().verify([empty]).kind).toBe('none');
  });

  test('RFC 7616 §3.3: an expired or unknown nonce is stale, a wrong response on a live one is not (C176, A24)', () => {
    const server = new Server();
    const nonce = server.nonces.issue(realm);
    expect(server.send({ nonce, password: 'guess' })).toEqual({ kind: 'wrong', username: 'alice' });
    expect(server.send({ nonce: new Server().nonces.issue(realm).replace(/.$/, '0') })).toEqual({
      kind: 'stale',
      reason: 'unknown nonce',
    });
    expect(server.send({ nonce: 'made-up' }).kind).toBe('stale');
    expect(server.send({ nonce: server.nonces.issue('other.example') }).kind).toBe('stale');
    server.verify([credentials({ nonce })]);
    server.clock.advance(299_000);
    expect(server.send({ nonce, nc: '00000002' }).kind).toBe('ok');
    server.clock.advance(1_001);
    expect(server.send({ nonce, nc: '00000003' })).toEqual({ kind: 'stale', reason: 'expired' });
  });

  test('RFC 7616 §3.3: a nonce that is not used within a minute is stale (C176)', () => {
    const server = new Server();
    const nonce = server.nonces.issue(realm);
    server.clock.advance(60_001);
    expect(server.send({ nonce })).toEqual({ kind: 'stale', reason: 'expired' });
  });

  test('RFC 7616 §3.4: a count that does not rise is a replay, and one without nc or cnonce is refused (C177, A24)', () => {
    const server = new Server();
    const nonce = server.nonces.issue(realm);
    const header = credentials({ nonce, nc: '00000005' });
    expect(server.verify([header]).kind).toBe('ok');
    expect(server.verify([header])).toEqual({ kind: 'stale', reason: 'replay' });
    expect(server.send({ nonce, nc: '00000004' })).toEqual({ kind: 'stale', reason: 'replay' });
    expect(server.send({ nonce, nc: '0000000a' }).kind).toBe('ok');
    expect(server.send({ nonce, nc: '00000000' }).kind).toBe('stale');
    for (const name of ['nc', 'cnonce', 'qop', 'uri', 'response', 'nonce', 'username']) {
      expect(server.send({ override: { [name]: undefined } }).kind).toBe('malformed');
    }
    expect(server.send({ override: { nc: '1' } }).kind).toBe('malformed');
    expect(server.send({ override: { nc: '0000000g' } }).kind).toBe('malformed');
    expect(server.send({ override: { qop: 'auth-conf' } }).kind).toBe('malformed');
  });

  test('A count of a wrong password is not taken, so that a stranger cannot spoil it (A24)', () => {
    const server = new Server();
    const nonce = server.nonces.issue(realm);
    expect(server.send({ nonce, nc: 'ffffffff', password: 'guess' }).kind).toBe('wrong');
    expect(server.send({ nonce }).kind).toBe('ok');
    expect(server.replay.size).toBe(1);
  });

  test('RFC 8760 §2.6: the hash uses the digest uri, which may differ where we serve it (C178)', () => {
    const server = new Server();
    expect(server.send({ uri: 'sip:alice@example.com;transport=udp' }).kind).toBe('ok');
    expect(server.send({ uri: 'sip:elsewhere.example' }).kind).toBe('malformed');
    expect(server.send({ uri: 'not a uri' }).kind).toBe('malformed');
    expect(server.send({ override: { uri: '"sip:alice@example.com"' } }).kind).toBe('wrong');
    const strict = { ...server.options, serves: (uri: string) => uri === 'sip:elsewhere.example' };
    const sent = request([
      credentials({ nonce: server.nonces.issue(realm), uri: 'sip:elsewhere.example' }),
    ]);
    expect(verify(sent, 'Authorization', strict).kind).toBe('ok');
  });

  test('RFC 7616 §3.4: username and username* at once, or a response of another length, is refused (C179)', () => {
    const server = new Server();
    const star = "UTF-8''alice";
    expect(server.send({ override: { 'username*': star } }).kind).toBe('malformed');
    expect(server.send({ override: { username: undefined, 'username*': star } }).kind).toBe('ok');
    expect(server.send({ override: { username: undefined, 'username*': "UTF-8''%4" } }).kind).toBe(
      'malformed',
    );
    for (const response of [
      '""',
      '"0"',
      `"${'0'.repeat(32)}"`,
      `"${'0'.repeat(65)}"`,
      `"${'g'.repeat(64)}"`,
    ]) {
      expect(['malformed', 'none']).toContain(server.send({ override: { response } }).kind);
    }
    expect(
      server.send({ algorithm: 'MD5', override: { response: `"${'0'.repeat(64)}"` } }).kind,
    ).toBe('malformed');
    expect(server.send({ override: { algorithm: 'SHA-512' } }).kind).toBe('malformed');
  });

  test('RFC 3261 §22.1: ACK and CANCEL are never challenged, and the credentials of the INVITE are good for its ACK (C175)', () => {
    const server = new Server();
    const header = credentials({
      nonce: server.nonces.issue(realm),
      method: 'INVITE',
      uri: 'sip:bob@example.com',
    });
    expect(server.verify([header], 'INVITE', 'sip:bob@example.com').kind).toBe('ok');
    server.clock.advance(400_000);
    expect(server.verify([header], 'ACK', 'sip:bob@example.com').kind).toBe('ok');
    const make = { realm, nonces: server.nonces };
    for (const method of ['ACK', 'CANCEL']) {
      expect(mayChallenge(request([], method))).toBe(false);
      expect(challengeResponse(request([], method), 'server', make)).toBeUndefined();
    }
  });

  test('An unknown user looks like a wrong password, and the answer to one like that to the other (A27)', () => {
    const server = new Server();
    const verdicts = ['alice', 'nobody'].map(
      (username) => server.send({ username, password: 'guess' }).kind,
    );
    expect(verdicts).toEqual(['wrong', 'wrong']);
    // Not even the stand-in hash, which everybody can read here, lets one in.
    const nonce = server.nonces.issue(realm);
    const response = digestResponse({
      algorithm: { hash: 'SHA-256', session: false },
      ha1: '0'.repeat(64),
      nonce,
      method: 'REGISTER',
      uri: 'sip:example.com',
      protection: { qop: 'auth', nc: '00000001', cnonce: 'c1', body: new Uint8Array(0) },
    });
    expect(
      server.send({ username: 'nobody', nonce, override: { response: `"${response}"` } }).kind,
    ).toBe('wrong');
  });

  test('names in UTF-8 reach the look-up as a person reads them', () => {
    const server = new Server();
    const seen: string[] = [];
    const options = { ...server.options, ha1: (name: string) => void seen.push(name) };
    const header = credentials({ nonce: server.nonces.issue(realm), username: 'j\u00c3\u00a4son' });
    verify(request([header]), 'Authorization', options);
    const star = { username: undefined, 'username*': "UTF-8''j%C3%A4son" };
    verify(
      request([credentials({ nonce: server.nonces.issue(realm), override: star })]),
      'Authorization',
      options,
    );
    expect(seen).toEqual(['j\u00e4son', 'j\u00e4son']);
  });
});

describe('challenge', () => {
  test('RFC 8760 §2.3: one row for each algorithm, best first, with qop and a fresh nonce (C173)', () => {
    const { nonces } = new Server();
    const rows = challengeRows(realm, nonces, { algorithms: ['MD5', 'SHA-256', 'MD5'] });
    expect(rows.map((row) => row.replace(/nonce="[0-9a-f]{64}"/, 'nonce=…'))).toEqual([
      'Digest realm="example.com", nonce=…, algorithm=SHA-256, qop="auth,auth-int"',
      'Digest realm="example.com", nonce=…, algorithm=MD5, qop="auth,auth-int"',
    ]);
    expect(challengeRows(realm, nonces)).not.toEqual(challengeRows(realm, nonces));
    expect(challengeRows(realm, nonces, { stale: true })[0]).toMatch(/, stale=true$/);
  });

  test('RFC 3261 §22.3: a proxy challenges with 407 and Proxy-Authenticate, a server with 401 (C180)', () => {
    const make = { realm, nonces: new Server().nonces };
    const proxy = challengeResponse(request([], 'INVITE'), 'proxy', make);
    expect(proxy?.status).toBe(407);
    expect(proxy?.rows('Proxy-Authenticate')).toHaveLength(3);
    expect(proxy?.has('WWW-Authenticate')).toBe(false);
    const server = challengeResponse(request([]), 'server', { ...make, toTag: 't1' });
    expect(server?.status).toBe(401);
    expect(server?.toTag).toBe('t1');
    expect(server?.rows('WWW-Authenticate')).toHaveLength(3);
  });
});

describe('replay window', () => {
  test('forgets a nonce when it dies', () => {
    const server = new Server();
    server.send();
    expect(server.replay.size).toBe(1);
    server.clock.advance(300_000);
    expect(server.replay.size).toBe(0);
  });

  test('when it is full, what it forgot is late and never taken twice', () => {
    const server = new Server();
    const nonces = Array.from({ length: 5 }, () => {
      server.clock.advance(1);
      return server.nonces.issue(realm);
    });
    for (const nonce of nonces) expect(server.send({ nonce }).kind).toBe('ok');
    expect(server.replay.size).toBe(3);
    expect(server.send({ nonce: nonces[0] ?? '' })).toEqual({ kind: 'stale', reason: 'expired' });
    expect(server.send({ nonce: nonces[0] ?? '', nc: '00000002' }).kind).toBe('stale');
  });
});

describe('nonce', () => {
  test('Survives the date being set, since it lives on a clock that never jumps (X14)', () => {
    const clock = new VirtualClock();
    let jump = 0;
    const jumping = {
      now: () => clock.now(),
      wall: () => clock.wall() + jump,
      after: clock.after.bind(clock),
    };
    const nonces = new NonceIssuer({ clock: jumping, random: seededRandom(1) });
    const nonce = nonces.issue(realm);
    jump = -86_400_000;
    expect(nonces.check(nonce, realm)).toBe('ok');
  });

  test('a shared key lets another process check it', () => {
    const key = seededRandom(3).bytes(32);
    const [one, two] = [1, 2].map(
      (seed) => new NonceIssuer({ clock: new VirtualClock(), random: seededRandom(seed), key }),
    );
    expect(two?.check(one?.issue(realm) ?? '', realm)).toBe('ok');
  });
});
