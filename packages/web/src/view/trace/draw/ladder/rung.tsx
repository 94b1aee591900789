// One row of the ladder.
import type { ComponentChild } from 'preact';
import type { MessageDocument, NoteDocument, StepDocument } from '@offhook/sip/trace';
import { isIn } from '../../../../model/trace/draw/call-index.ts';
import { clockText, spanText } from '../../../../model/trace/draw/figures.ts';
import { holds, nextSending, offerText } from '../../../../model/trace/draw/ladder-rows.ts';
import type { LadderRow, MediaItem } from '../../../../model/trace/draw/ladder-rows.ts';
import type { LaneChoice } from '../../../../model/trace/selection.ts';
import { Chip } from '../part/chip.tsx';
import { shownText } from '../part/shown-text.ts';
import { useSubject } from '../part/subject.ts';
import type { Subject } from '../part/subject.ts';
import type { Wires } from './columns.ts';
import { MediaWire, MessageWire, NoteWire, StepWire, stepText } from './wire.tsx';

/** Height of a row in CSS pixels; style/rungs.css has the same. */
export const rowHeight = 34;

/** One row, number `at` of the ladder from 0 on. */
export function Rung({
  row,
  before,
  wires,
  id,
  at,
}: {
  readonly row: LadderRow;
  readonly before: LadderRow | undefined;
  readonly wires: Wires;
  readonly id: string;
  readonly at: number;
}): ComponentChild {
  const subject = useSubject();
  const { document, selection, spotlight } = subject;
  const frame = row.kind === 'media' ? undefined : row.frame;
  const isChosen = holds(row, selection.frame.value);
  const isUnder = frame !== undefined && selection.hover.value.frame === frame;
  const window = selection.window.value;
  const lane = selection.lane.value;
  const isOut = window !== undefined && (row.at < window.from || row.at > window.to);
  const delta = before === undefined ? undefined : row.at - before.at;
  return (
    <div
      role="row"
      id={id}
      class="rung"
      aria-rowindex={at + 2}
      style={{ insetBlockStart: `${at * rowHeight}px` }}
      aria-selected={isChosen}
      data-kind={row.kind}
      data-lit={lane !== undefined && belongs(row, lane) ? lane.lane : undefined}
      data-away={isOut || (spotlight !== undefined && !belongs(row, spotlight))}
      data-hover={isUnder}
      onClick={() => {
        if (frame !== undefined) selection.frame.value = frame;
        else if (row.kind === 'media') selection.lane.value = { lane: 'S', number: row.session };
      }}
      onPointerEnter={() => {
        selection.hover.value = { frame, at: row.at };
      }}
      onPointerLeave={() => {
        selection.hover.value = {};
      }}
    >
      <span role="gridcell" class="number">
        {row.kind === 'message' ? row.of.number : ''}
      </span>
      <span role="gridcell" class="at">
        {clockText(row.at - document.startedAt)}
      </span>
      <span role="gridcell" class="delta" data-long={delta !== undefined && delta >= 1000}>
        {delta === undefined || delta < 0.05 ? '' : `+${spanText(delta)}`}
      </span>
      <div role="gridcell" class="wire" aria-label={wireText(row, subject)}>
        <svg width={wires.width} height={rowHeight} aria-hidden="true">
          {wires.parties.map(({ party, x }) => (
            <line key={party.id} class="life" x1={x} x2={x} y1={0} y2={rowHeight} />
          ))}
          <Wire row={row} wires={wires} />
        </svg>
      </div>
      <span role="gridcell" class="first-line cut">
        <bdi>{row.kind === 'message' ? shownText(row.of.firstLine) : ''}</bdi>
      </span>
      <span role="gridcell" class="told">
        <Told row={row} />
      </span>
    </div>
  );
}

function Wire({ row, wires }: { readonly row: LadderRow; readonly wires: Wires }): ComponentChild {
  switch (row.kind) {
    case 'message':
      return <MessageWire of={row.of} wires={wires} />;
    case 'step':
      return <StepWire of={row.of} wires={wires} />;
    case 'note':
      return <NoteWire of={row.of} times={row.times} wires={wires} />;
    case 'media':
      return <MediaWire of={row} wires={wires} />;
  }
}

function Told({ row }: { readonly row: LadderRow }): ComponentChild {
  switch (row.kind) {
    case 'message':
      return <MessageTold of={row.of} />;
    case 'step': {
      const { label } = row.of.change;
      return label === undefined ? undefined : <Chip label={label} />;
    }
    case 'note':
      return <span class="tag">{row.of.topic}</span>;
    case 'media':
      return <Chip label={{ lane: 'S', number: row.session, source: row.source }} />;
  }
}

function MessageTold({ of }: { readonly of: MessageDocument }): ComponentChild {
  const { document, explanation, index, isLive, now } = useSubject();
  const offer = offerText(of);
  const next = nextSending(document, of);
  const left = next === undefined ? undefined : next - (isLive ? now.value : of.at);
  const resent = index.resent(of.number);
  const isFault = explanation.findings.some(
    ({ severity, why }) => severity === 'fault' && why.frames.includes(of.frame),
  );
  const lint = explanation.lint.filter(({ message }) => message === of.number).length;
  return (
    <>
      {of.labels.map((label) => (
        <Chip key={label.lane} label={label} />
      ))}
      {offer !== undefined && (
        <span class="tag" data-sdp={of.sdp ?? 'none'}>
          {offer}
        </span>
      )}
      {of.lost && <span class="tag bad">lost</span>}
      {of.resend > 0 && (
        <span class="tag again" title={`Repeat ${of.resend} of message ${of.resendOf ?? 0}`}>
          {`resent ${of.resend}×${left !== undefined && left > 0 ? `, next in ${spanText(left)}` : ''}`}
        </span>
      )}
      {of.resend === 0 && resent > 0 && <span class="tag again">{`again ${resent}×`}</span>}
      {isFault && (
        <span class="tag bad" title="A fault shows here">
          fault
        </span>
      )}
      {lint > 0 && (
        <span class="tag lint" title={`${lint} departures from the RFCs in this message`}>
          {`lint ${lint}`}
        </span>
      )}
    </>
  );
}

function belongs(row: LadderRow, choice: LaneChoice): boolean {
  return row.kind === 'media'
    ? choice.lane === 'S' && choice.number === row.session
    : isIn(row, choice);
}

function wireText(row: LadderRow, { index }: Subject): string {
  switch (row.kind) {
    case 'message':
      return `${index.nameOf(row.of.from)} to ${index.nameOf(row.of.to)}: ${row.of.title}`;
    case 'step':
      return stepWords(row.of, index.nameOf(row.of.party));
    case 'note':
      return noteWords(row.of);
    case 'media':
      return mediaWords(row, index.nameOf(row.first), index.nameOf(row.second));
  }
}

function stepWords(of: StepDocument, name: string): string {
  return `${name}: ${stepText(of.change)}`;
}

function noteWords(of: NoteDocument): string {
  return `${of.topic}: ${of.text}`;
}

function mediaWords(of: MediaItem, first: string, second: string): string {
  const ways =
    of.forth && of.back
      ? 'both ways'
      : of.forth
        ? 'from the first'
        : of.back
          ? 'from the second'
          : '';
  return `${of.text} between ${first} and ${second} ${ways}`.trim();
}
