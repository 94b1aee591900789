// A session on the time axis: its state with what ICE and DTLS say, then each media line with the packets that were seen.
import type { ComponentChild } from 'preact';
import type {
  MediaLineDocument,
  MediaSpan,
  SessionDocument,
  StreamDocument,
} from '@offhook/sip/trace';
import { Chip } from '../part/chip.tsx';
import { percentText, spanText } from '../../../../model/trace/draw/figures.ts';
import { useSubject } from '../part/subject.ts';
import { useDrawnAxis, visible } from '../time/axis.ts';
import { StateBars, statesText } from './bar.tsx';
import { LaneRow } from './lane-row.tsx';
import { StreamArea, rateOf } from './stream-area.tsx';
import { laneTone } from './tone.ts';
import { WayRow } from './way-row.tsx';

/** One session: its head and its media lines. */
export function SessionRows({ of }: { readonly of: SessionDocument }): ComponentChild {
  const { document } = useSubject();
  const notes = document.notes.filter(
    ({ session, topic }) => session === of.number && (topic === 'ice' || topic === 'dtls'),
  );
  const choice = { lane: 'S', number: of.number } as const;
  return (
    <>
      <LaneRow
        choice={choice}
        text={`Session ${of.number}; ${statesText(of.states, document.startedAt)}`}
        height={22}
        label={
          <span class="lane-name">
            <Chip label={{ lane: 'S', number: of.number, source: of.source }} />
            <span class="cut">
              {of.lines.map(({ media }) => media).join(', ') || 'nothing agreed'}
            </span>
          </span>
        }
      >
        <StateBars states={of.states} y={4} height={14} toneOf={laneTone} />
      </LaneRow>
      <WayRow of={of} notes={notes} />
      {of.lines.map((line) => (
        <MediaRow key={line.index} of={line} session={of} />
      ))}
    </>
  );
}

const lineHeight = 46;
const middle = lineHeight / 2;

function MediaRow({
  of,
  session,
}: {
  readonly of: MediaLineDocument;
  readonly session: SessionDocument;
}): ComponentChild {
  const { document, index } = useSubject();
  const dialog = document.dialogs.find(({ number }) => number === session.dialog);
  const first = dialog?.ends[0].party;
  const streams = of.streams.flatMap(
    (id) => document.streams.find((stream) => stream.id === id) ?? [],
  );
  const last = of.spans.at(-1);
  const fastest = Math.max(
    1,
    ...streams.flatMap(({ series }) => series.map((_, at) => rateOf(series, at))),
  );
  const figures = streams.map((stream) => figuresOf(stream, index.nameOf(stream.sender)));
  return (
    <LaneRow
      choice={{ lane: 'S', number: session.number }}
      text={[
        `Media line ${of.index + 1} of session ${session.number}, ${of.media}`,
        ...of.spans.map((span) => `${codecText(span)} ${directionWords(span)}`),
        ...figures.map(({ words }) => words),
      ].join('; ')}
      height={lineHeight}
      label={
        <span class="media-label">
          <span class="cut">
            <strong>{of.media}</strong> {last === undefined ? '' : codecText(last)}{' '}
            {last === undefined ? '' : arrowOf(last)}
          </span>
          {figures.map(({ short }, at) => (
            <span key={at} class="lane-note cut">
              <bdi>{short}</bdi>
            </span>
          ))}
          {streams.length === 0 && <span class="lane-note">no packets seen</span>}
        </span>
      }
      card={
        <SpanCard
          of={of}
          streams={streams}
          first={index.nameOf(first)}
          second={index.nameOf(dialog?.ends[1].party)}
        />
      }
    >
      {of.spans.map((span) => (
        <Span key={span.from} of={span} />
      ))}
      <line class="zero" x1={0} x2="100%" y1={middle} y2={middle} />
      {streams.map((stream) => (
        <StreamArea
          key={stream.id}
          of={stream}
          zero={middle}
          height={middle - 4}
          up={first === undefined || stream.sender === first}
          fastest={fastest}
        />
      ))}
    </LaneRow>
  );
}

