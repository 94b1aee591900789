// The whole ladder: calls as text, one column a party, in the manner of RFC 3665; for tests and stored traces.
import type { Observation } from '../../base/tap.ts';
import { Correlator } from '../correlate/correlator.ts';
import type { Call, Labelled, Party } from '../correlate/labelled.ts';
import { chainOf, placed } from './columns.ts';
import { drawRow } from './draw.ts';
import { Frame } from './frame.ts';
import { lookOf } from './look.ts';
import type { LadderOptions, Look } from './look.ts';
import { piece, printLine } from './style.ts';
import type { Line } from './style.ts';
import { callHeading, callSummary } from './summary.ts';

const margin = 17;

/** The ladder of a finished set of observations, call after call, with a line end after each line. The same in, the same out. */
export function ladder(observations: Iterable<Observation>, options: LadderOptions = {}): string {
  const frames = new Map<number, number>();
  const look = lookOf(options, options.frames === undefined ? margin : margin + 3, frames);
  const correlator = new Correlator({ calls: Number.MAX_SAFE_INTEGER });
  const rows = new Map<number, Labelled>();
  const inOrder = [...observations].sort((one, other) => one.at - other.at);
  for (const observation of inOrder) {
    for (const row of correlator.add(observation)) rows.set(row.id, row);
    const [row, frame] = [correlator.messageRow, options.frames?.get(observation)];
    if (observation.kind === 'message' && row !== undefined && frame !== undefined)
      frames.set(row.id, frames.get(row.id) ?? frame);
  }
  for (const row of correlator.flush()) rows.set(row.id, row);
  const byCall = new Map<Call | undefined, Labelled[]>();
  for (const row of [...rows.values()].sort((one, other) => one.at - other.at)) {
    const group = byCall.get(row.call) ?? [];
    byCall.set(row.call, group);
    group.push(row);
  }
  const lines: Line[] = [];
  for (const [call, group] of byCall) {
    const block = wholeCall(call, group, look, options.call);
    if (block.length > 0) lines.push(...(lines.length === 0 ? [] : [[]]), ...block);
  }
  return lines.map((line) => `${printLine(line, look.colour)}\n`).join('');
}

function wholeCall(
  call: Call | undefined,
  rows: readonly Labelled[],
  look: Look,
  numbered: number | undefined,
): readonly Line[] {
  const number = numbered ?? call?.number ?? 0;
  const parties = rows.reduce<readonly Party[]>((order, row) => placed(order, chainOf(row)), []);
  const frame = new Frame(parties, look.glyphs, look.width, look.margin);
  const blocks = rows.flatMap((row) => drawRow(row, frame, look, ''));
  if (blocks.length === 0) return [];
  const heading =
    call === undefined
      ? [[piece('outside of calls', 'heading')]]
      : [callHeading({ call, number }, look)];
  const header = parties.length === 0 ? [] : frame.header();
  const summary = call === undefined ? [] : callSummary({ call, number }, look);
  return [...heading, ...header, ...blocks, ...summary];
}
