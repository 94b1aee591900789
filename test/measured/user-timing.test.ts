// What it costs to answer for a user that there is and for one that there is not: the same (A27).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLogger, systemClock, systemRandom } from '@offhook/sip';
import type { Flow } from '@offhook/sip';
import { parseMessage } from '@offhook/sip/message';
import type { Request } from '@offhook/sip/message';
import { headerRows } from '@offhook/sip/testing';
import { ownDomains } from '../../packages/offhook/src/server/location/aor.ts';
import { openStorage } from '../../packages/offhook/src/server/storage/storage.ts';
import { Tokens } from '../../packages/offhook/src/server/token/tokens.ts';
import { openUsers } from '../../packages/offhook/src/server/users/users.ts';
import { Authority } from '../../packages/offhook/src/server/core/authority.ts';
import { digest } from '../../packages/offhook/src/server/core/phone.test-kit.ts';

const realm = 'example.com';
const flow: Flow = {
  id: 'udp',
  protocol: 'UDP',
  reliable: false,
  local: { host: '192.0.2.1', port: 5060 },
  remote: { host: '192.0.2.9', port: 5060 },
  open: true,
  send: () => undefined,
  close: () => undefined,
};

function register(user: string, rows: readonly string[]): Request {
  const text = [
    'REGISTER sip:example.com SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKt',
    'Max-Forwards: 70',
    `From: <sip:${user}@example.com>;tag=f`,
    `To: <sip:${user}@example.com>`,
    'Call-ID: timing',
    'CSeq: 1 REGISTER',
    ...rows,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
  const parsed = parseMessage(Buffer.from(text, 'latin1'));
  if (!parsed.ok || parsed.value.kind !== 'request') throw new Error('The request is malformed');
  return parsed.value;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

test('the median time of a wrong password is the same for known and unknown users within 10 %, the first one, which reads the database, within 20 % (A27)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-timing-'));
  const storage = await openStorage({ folder, clock: systemClock, log: silentLogger });
  const shared = { clock: systemClock, random: systemRandom };
  try {
    const users = await openUsers({ ...shared, storage, log: silentLogger });
    const names = Array.from({ length: 400 }, (_, at) => `user${String(at).padStart(3, '0')}`);
    for (const name of names.filter((_, at) => at % 2 === 0)) await users.add(name, realm, 'x');
    const domainOf = ownDomains([{ domain: realm }]);
    const tokens = new Tokens({ key: systemRandom.bytes(32), clock: systemClock });
    const bearer = { tokens, authorizationServer: () => undefined };
    const took = async (user: string): Promise<number> => {
      // One authority for each name, so that no wrong password is slowed down.
      const authority = new Authority({ ...shared, realm, users, domainOf, bearer });
      const challenge = authority.challenge(register(user, []), flow, { by: 'server' }).toText();
      const [row = ''] = headerRows(challenge, 'WWW-Authenticate');
      const login = { user, password: 'guessed', method: 'REGISTER', uri: 'sip:example.com' };
      const request = register(user, [`Authorization: ${digest(row, login)}`]);
      const start = systemClock.now();
      await authority.prove({ request, by: 'server', flow, toTag: 't' });
      return systemClock.now() - start;
    };
    // The database, when nobody has asked for the name before, then the memory; the machine has moods, so the calmest of
    // several rounds counts.
    const apart: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const known: number[] = [];
      const unknown: number[] = [];
      for (const [at, name] of names.entries())
        (at % 2 === 0 ? known : unknown).push(await took(name));
      if (round > 0) apart.push(Math.abs(median(known) / median(unknown) - 1));
      else expect(Math.abs(median(known) / median(unknown) - 1)).toBeLessThan(0.2);
    }
    expect(Math.min(...apart)).toBeLessThan(0.1);
  } finally {
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 30_000);
