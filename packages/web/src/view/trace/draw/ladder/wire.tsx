// What is drawn between the parties' lines in one row: an arrow, a step at a line, media, a note.
import type { ComponentChild } from 'preact';
import type {
  ChangeDocument,
  MessageDocument,
  NoteDocument,
  StepDocument,
} from '@offhook/sip/trace';
import type { MediaItem } from '../../../../model/trace/draw/ladder-rows.ts';
import { fitting, textAt } from './columns.ts';
import type { Wires } from './columns.ts';

const line = 23;
const letter = 6.7;

/** The arrow of a message with its title. */
export function MessageWire({
  of,
  wires,
}: {
  readonly of: MessageDocument;
  readonly wires: Wires;
}): ComponentChild {
  const [from, to] = [wires.x(of.from), wires.x(of.to)];
  const sign = to >= from ? 1 : -1;
  const end = of.lost ? from + (to - from) * 0.72 : to - sign * 2;
  const protocol = of.protocol === 'UDP' ? '' : ` ${of.protocol}`;
  const title = textAt(`${of.title}${protocol}`, (from + to) / 2, wires, letter);
  if (from === to) return <Itself at={from} title={of.title} wires={wires} />;
  return (
    <g
      class="arrow3"
      data-tone={toneOf(of)}
      data-turn={turnOf(of)}
      data-again={of.resend > 0}
      data-lost={of.lost}
    >
      <line x1={from + sign * 2} x2={of.lost ? end : end - sign * 5} y1={line} y2={line} />
      {of.lost ? (
        <path class="cross" d={`M${end - 4} ${line - 4}l8 8m0 -8l-8 8`} />
      ) : (
        <path class="head" d={`M${end} ${line}l${-sign * 8} -4v8z`} />
      )}
      <text class="wire-text" x={title.x} y={line - 7} text-anchor="middle">
        {title.text.slice(0, title.text.length - protocol.length)}
        <tspan class="protocol">{title.text.slice(title.text.length - protocol.length)}</tspan>
      </text>
    </g>
  );
}

/** Neighbouring transactions differ in it: a page may colour by it. */
function turnOf({ labels }: MessageDocument): number | undefined {
  const transaction = labels.find(({ lane }) => lane === 'T');
  return transaction === undefined ? undefined : transaction.number % 6;
}

function Itself({
  at,
  title,
  wires,
}: {
  readonly at: number;
  readonly title: string;
  readonly wires: Wires;
}): ComponentChild {
  return (
    <g class="arrow3" data-tone="request">
      <path class="loop" d={`M${at + 2} ${line - 8}h14v10h-8`} />
      <path class="head" d={`M${at + 3} ${line + 2}l7 -4v8z`} />
      <text class="wire-text" x={at + 22} y={line - 2}>
        {fitting(title, wires.width - at - 24, letter)}
      </text>
    </g>
  );
}

/** A step that no message caused: a dot at its party's line, and what it was. */
export function StepWire({
  of,
  wires,
}: {
  readonly of: StepDocument;
  readonly wires: Wires;
}): ComponentChild {
  const { event } = of.change;
  return (
    <Beside
      at={wires.x(of.party)}
      text={stepText(of.change)}
      wires={wires}
      kind={event.startsWith('Timer ') ? 'timer' : 'user'}
    />
  );
}

/** Something to know that is no message: at its party's line where it has one. */
export function NoteWire({
  of,
  times,
  wires,
}: {
  readonly of: NoteDocument;
  /** How often it was said one after the other. */
  readonly times: number;
  readonly wires: Wires;
}): ComponentChild {
  const bad = /fail|clos|mismatch|missing|lost|drop|unreachable/.test(of.event);
  return (
    <Beside
      at={of.party === undefined ? undefined : wires.x(of.party)}
      text={times > 1 ? `${of.text} (${times} times)` : of.text}
      wires={wires}
      kind={bad ? 'bad' : 'note'}
    />
  );
}

/** A mark at a line and a text at that side of it where there is more room. */
function Beside({
  at,
  text,
  wires,
  kind,
}: {
  readonly at: number | undefined;
  readonly text: string;
  readonly wires: Wires;
  readonly kind: 'timer' | 'user' | 'note' | 'bad';
}): ComponentChild {
  const x = at ?? 8;
  const toRight = x <= wires.width / 2;
  const room = (toRight ? wires.width - x : x) - 18;
  return (
    <g class="beside" data-kind={kind}>
      {kind === 'timer' ? (
        <circle cx={x} cy={17} r={4} />
      ) : (
        <path class="mark3" d={`M${x} 12l5 5l-5 5l-5 -5z`} />
      )}
      <text
        class="wire-text"
        x={toRight ? x + 11 : x - 11}
        y={21}
        text-anchor={toRight ? 'start' : 'end'}
      >
        {fitting(text, room, 6.3)}
      </text>
    </g>
  );
}

/** Media between two lines: a double line with a head where it flows to. */
export function MediaWire({
  of,
  wires,
}: {
  readonly of: MediaItem;
  readonly wires: Wires;
}): ComponentChild {
  const [first, second] = [wires.x(of.first), wires.x(of.second)];
  const sign = second >= first ? 1 : -1;
  const [start, end] = [first + sign * 3, second - sign * 3];
  const silent = !of.forth && !of.back;
  const title = textAt(of.text, (first + second) / 2, wires, letter);
  return (
    <g class="media3" data-silent={silent}>
      <line
        x1={start + (of.back ? sign * 6 : 0)}
        x2={end - (of.forth ? sign * 6 : 0)}
        y1={line - 2}
        y2={line - 2}
      />
      {!silent && (
        <line
          x1={start + (of.back ? sign * 6 : 0)}
          x2={end - (of.forth ? sign * 6 : 0)}
          y1={line + 2}
          y2={line + 2}
        />
      )}
      {of.forth && <path class="head" d={`M${end} ${line}l${-sign * 9} -5v10z`} />}
      {of.back && <path class="head" d={`M${start} ${line}l${sign * 9} -5v10z`} />}
      <text class="wire-text" x={title.x} y={line - 8} text-anchor="middle">
        {title.text}
      </text>
    </g>
  );
}

/** What a step was: `Timer B fires: Calling → Terminated`. */
export function stepText({ event, before, after, subject }: ChangeDocument): string {
  const way = before === undefined ? after : before === after ? '' : `${before} → ${after}`;
  return `${event}${way === '' ? '' : `: ${way}`} (${subject})`;
}

function toneOf({ status }: MessageDocument): string {
  if (status === undefined) return 'request';
  if (status < 200) return 'going';
  if (status < 300) return 'good';
  // To be asked for credentials, and a 3xx, are no failures.
  return status === 401 || status === 407 || status < 400 ? 'asked' : 'bad';
}
