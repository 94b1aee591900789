// RTP that no session of the call accounts for.
import type { ComponentChild } from 'preact';
import { percentText } from '../../../../model/trace/draw/figures.ts';
import { useSubject } from '../part/subject.ts';
import { LaneRow } from './lane-row.tsx';
import { StreamArea, rateOf } from './stream-area.tsx';

/** A row for each stream without a session. */
export function StrayStreams(): ComponentChild {
  const { document } = useSubject();
  const drawn = new Set(
    document.sessions.flatMap(({ lines }) => lines.flatMap(({ streams }) => streams)),
  );
  return document.streams
    .filter(({ id }) => !drawn.has(id))
    .map((stream) => {
      const from = `${stream.source.host}:${stream.source.port}`;
      const to = `${stream.destination.host}:${stream.destination.port}`;
      const loss = percentText(stream.expected === 0 ? 0 : stream.lost / stream.expected);
      const fastest = Math.max(1, ...stream.series.map((_, at) => rateOf(stream.series, at)));
      return (
        <LaneRow
          key={stream.id}
          choice={{ lane: 'stream', number: stream.id }}
          text={`RTP stream ${stream.id} of no session, from ${from} to ${to}, ${stream.packets} packets, ${loss} lost`}
          height={26}
          label={
            <span class="media-label">
              <span class="cut">
                RTP {stream.id} {stream.codec ?? ''} of no session
              </span>
              <span class="lane-note cut">
                <bdi>{`${from} → ${to}`}</bdi>
              </span>
            </span>
          }
        >
          <StreamArea of={stream} zero={24} height={20} up fastest={fastest} />
        </LaneRow>
      );
    });
}