function Span({ of }: { readonly of: MediaSpan }): ComponentChild {
  const axis = useDrawnAxis();
  const box = visible(axis, of.from, of.to ?? axis.scale.to);
  if (box === undefined) return undefined;
  const text = `${codecText(of)} ${arrowOf(of)}`;
  return (
    <g
      class="span"
      data-flows={of.forth && of.back ? 'both' : of.forth || of.back ? 'one' : 'none'}
    >
      <rect x={box.x} width={box.width} y={2} height={lineHeight - 4} rx={3} />
      {box.width > text.length * 6 + 8 && (
        <text x={box.x + 5} y={12}>
          {text}
        </text>
      )}
    </g>
  );
}

function SpanCard({
  of,
  streams,
  first,
  second,
}: {
  readonly of: MediaLineDocument;
  readonly streams: readonly StreamDocument[];
  readonly first: string;
  readonly second: string;
}): ComponentChild {
  const { document } = useSubject();
  return (
    <dl class="facts">
      {of.spans.map((span) => [
        <dt key={span.from}>{spanText(span.from - document.startedAt)}</dt>,
        <dd key={`${span.from}=`}>
          {codecText(span)}, {directionWords(span)}
          <span class="line">
            <bdi>{first}</bdi> at{' '}
            <bdi class="code">
              {span.first === undefined ? 'no address' : `${span.first.host}:${span.first.port}`}
            </bdi>
          </span>
          <span class="line">
            <bdi>{second}</bdi> at{' '}
            <bdi class="code">
              {span.second === undefined ? 'no address' : `${span.second.host}:${span.second.port}`}
            </bdi>
          </span>
        </dd>,
      ])}
      {streams.map((stream) => [
        <dt key={stream.id}>RTP {stream.id}</dt>,
        <dd key={`${stream.id}=`}>
          <bdi class="code">{`${stream.source.host}:${stream.source.port} → ${stream.destination.host}:${stream.destination.port}`}</bdi>
          <span class="line">{streamText(stream)}</span>
        </dd>,
      ])}
    </dl>
  );
}

/** The figures of a stream, in one line. */
function streamText(stream: StreamDocument): string {
  const levels = stream.series.flatMap(({ level }) => level ?? []);
  const loudest = levels.length === 0 ? undefined : Math.round(Math.max(...levels));
  return [
    figuresOf(stream, '').short.trim(),
    `longest wait ${spanText(stream.maxDelta)}`,
    loudest === undefined ? undefined : `at most ${loudest} dBm0`,
    stream.mos === undefined ? undefined : `MOS ${stream.mos.toFixed(1)}`,
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

function codecText({ codec, encrypted }: MediaSpan): string {
  return `${codec ?? 'no codec'}${encrypted ? ' SRTP' : ''}`;
}

function arrowOf({ forth, back }: MediaSpan): string {
  if (forth && back) return '↔';
  if (forth) return '→';
  return back ? '←' : '∅';
}

function directionWords({ forth, back }: MediaSpan): string {
  if (forth && back) return 'both ways';
  return forth || back ? 'one way' : 'no media';
}

function figuresOf(
  stream: StreamDocument,
  sender: string,
): { readonly short: string; readonly words: string } {
  const seconds = Math.max((stream.endedAt - stream.startedAt) / 1000, 0.02);
  const rate = Math.round(stream.packets / seconds);
  const loss = percentText(stream.expected === 0 ? 0 : stream.lost / stream.expected);
  const jitter = spanText(stream.meanJitter);
  return {
    short: `${sender} ${rate}/s · ${loss} lost · ${jitter}`,
    words: `from ${sender} ${rate} packets a second, ${loss} lost, jitter ${jitter}`,
  };
}
