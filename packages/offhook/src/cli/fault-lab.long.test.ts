// The Fault Lab against our own explainer: every fault is named in every capture of it, and healthy calls have none.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { faults } from './fault-catalogue.ts';
import { capturePath, foundByUs, readLabels, score } from './fault-lab.ts';

const labels = readLabels();

describe('The Fault Lab', () => {
  test.each(labels.map((label) => [label.file, label] as const))('%s', async (_, label) => {
    const found = await foundByUs(label);
    const named = found.flatMap(({ fault }) => fault ?? []);
    for (const { fault, rule } of found) {
      if (fault !== undefined) expect(rule).toBe(faults[fault - 1]?.rule);
    }
    const { fault, also = [], besides } = label;
    if (fault === null) expect(named).toEqual([]);
    else if (besides === undefined) expect(named[0]).toBe(fault);
    else {
      // Of faults that have nothing to do with each other none comes first, and no third may be named.
      expect(named).toEqual(expect.arrayContaining([fault, ...besides]));
      expect([fault, ...also, ...besides]).toEqual(expect.arrayContaining(named));
    }
  });

  test('has each fault under the name of its rule, in captures that are small', () => {
    for (const label of labels) {
      if (label.fault !== null) expect(faults[label.fault - 1]?.rule).toBe(label.rule);
      expect(statSync(capturePath(label)).size).toBeLessThan(40_000);
    }
  });

  test('has at least three captures of each fault and twenty healthy calls, and a label for each file', () => {
    const count = (fault: number | null): number =>
      labels.filter((label) => label.fault === fault).length;
    for (const { fault } of faults) expect(count(fault)).toBeGreaterThanOrEqual(3);
    expect(count(null)).toBeGreaterThanOrEqual(20);
    const [first] = labels;
    const folder = first === undefined ? '' : path.dirname(capturePath(first));
    const files = readdirSync(folder).filter((file) => file.endsWith('.gz'));
    expect(files.toSorted()).toEqual(labels.map(({ file }) => file).toSorted());
  });

  test('scores the findings of another tool', () => {
    const label = { rule: 'r', programs: [], transport: 'UDP', says: '' };
    const truth = [
      { ...label, file: 'a.pcap.gz', fault: 8, also: [2] },
      { ...label, file: 'b.pcap.gz', fault: 9 },
      { ...label, file: 'c.pcap.gz', fault: null },
      { ...label, file: 'd.pcap.gz', fault: null },
    ];
    const found = [
      { file: '/somewhere/a.pcap.gz', faults: [2, 8, 3] },
      { file: 'd.pcap.gz', faults: [1] },
    ];
    expect(score(truth, found)).toMatchObject([
      { result: 'named', others: [3] },
      { result: 'missed', named: [] },
      { result: 'quiet' },
      { result: 'false', others: [1] },
    ]);
  });
});
