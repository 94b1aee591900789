// Keys sent and received, report by report.
import { expect, test } from 'vitest';
import { DtmfReceiver, DtmfSender } from './events.ts';
import type { DtmfReport } from './events.ts';

function sent(events: number[], frames: number): (DtmfReport | undefined)[] {
  const sender = new DtmfSender();
  sender.press(events, () => undefined);
  return Array.from({ length: frames }, (_, frame) => sender.next(frame * 160));
}

test('RFC 4733 §2.5.1.2, §2.5.1.4: a key is marked once, told each 20 ms, and its end three times', () => {
  const reports = sent([5], 9);
  expect(reports.map((report) => report?.duration)).toEqual([
    160,
    320,
    480,
    640,
    800,
    800,
    800,
    undefined,
    undefined,
  ]);
  expect(reports.map((report) => report?.marker === true)).toEqual([
    true,
    ...Array.from({ length: 8 }, () => false),
  ]);
  expect(reports.filter((report) => report?.end === true).length).toBe(3);
  expect(reports.slice(0, 7).every((report) => report?.timestamp === 0 && report.event === 5)).toBe(
    true,
  );
});

test('keys follow each other with a pause', () => {
  const sender = new DtmfSender();
  const done: boolean[] = [];
  sender.press([1, 1], (out) => done.push(out));
  const starts: number[] = [];
  for (let timestamp = 0; sender.active; timestamp += 160) {
    if (sender.next(timestamp)?.marker === true) starts.push(timestamp);
  }
  expect(starts).toEqual([0, 9 * 160]);
  expect(done).toEqual([true]);
});

test('keys that are forgotten are told as not sent', () => {
  const sender = new DtmfSender();
  const done: boolean[] = [];
  sender.press([1, 2], (out) => done.push(out));
  sender.press([], (out) => done.push(out));
  sender.next(0);
  sender.clear();
  expect(done).toEqual([true, false]);
  expect(sender.next(160)).toBeUndefined();
});

/** The events that are told of a row of reports. */
function told(reports: readonly (Omit<DtmfReport, 'sounds'> | undefined)[]): number[] {
  const receiver = new DtmfReceiver();
  return reports
    .filter((report) => report !== undefined)
    .filter((report) => receiver.isNew(report, report.timestamp, report.marker))
    .map(({ event }) => event);
}

const unmarked = (report: DtmfReport | undefined): DtmfReport | undefined =>
  report === undefined ? undefined : { ...report, marker: false };

test('RFC 4733 §2.5.2: each key is told once, with the marker and without it', () => {
  const reports = sent([5, 5, 11], 30);
  expect(told(reports)).toEqual([5, 5, 11]);
  expect(told(reports.map(unmarked))).toEqual([5, 5, 11]);
});

test('RFC 4733 §2.6.2: one report that comes through is enough', () => {
  const reports = sent([5, 5], 18);
  for (let kept = 0; kept < 7; kept += 1) {
    expect(told([reports[kept], reports[kept + 9]])).toEqual([5, 5]);
  }
});

test('reports that come twice or late make no second key', () => {
  const reports = sent([5, 6], 18);
  const doubled = reports.flatMap((report) => [report, report]);
  expect(told(doubled)).toEqual([5, 6]);
  expect(told([...reports, reports[2], reports[6]])).toEqual([5, 6]);
});

test('RFC 4733 §2.5.1.3: the segments of a long key are one key', () => {
  const segment = { event: 5, volume: 10, marker: false, end: false };
  expect(
    told([
      { ...segment, timestamp: 1000, duration: 160, marker: true },
      { ...segment, timestamp: 1000, duration: 65_535 },
      { ...segment, timestamp: 66_535, duration: 160 },
      { ...segment, timestamp: 66_535, duration: 320, end: true },
    ]),
  ).toEqual([5]);
});

test('a sender that wrongly moves the timestamp on with each report presses one key', () => {
  const moved = sent([5, 5], 18).map((report, frame) =>
    report === undefined ? undefined : { ...report, timestamp: frame * 160, marker: false },
  );
  expect(told(moved)).toEqual([5, 5]);
});

test('RFC 4733 §2.3.5: a first report without duration says nothing yet, unless it is marked', () => {
  const report = { event: 3, volume: 10, end: false, timestamp: 0 };
  expect(told([{ ...report, duration: 0, marker: false }])).toEqual([]);
  expect(
    told([
      { ...report, duration: 0, marker: true },
      { ...report, duration: 160, marker: false },
    ]),
  ).toEqual([3]);
});
