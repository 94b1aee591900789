// The RTP of a call: each stream with its figures and its graphs, and what endpoints told of their media, all on one time axis.
import type { ComponentChild } from 'preact';
import type { ReportDocument, StreamDocument } from '@offhook/sip/trace';
import { countText, percentText, spanText } from '../../../../model/trace/draw/figures.ts';
import { lengthOf, rateOf } from '../lane/stream-area.tsx';
import { FrameLink } from '../part/frame-link.tsx';
import { useSubject } from '../part/subject.ts';
import { useSize } from '../part/width.ts';
import { AxisContext, useAxis, useDrawnAxis, visible } from '../time/axis.ts';
import { AxisMarks } from '../time/axis-row.tsx';
import { Graph } from './graph.tsx';

/** All streams and reports of the subject. */
export function Streams(): ComponentChild {
  const { document } = useSubject();
  const { ref, width } = useSize<HTMLDivElement>();
  const axis = useAxis(width, false);
  const told = reporters(document.reports);
  if (document.streams.length === 0 && told.length === 0) {
    return (
      <p class="nothing">
        No media was captured with this call, and nobody told of his. To see it, capture on the
        interface of the media as well, or record at an endpoint.
      </p>
    );
  }
  return (
    <div class="streams">
      <div class="graph-measure">
        <div class="measure" ref={ref} />
        {width > 0 && (
          <AxisContext.Provider value={axis}>
            <AxisMarks />
          </AxisContext.Provider>
        )}
      </div>
      {width > 0 && (
        <AxisContext.Provider value={axis}>
          {document.streams.map((stream) => (
            <Stream key={stream.id} of={stream} />
          ))}
          {told.map((reports) => (
            <Reports key={`${reports[0]?.party} ${reports[0]?.line}`} of={reports} />
          ))}
        </AxisContext.Provider>
      )}
    </div>
  );
}

function Stream({ of }: { readonly of: StreamDocument }): ComponentChild {
  const { index, selection } = useSubject();
  const { lane } = selection;
  const isChosen = lane.value?.lane === 'stream' && lane.value.number === of.id;
  const at = (place: number): number => lengthOf(of.series, place);
  const points = <Value extends number | undefined>(
    valueOf: (sample: StreamDocument['series'][number], place: number) => Value,
  ): { at: number; length: number; value: Value }[] =>
    of.series.map((sample, place) => ({
      at: sample.at,
      length: Math.min(at(place), Math.max(1, of.endedAt - sample.at)),
      value: valueOf(sample, place),
    }));
  const isLast = (place: number): boolean => place === of.series.length - 1 && place > 0;
  const rates = points((_, place) => rateOf(of.series, isLast(place) ? place - 1 : place));
  const name =
    of.sender === undefined ? `${of.source.host}:${of.source.port}` : index.nameOf(of.sender);
  const to =
    of.receiver === undefined
      ? `${of.destination.host}:${of.destination.port}`
      : index.nameOf(of.receiver);
  return (
    <article class="stream-card" data-chosen={isChosen} aria-label={`RTP from ${name} to ${to}`}>
      <h3>
        <bdi>{name}</bdi> → <bdi>{to}</bdi>{' '}
        <span class="soft">{of.codec ?? `type ${of.payloadTypes.join(', ')}`}</span>
        {of.encrypted && <span class="tag">SRTP</span>}
        {of.mos !== undefined && <Mos of={of.mos} />}
      </h3>
      <Figures of={of} />
      <Graph
        name="packets"
        unit="a second"
        kind="area"
        tone="rate"
        points={rates}
        most={Math.max(1, ...rates.map(({ value }) => value)) * 1.1}
      >
        <Marks of={of} />
      </Graph>
      {of.lost > 0 && (
        <Graph
          name="lost"
          unit="a second"
          kind="bars"
          tone="loss"
          points={points(({ lost }, place) => (lost * 1000) / Math.max(1, at(place)))}
          most={Math.max(
            1,
            ...of.series.map(({ lost }, place) => (lost * 1000) / Math.max(1, at(place))),
          )}
        />
      )}
      <Graph
        name="jitter"
        unit="ms"
        kind="line"
        tone="jitter"
        points={points(({ jitter }) => jitter)}
        most={Math.max(10, ...of.series.map(({ jitter }) => jitter)) * 1.1}
      />
      {of.series.some(({ level }) => level !== undefined) && (
        <Graph
          name="level"
          unit="dBm0"
          kind="area"
          tone="level"
          points={points(({ level }) => level)}
          least={-60}
          most={3}
        />
      )}
    </article>
  );
}

/** Mean opinion score: how speech sounds, from 1 to 4.5 (ITU-T P.800.1). */
function Mos({ of }: { readonly of: number }): ComponentChild {
  const word = of >= 4.03 ? 'good' : of >= 3.6 ? 'fair' : 'poor';
  return (
    <span class="mos" data-grade={word} title="Estimated by the E-model (ITU-T G.107)">
      MOS {of.toFixed(1)} {word}
    </span>
  );
}

