// Loss and jitter as report blocks tell them.
import { expect, test } from 'vitest';
import { ReceptionStatistics } from './statistics.ts';

test('RFC 3550 appendix A.8: packets that keep time have no jitter, even when the timestamp wraps', () => {
  const statistics = new ReceptionStatistics(8000);
  for (let packet = 0; packet < 100; packet += 1) {
    statistics.arrived(packet, (0xffff_fe00 + packet * 160) >>> 0, 5 + packet * 20);
  }
  expect(statistics.jitter).toBeCloseTo(0, 6);
  expect(statistics).toMatchObject({ received: 100, lost: 0 });
});

test('RFC 3550 appendix A.8: a sixteenth of each change of the way counts', () => {
  const statistics = new ReceptionStatistics(8000);
  statistics.arrived(0, 0, 0);
  statistics.arrived(1, 160, 30);
  expect(statistics.jitter).toBeCloseTo(80 / 16, 6);
  expect(statistics.jitterMilliseconds).toBeCloseTo(10 / 16, 6);
  statistics.arrived(2, 320, 50);
  expect(statistics.jitter).toBeCloseTo(5 - 5 / 16, 6);
});

test('RFC 3550 appendix A.3: the fraction lost counts from report to report', () => {
  const statistics = new ReceptionStatistics(8000);
  for (const sequence of [0, 1, 3, 4, 5, 7])
    statistics.arrived(sequence, sequence * 160, sequence * 20);
  expect(statistics.report(7, 0)).toMatchObject({
    ssrc: 7,
    lost: 2,
    fractionLost: 64,
    highestSequence: 7,
  });
  for (const sequence of [8, 9]) statistics.arrived(sequence, sequence * 160, sequence * 20);
  expect(statistics.report(7, 0)).toMatchObject({
    lost: 2,
    fractionLost: 0,
    lastReport: 0,
    delay: 0,
  });
});

test('RFC 3550 §6.4.1: a report block tells when the last sender report came', () => {
  const statistics = new ReceptionStatistics(8000);
  statistics.arrived(0, 0, 0);
  const ntp = { seconds: 0x1234, fraction: 0x5678_0000 };
  const counters = { timestamp: 0, packets: 0, octets: 0, reports: [] };
  statistics.senderReported({ kind: 'sender-report', ssrc: 7, ntp, ...counters }, 1000);
  expect(statistics.report(7, 1500)).toMatchObject({ lastReport: 0x1234_5678, delay: 32_768 });
});

test('a restart and a new source keep the totals', () => {
  const statistics = new ReceptionStatistics(8000);
  for (const sequence of [0, 1, 3]) statistics.arrived(sequence, 0, 0);
  expect(statistics.arrived(30_000, 0, 0)).toBe('jump');
  expect(statistics.arrived(30_001, 0, 0)).toBe('restart');
  expect(statistics).toMatchObject({ received: 4, lost: 1 });
  statistics.changeSource();
  expect(statistics.arrived(9, 0, 0)).toBe('first');
  expect(statistics).toMatchObject({ received: 5, lost: 1 });
});
