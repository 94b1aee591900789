// What candidates tell of a network, as Chromium gives them.
import { describe, expect, test } from 'vitest';
import { networkReport } from './network-report.ts';
import type { FoundCandidate } from './network-report.ts';

const host = { type: 'host', protocol: 'udp', address: '10.0.0.2', port: 50_000 } as const;
const srflx = (port: number, relatedPort = 50_000): FoundCandidate => ({
  ...{ type: 'srflx', protocol: 'udp', address: '203.0.113.9', port },
  ...{ relatedAddress: relatedPort === 0 ? '0.0.0.0' : '10.0.0.2', relatedPort },
});
const relay = { ...srflx(60_000), type: 'relay' } as const;
const mapped = { host: '203.0.113.9', port: 61_000 };

describe('The candidates of a page tell', () => {
  test('that there is no NAT, when a server was heard and says nothing new', () => {
    const found = networkReport({ candidates: [host], asked: { stun: 1, turn: 0 }, failed: [] });
    expect(found).toEqual({
      mapped: undefined,
      mapping: 'none',
      udp: true,
      relay: undefined,
      failed: [],
    });
  });

  test('the mapped address, and with one server nothing of the kind of NAT', () => {
    const found = networkReport({
      candidates: [host, srflx(61_000)],
      asked: { stun: 1, turn: 0 },
      failed: [],
    });
    expect(found).toMatchObject({ mapped, mapping: 'unknown', udp: true });
  });

  test('that two servers see one port, or each its own (RFC 4787 §4.1)', () => {
    const asked = { stun: 2, turn: 0 };
    const one = networkReport({ candidates: [host, srflx(61_000)], asked, failed: [] });
    expect(one).toMatchObject({ mapped, mapping: 'endpoint-independent' });
    const two = networkReport({
      candidates: [host, srflx(61_000), srflx(61_001)],
      asked,
      failed: [],
    });
    expect(two).toMatchObject({ mapped, mapping: 'address-and-port-dependent' });
    const half = networkReport({ candidates: [host, srflx(61_000)], asked, failed: ['stun:b'] });
    expect(half).toMatchObject({ mapped, mapping: 'unknown' });
  });

  test('nothing of two ports when the browser hides from where it sent', () => {
    const candidates = [srflx(61_000, 0), srflx(61_001, 0)];
    const found = networkReport({ candidates, asked: { stun: 2, turn: 0 }, failed: [] });
    expect(found).toMatchObject({ mapped, mapping: 'unknown' });
  });

  test('that UDP is blocked, and whether a relay is there', () => {
    const none = networkReport({
      candidates: [host],
      asked: { stun: 1, turn: 1 },
      failed: ['stun:a', 'turn:b'],
    });
    expect(none).toMatchObject({ mapped: undefined, mapping: 'unknown', udp: false, relay: false });
    const relayed = networkReport({
      candidates: [host, relay],
      asked: { stun: 0, turn: 1 },
      failed: [],
    });
    expect(relayed).toMatchObject({ mapping: 'none', udp: true, relay: true });
    const unasked = networkReport({ candidates: [host], asked: { stun: 0, turn: 0 }, failed: [] });
    expect(unasked).toMatchObject({ mapping: 'unknown', udp: undefined, relay: undefined });
  });
});