function Figures({ of }: { readonly of: StreamDocument }): ComponentChild {
  return (
    <p class="stream-figures">
      <span>{countText(of.packets, 'packet')}</span>
      <span data-bad={of.lost > 0}>
        {of.lost} lost ({percentText(of.expected === 0 ? 0 : of.lost / of.expected)})
      </span>
      <span>
        jitter {spanText(of.meanJitter)}, at most {spanText(of.maxJitter)}
      </span>
      <span>longest wait {spanText(of.maxDelta)}</span>
      {of.reordered > 0 && <span>{of.reordered} out of order</span>}
      {of.duplicated > 0 && <span>{of.duplicated} twice</span>}
      {of.late > 0 && <span>{of.late} too late</span>}
      {of.silence !== undefined && <span>{percentText(of.silence)} silence</span>}
      {of.report?.roundTrip !== undefined && (
        <span>round trip {spanText(of.report.roundTrip)}</span>
      )}
      {of.gaps.map(({ frame, milliseconds }) => (
        <span key={frame} data-bad>
          gap of {spanText(milliseconds)} <FrameLink frame={frame} />
        </span>
      ))}
      {of.events.length > 0 && (
        <span>
          keys <b>{of.events.map(({ key }) => key).join(' ')}</b>
        </span>
      )}
    </p>
  );
}

function Marks({ of }: { readonly of: StreamDocument }): ComponentChild {
  const axis = useDrawnAxis();
  return (
    <>
      {of.gaps.map(({ at, milliseconds }) => {
        const box = visible(axis, at, at + milliseconds);
        return box === undefined ? undefined : (
          <rect key={at} class="gap" x={box.x} width={box.width} y={2} height={35} />
        );
      })}
      {of.events.map(({ at, key, milliseconds }) => {
        const box = visible(axis, at, at + milliseconds);
        return box === undefined ? undefined : (
          <g key={at} class="dtmf">
            <rect x={box.x} width={box.width} y={2} height={35} />
            <text x={box.x + box.width / 2} y={13} text-anchor="middle">
              {key}
            </text>
          </g>
        );
      })}
    </>
  );
}

function reporters(reports: readonly ReportDocument[]): readonly (readonly ReportDocument[])[] {
  const found = new Map<string, ReportDocument[]>();
  for (const report of reports) {
    const key = `${report.party} ${report.session} ${report.line}`;
    const own = found.get(key);
    if (own === undefined) found.set(key, [report]);
    else own.push(report);
  }
  return [...found.values()].filter((own) => own.length > 1);
}

/** What one endpoint told of a media line: counters as rates between two reports. */
function Reports({ of }: { readonly of: readonly ReportDocument[] }): ComponentChild {
  const { index } = useSubject();
  const [first] = of;
  if (first === undefined) return undefined;
  const between = (
    valueOf: (report: ReportDocument, before: ReportDocument) => number | undefined,
  ): { at: number; length: number; value: number | undefined }[] =>
    of.slice(1).flatMap((report, at) => {
      const before = of[at];
      return before === undefined
        ? []
        : [{ at: before.at, length: report.at - before.at, value: valueOf(report, before) }];
    });
  const pace = (count: number, report: ReportDocument, before: ReportDocument): number =>
    (Math.max(0, count) * 1000) / Math.max(1, report.at - before.at);
  const received = between((one, before) =>
    pace(one.receivedPackets - before.receivedPackets, one, before),
  );
  const lost = between((one, before) => pace(one.lostPackets - before.lostPackets, one, before));
  const trips = between(({ roundTrip }) => roundTrip);
  const most = (points: readonly { readonly value: number | undefined }[], least: number): number =>
    Math.max(least, ...points.flatMap(({ value }) => value ?? [])) * 1.1;
  return (
    <article class="stream-card" aria-label={`Reports of ${index.nameOf(first.party)}`}>
      <h3>
        <bdi>{index.nameOf(first.party)}</bdi> tells <span class="soft">{first.codec ?? ''}</span>
        <span class="tag">of itself</span>
      </h3>
      <Graph
        name="received"
        unit="a second"
        kind="area"
        tone="rate"
        points={received}
        most={most(received, 1)}
      />
      <Graph
        name="lost"
        unit="a second"
        kind="bars"
        tone="loss"
        points={lost}
        most={most(lost, 1)}
      />
      <Graph
        name="jitter"
        unit="ms"
        kind="line"
        tone="jitter"
        points={between(({ jitter }) => jitter)}
        most={most(
          between(({ jitter }) => jitter),
          10,
        )}
      />
      {trips.some(({ value }) => value !== undefined) && (
        <Graph
          name="round trip"
          unit="ms"
          kind="line"
          tone="delay"
          points={trips}
          most={most(trips, 50)}
        />
      )}
    </article>
  );
}
