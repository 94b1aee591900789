// Digest from both ends: no challenge breaks a client, and no change to credentials makes a server take them.
import * as fc from 'fast-check';
import { answerChallenges, withCredentials } from '../../packages/sip/src/auth/answer.ts';
import type { DigestAlgorithm } from '../../packages/sip/src/auth/digest.ts';
import { challengeResponse } from '../../packages/sip/src/auth/challenge.ts';
import { ha1 } from '../../packages/sip/src/auth/ha1.ts';
import { NonceMemory } from '../../packages/sip/src/auth/memory.ts';
import { NonceIssuer } from '../../packages/sip/src/auth/nonce.ts';
import { ReplayWindow } from '../../packages/sip/src/auth/replay.ts';
import { verify } from '../../packages/sip/src/auth/verify.ts';
import { latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import {
  authorization,
  createResponse,
  parseMessage,
  setHeader,
} from '../../packages/sip/src/message/index.ts';
import type { Request, Response } from '../../packages/sip/src/message/index.ts';
import { seededRandom } from '../../packages/sip/src/testing/seeded-random.ts';
import { VirtualClock } from '../../packages/sip/src/testing/virtual-clock.ts';
import { goodRequests } from './corpus.ts';
import { equal } from './datagram.ts';
import { change, changed, mutate } from './mutate.ts';
import { fuzz } from './runs.ts';

const realm = 'example.com';
const account = { username: 'alice', password: 'wonderland', realm };
const request = read(
  goodRequests({ uri: 'sip:example.com' }).find((text) => text.startsWith('REGISTER')) ?? '',
);
const challenges = [
  'Digest realm="example.com", nonce="abc", qop="auth,auth-int", algorithm=SHA-256, opaque="o"',
  'Digest realm="example.com", nonce="abc"',
  'Digest realm="example.com", nonce="a\\"b", algorithm=MD5-sess, qop="auth", stale=true',
  'Digest realm="example.com", nonce="abc", algorithm=SHA-512-256-sess, qop=auth-int, domain="sip:x"',
  'Basic realm="example.com"',
];

fuzz(
  'A26: any challenges are answered with rows that can be sent, at most twice, or not at all',
  { runs: 250, input: fc.array(changed(challenges, 3), { minLength: 1, maxLength: 6 }) },
  (rows) => {
    const memory = new NonceMemory();
    const random = seededRandom(1);
    let sent = request;
    let tries = 0;
    for (const text of [...rows, ...rows]) {
      const response = challenged(text.replace(/[\r\n]+/g, ' ').replaceAll('\0', ''));
      if (response === undefined) continue;
      const answered = answerChallenges(sent, response, account, memory, random);
      if (!answered.ok) continue;
      tries += 1;
      sent = withCredentials(sent, answered.value);
      const again = parseMessage(sent.toBytes());
      if (!again.ok) throw new Error(`The answer cannot be read: ${again.error.text}`);
      for (const { scheme, parameters } of again.value.get(authorization) ?? []) {
        equal(scheme.toLowerCase(), 'digest', 'The scheme');
        equal(parameters.get('realm') ?? '', realm, 'The realm');
      }
    }
    // Each realm of this account may ask in two headers; both end.
    if (tries > 8) throw new Error(`It went on for ${tries} tries`);
  },
);

fuzz(
  'A24: credentials are taken once, and changed ones only when all that was proved is the same',
  {
    runs: 200,
    input: fc.record({
      algorithm: fc.constantFrom('MD5' as const, 'SHA-256' as const, 'SHA-512-256' as const),
      changes: fc.array(change, { minLength: 1, maxLength: 3 }),
    }),
  },
  ({ algorithm, changes }) => {
    const clock = new VirtualClock();
    const random = seededRandom(3);
    const nonces = new NonceIssuer({ clock, random });
    const options = {
      realm,
      nonces,
      replay: new ReplayWindow({ clock }),
      ha1: (name: string, wanted: DigestAlgorithm) =>
        name === 'alice' ? ha1(wanted, name, realm, 'wonderland') : undefined,
    };
    const asked = challengeResponse(request, 'server', { realm, nonces, algorithms: [algorithm] });
    if (asked === undefined) throw new Error('A REGISTER may be challenged');
    const answered = answerChallenges(request, asked, account, new NonceMemory(), random);
    const [, row = ''] = (answered.ok ? answered.value[0] : undefined) ?? [];
    if (row === '') throw new Error('Our own challenge is not answered');
    const odd = mutate(row, changes)
      .replace(/[\r\n]+/g, ' ')
      .replace(/(?<!\\)\0/g, '');
    const verdict = verify(withRow(odd), 'Authorization', options);
    if (verdict.kind === 'ok') equal(proved(odd), proved(row), 'What was proved');
    // Whatever was tried, the good ones are good once, and only once.
    const good = verify(withRow(row), 'Authorization', options);
    equal(good.kind, verdict.kind === 'ok' ? 'stale' : 'ok', 'The verdict on good credentials');
    equal(verify(withRow(row), 'Authorization', options).kind, 'stale', 'The verdict on a replay');
  },
);

function withRow(row: string): Request {
  return request.with(setHeader('Authorization', row));
}

function proved(row: string): string {
  const [first] = withRow(row).get(authorization) ?? [];
  const exact = ['username', 'realm', 'nonce', 'nc', 'cnonce'];
  const anyCase = ['qop', 'response'];
  return [
    ...exact.map((name) => first?.parameters.get(name)),
    ...anyCase.map((name) => first?.parameters.get(name)?.toLowerCase()),
  ].join('\n');
}

function challenged(row: string): Response | undefined {
  const made = createResponse(request, 401, { toTag: 't', headers: [['WWW-Authenticate', row]] });
  const parsed = parseMessage(made.toBytes());
  return parsed.ok && parsed.value.kind === 'response' ? parsed.value : undefined;
}

function read(text: string): Request {
  const parsed = parseMessage(latin1Bytes(text));
  if (!parsed.ok || parsed.value.kind !== 'request') throw new Error('The request is malformed');
  return parsed.value;
}
