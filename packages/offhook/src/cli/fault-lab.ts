// The captures of the Fault Lab, what our own explainer names in them, and how anybody's findings score against the labels.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Finding } from '@offhook/sip/trace';
import { z } from 'zod';
import { webFolders } from '../server/web-service.ts';
import { readCaptures } from './capture-files.ts';
import { misuse } from './failure.ts';

/** What is true about one capture. */
export interface Label {
  readonly file: string;
  /** Its number in the catalogue; null for a healthy call. */
  readonly fault: number | null;
  readonly rule: string;
  readonly programs: readonly string[];
  readonly transport: string;
  readonly says: string;
  /** Further faults that are there. */
  readonly also?: readonly number[] | undefined;
  /** Faults that are there by themselves besides, in another call or at another time: each has to be named. */
  readonly besides?: readonly number[] | undefined;
  /** In which round it was made, when not in the first: each was scored before our rules were mended by it. */
  readonly round?: number | undefined;
}

/** What a tool names in one capture: numbers of the catalogue. */
export interface Named {
  readonly file: string;
  readonly faults: readonly number[];
}

const number: z.ZodType<number> = z.int().min(1).max(36);
const labels: z.ZodType<readonly Label[]> = z.array(
  z.object({
    file: z.string(),
    fault: number.nullable(),
    rule: z.string(),
    programs: z.array(z.string()),
    transport: z.string(),
    says: z.string(),
    also: z.array(number).optional(),
    besides: z.array(number).optional(),
    round: z.int().optional(),
  }),
);
const findings: z.ZodType<readonly Named[]> = z.array(
  z.object({ file: z.string(), faults: z.array(number) }),
);

/** How one capture came out. */
export interface Scored {
  readonly file: string;
  readonly fault: number | null;
  readonly named: readonly number[];
  /** `named`, `missed`; `quiet` and `false` for a healthy call in which nothing or something was found. */
  readonly result: 'named' | 'missed' | 'quiet' | 'false';
  /** Named, and neither the label's fault nor true as well. */
  readonly others: readonly number[];
}

/** The labels of all captures. */
export function readLabels(): readonly Label[] {
  const text = readFileSync(path.join(webFolders.faults, 'labels.json'), 'utf8');
  return labels.parse(JSON.parse(text));
}

/** The path of a capture. */
export function capturePath({ file }: Label): string {
  return path.join(webFolders.faults, file);
}

/** What another tool found: `[{ "file": "08-….pcap.gz", "faults": [8] }]`. */
export function readFindings(file: string): readonly Named[] {
  const example = 'It is [{ "file": "NAME.pcap.gz", "faults": [8] }, …]: docs/guides/fault-lab.md';
  let text: unknown;
  try {
    text = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw misuse(`${file} cannot be read: ${String(error)}`, example);
  }
  const parsed = findings.safeParse(text);
  if (!parsed.success) throw misuse(`${file} has no findings in it`, example);
  return parsed.data;
}

/** What our own explainer finds in a capture, that of each call's verdict first. */
export async function foundByUs(label: Label): Promise<readonly Finding[]> {
  const { book } = await readCaptures({ paths: [capturePath(label)] });
  const said = book.calls.flatMap(({ id }) => book.explanation(id) ?? []);
  const verdicts = said.flatMap(({ verdict }) => verdict.finding ?? []);
  const found = [...verdicts, ...said.flatMap((explanation) => explanation.findings)];
  return found.filter(({ severity }) => severity === 'fault');
}

/** What our own explainer names in a capture. */
export async function namedByUs(label: Label): Promise<Named> {
  const found = await foundByUs(label);
  return { file: label.file, faults: [...new Set(found.flatMap(({ fault }) => fault ?? []))] };
}

/** Holds findings against the labels; a capture that they leave out has nothing named in it. */
export function score(truth: readonly Label[], found: readonly Named[]): readonly Scored[] {
  const byFile = new Map(found.map(({ file, faults }) => [path.basename(file), faults]));
  return truth.map(({ file, fault, also = [], besides = [] }) => {
    const named = byFile.get(file) ?? [];
    const isNamed = fault !== null && [fault, ...besides].every((one) => named.includes(one));
    const isHealthy = fault === null;
    const others = named.filter((one) => one !== fault && ![...also, ...besides].includes(one));
    const result = isHealthy
      ? named.length === 0
        ? 'quiet'
        : 'false'
      : isNamed
        ? 'named'
        : 'missed';
    return { file, fault, named, result, others };
  });
}
