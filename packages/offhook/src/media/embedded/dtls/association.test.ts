// Two associations over a wire of the test, on virtual time; with losses, with other certificates than told, with forgers.
import { expect, test } from 'vitest';
import { VirtualClock } from '@offhook/sip/testing';
import { DtlsAssociation } from './association.ts';
import type { DtlsKeys } from './association.ts';
import { newCertificate } from './certificate.ts';
import type { Certificate, CertificateHash } from './certificate.ts';
import type { DtlsRole } from './secrets.ts';

const [ours, theirs, another] = [newCertificate(0), newCertificate(0), newCertificate(0)];

interface End {
  readonly association: DtlsAssociation;
  readonly inbox: Uint8Array[];
  keys: DtlsKeys | undefined;
  readonly failures: string[];
}

interface Told {
  readonly certificate?: Certificate;
  readonly known?: readonly CertificateHash[];
}

class Pair {
  readonly clock = new VirtualClock();
  readonly client: End;
  readonly server: End;
  /** What becomes of a datagram on its way; the first is number 0. */
  change: (datagram: Uint8Array, to: DtlsRole, number: number) => readonly Uint8Array[] = (
    datagram,
  ) => [datagram];
  #sent = 0;

  constructor(client: Told = {}, server: Told = {}) {
    const end = (role: DtlsRole, told: Told, own: Certificate, peer: Certificate): End => {
      const made: End = {
        inbox: [],
        keys: undefined,
        failures: [],
        association: new DtlsAssociation({
          role,
          certificate: told.certificate ?? own,
          fingerprints: told.known ?? [{ hash: 'sha-256', value: peer.fingerprint }],
          clock: this.clock,
          send: (datagram) => {
            const to = role === 'client' ? this.server : this.client;
            const goes = this.change(
              datagram.slice(),
              role === 'client' ? 'server' : 'client',
              this.#sent,
            );
            this.#sent += 1;
            to.inbox.push(...goes);
          },
          connected: (keys) => {
            made.keys = keys;
          },
          failed: (reason) => made.failures.push(reason),
          closed: () => made.failures.push('closed'),
        }),
      };
      return made;
    };
    this.client = end('client', client, ours, theirs);
    this.server = end('server', server, theirs, ours);
  }

  run(milliseconds = 0): void {
    this.client.association.start();
    this.#deliver();
    for (let passed = 0; passed < milliseconds; passed += 100) {
      this.clock.advance(100);
      this.#deliver();
    }
  }

  #deliver(): void {
    while (this.client.inbox.length + this.server.inbox.length > 0) {
      for (const end of [this.client, this.server])
        for (const datagram of end.inbox.splice(0)) end.association.received(datagram);
    }
  }
}

test('RFC 5764 §4.2: both ends have the keys of SRTP, each what the other sends with', () => {
  const pair = new Pair();
  pair.run();
  const { client, server } = pair;
  expect(client.keys?.suite).toBe('AES_CM_128_HMAC_SHA1_80');
  expect(client.keys?.send).toHaveLength(30);
  expect(client.keys?.send).toEqual(server.keys?.receive);
  expect(client.keys?.receive).toEqual(server.keys?.send);
  expect(client.keys?.send).not.toEqual(client.keys?.receive);
});

test.each([0, 1, 2, 3, 4, 5])(
  'RFC 6347 §4.2.4: datagram %i is lost and the flight repeated',
  (lost) => {
    const pair = new Pair();
    pair.change = (datagram, _to, number) => (number === lost ? [] : [datagram]);
    pair.run(5000);
    expect(pair.client.keys?.send).toBeDefined();
    expect(pair.client.keys?.send).toEqual(pair.server.keys?.receive);
    expect([...pair.client.failures, ...pair.server.failures]).toEqual([]);
  },
);

test('doubled datagrams change nothing', () => {
  const pair = new Pair();
  pair.change = (datagram) => [datagram, datagram];
  pair.run(1000);
  expect(pair.client.keys?.send).toEqual(pair.server.keys?.receive);
});

test('a server that never answers is given up in thirty seconds', () => {
  const pair = new Pair();
  pair.change = () => [];
  pair.run(31_000);
  expect(pair.client.failures).toEqual(['The DTLS handshake was not finished in time']);
});

test.each(['client', 'server'] as const)(
  'RFC 5763 §5: a certificate other than told, on the side of the %s, ends the handshake before there are keys (A64)',
  (side) => {
    const told = { certificate: another };
    const pair = side === 'client' ? new Pair(told) : new Pair({}, told);
    pair.run(1000);
    const [liar, checker] =
      side === 'client' ? [pair.client, pair.server] : [pair.server, pair.client];
    expect(checker.failures).toEqual([
      'The certificate of the peer is not the one of its description',
    ]);
    expect(checker.keys).toBeUndefined();
    expect(liar.keys).toBeUndefined();
  },
);

test.each(['client', 'server'] as const)(
  'a %s that shows the right certificate without having its key gets nowhere (A64)',
  (side) => {
    const told = { certificate: { ...(side === 'client' ? ours : theirs), key: another.key } };
    const pair = side === 'client' ? new Pair(told) : new Pair({}, told);
    pair.run(1000);
    const checker = side === 'client' ? pair.server : pair.client;
    expect(checker.failures).toEqual(['The peer does not hold the key of its certificate']);
    expect(checker.keys).toBeUndefined();
  },
);

test.each([
  ['no fingerprint', []],
  ['SHA-1 only', [{ hash: 'sha-1', value: 'AA' }]],
])('with %s in the description there are no keys (A64)', (_what, known) => {
  const pair = new Pair({ known });
  pair.run(1000);
  expect(pair.client.keys).toBeUndefined();
  expect(pair.client.failures).toHaveLength(1);
});

test('one of several fingerprints is enough, as when a certificate is being renewed', () => {
  const value = theirs.fingerprint;
  const pair = new Pair({
    known: [
      { hash: 'sha-256', value: another.fingerprint },
      { hash: 'sha-256', value },
    ],
  });
  pair.run();
  expect(pair.client.keys).toBeDefined();
});

test('each octet of the handshake changed on its way leads to no keys, or to the same at both ends', () => {
  const lengths: number[] = [];
  const first = new Pair();
  first.change = (datagram) => {
    lengths.push(datagram.length);
    return [datagram];
  };
  first.run();
  for (const [number, length] of lengths.entries()) {
    for (let at = 0; at < length; at += 7) {
      const pair = new Pair();
      pair.change = (datagram, _to, count) => {
        if (count === number) datagram[at] = (datagram[at] ?? 0) ^ 0x15;
        return [datagram];
      };
      pair.run(900);
      const { client, server } = pair;
      if (client.keys !== undefined && server.keys !== undefined)
        expect(client.keys.send).toEqual(server.keys.receive);
    }
  }
});

test('a peer that says goodbye is told of, and only one that proves to be it', () => {
  const pair = new Pair();
  pair.run();
  pair.client.association.received(
    Uint8Array.of(21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40),
  );
  expect(pair.client.failures).toEqual([]);
  pair.server.association.close();
  pair.run();
  expect(pair.client.failures).toEqual(['closed']);
});
