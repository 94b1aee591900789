// Encrypted streams against strangers, liars and repeaters, on virtual time.
import { randomBytes } from 'node:crypto';
import { formatRtp } from '@offhook/sip/rtp';
import { expect, test } from 'vitest';
import { tone } from './audio/tone.ts';
import type { MasterKeys } from './srtp/session.ts';
import { suites } from './srtp/suite.ts';
import { addresses, agreement, pair } from './stream.test-kit.ts';

const key = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

/** Keys for both ends. */
function keysOf(name: string = 'AES_CM_128_HMAC_SHA1_80'): {
  readonly alice: MasterKeys;
  readonly bob: MasterKeys;
} {
  const length = name.startsWith('AEAD') ? 28 : 30;
  const [a, b] = [key(length), key(length)];
  const both = { suite: name, receiveLifetime: Infinity };
  return { alice: { ...both, send: a, receive: b }, bob: { ...both, send: b, receive: a } };
}

function securePair(name?: string): ReturnType<typeof pair> {
  const made = pair();
  const keys = keysOf(name);
  made.alice.stream.agree(agreement(addresses.bob, { masterKeys: keys.alice }));
  made.bob.stream.agree(agreement(addresses.alice, { masterKeys: keys.bob }));
  return made;
}

test.each(suites)(
  'RFC 3711 §3.3: a call with $name is heard at both ends, reports too',
  (suite) => {
    const { alice, bob, pass } = securePair(suite.name);
    alice.stream.play(tone({ hertz: 1000 }), () => undefined);
    pass(10_000);
    alice.stream.press([7], () => undefined);
    pass(400);
    expect(bob.digits).toEqual(['7']);
    expect(bob.stream.statistics(bob.now)).toMatchObject({
      suite: suite.name,
      receivedPackets: alice.sent.length,
      lostPackets: 0,
      forgedPackets: 0,
      remoteLostPackets: 0,
    });
    // The tone repeats itself in each packet, its ciphertext never.
    const payloads = alice.sent.slice(10, 200).map(({ packet }) => packet.payload.join());
    expect(new Set(payloads).size).toBe(payloads.length);
  },
);

test('RFC 3711 §3.3: 100 000 forged packets, from the peer and from strangers, change nothing (A62, C196)', () => {
  const { alice, bob, pass } = securePair();
  pass(200);
  const before = alice.stream.statistics(alice.now);
  const payload = new Uint8Array(170).fill(1);
  for (let count = 0; count < 100_000; count += 1) {
    const { host, port } = count % 2 === 0 ? addresses.bob : addresses.stranger;
    const ssrc = count % 3 === 0 ? 2 : count;
    const forged = formatRtp({
      payloadType: 0,
      sequence: count & 0xffff,
      timestamp: 0,
      ssrc,
      payload,
    });
    alice.stream.received(forged, host, port, alice.now);
  }
  expect(alice.stream.statistics(alice.now)).toEqual({ ...before, forgedPackets: 100_000 });
  pass(200);
  expect(alice.stream.statistics(alice.now)).toMatchObject({
    receivedPackets: bob.sent.length,
    lostPackets: 0,
    remote: addresses.bob,
  });
});

test('RFC 3711 §3.3: plain RTP and RTCP are not taken where keys were agreed on (C196)', () => {
  const { alice, pass } = securePair();
  const { host, port } = addresses.bob;
  alice.peer = undefined;
  for (let sequence = 0; sequence < 20; sequence += 1) {
    const plain = formatRtp({
      payloadType: 0,
      sequence,
      timestamp: 0,
      ssrc: 2,
      payload: new Uint8Array(160),
    });
    alice.stream.received(plain, host, port, alice.now);
  }
  alice.stream.receivedRtcp(Uint8Array.of(128, 201, 0, 1, 0, 0, 0, 2), host, port + 1, alice.now);
  expect(alice.stream.statistics(alice.now)).toMatchObject({
    receivedPackets: 0,
    forgedPackets: 21,
  });
  expect(alice.firstPackets).toBe(0);
  pass(20);
});

test('a peer is learnt to be elsewhere by authentic packets only (A61)', () => {
  const { alice, bob } = securePair();
  const { host, port } = addresses.stranger;
  for (let sequence = 0; sequence < 10; sequence += 1) {
    const plain = formatRtp({
      payloadType: 0,
      sequence,
      timestamp: 0,
      ssrc: 9,
      payload: new Uint8Array(170),
    });
    alice.stream.received(plain, host, port, alice.now);
  }
  expect(alice.stream.statistics(alice.now)).toMatchObject({ remote: addresses.bob });
  const moved = addresses.stranger;
  bob.peer = undefined;
  const taken: Uint8Array[] = [];
  bob.wire = (bytes) => taken.push(bytes);
  for (let count = 0; count < 6; count += 1) bob.stream.tick(bob.now);
  for (const bytes of taken) alice.stream.received(bytes, moved.host, moved.port, alice.now);
  expect(alice.stream.statistics(alice.now)).toMatchObject({ remote: moved });
});

test('RFC 3711 §9.1: a key that comes back by a rollback goes on where it was', () => {
  const { alice, bob, pass } = pair();
  const first = keysOf();
  const second = keysOf();
  const agree = (keys: typeof first): void => {
    alice.stream.agree(agreement(addresses.bob, { masterKeys: keys.alice }));
    bob.stream.agree(agreement(addresses.alice, { masterKeys: keys.bob }));
  };
  agree(first);
  pass(200);
  agree(second);
  pass(200);
  agree(first);
  pass(200);
  expect(bob.stream.statistics(bob.now)).toMatchObject({ receivedPackets: 30, forgedPackets: 0 });
});

test('RFC 4568 §7.1.4: after a change of keys the old ones are heard until the first packet with the new', () => {
  const { alice, bob, pass } = pair();
  const [first, second] = [keysOf(), keysOf()];
  alice.stream.agree(agreement(addresses.bob, { masterKeys: first.alice }));
  bob.stream.agree(agreement(addresses.alice, { masterKeys: first.bob }));
  pass(200);
  // Alice knows the answer already, Bob does not yet.
  alice.stream.agree(
    agreement(addresses.bob, { masterKeys: { ...second.alice, send: first.alice.send } }),
  );
  pass(100);
  expect(alice.stream.statistics(alice.now)).toMatchObject({
    receivedPackets: 15,
    forgedPackets: 0,
  });
  bob.stream.agree(
    agreement(addresses.alice, { masterKeys: { ...second.bob, receive: first.bob.receive } }),
  );
  pass(100);
  expect(alice.stream.statistics(alice.now)).toMatchObject({
    receivedPackets: 20,
    forgedPackets: 0,
  });
  // Now the old ones are no good any more.
  bob.stream.agree(agreement(addresses.alice, { masterKeys: first.bob }));
  pass(100);
  expect(alice.stream.statistics(alice.now)).toMatchObject({
    receivedPackets: 20,
    forgedPackets: 5,
  });
});
