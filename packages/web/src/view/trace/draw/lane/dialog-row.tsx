// A dialog on the time axis: a bar for one pair of tags; the dialogs that one request made are joined where they begin.
import type { ComponentChild } from 'preact';
import type { DialogDocument, DialogEnd } from '@offhook/sip/trace';
import { Chip } from '../part/chip.tsx';
import { countText } from '../../../../model/trace/draw/figures.ts';
import { useSubject } from '../part/subject.ts';
import { useDrawnAxis } from '../time/axis.ts';
import { StateBars, statesText } from './bar.tsx';
import { LaneRow } from './lane-row.tsx';
import { laneTone } from './tone.ts';

const height = 22;

/** One dialog. `fork` says where it stands among the dialogs of its request. */
export function DialogRow({
  of,
  fork,
  root,
}: {
  readonly of: DialogDocument;
  /** When the first dialog of its request began. */
  readonly root: number | undefined;
  readonly fork: 'first' | 'middle' | 'last' | undefined;
}): ComponentChild {
  const { document, index } = useSubject();
  const [one, other] = of.ends;
  const between = `${index.nameOf(one.party)} ↔ ${index.nameOf(other.party)}`;
  return (
    <LaneRow
      choice={{ lane: 'D', number: of.number }}
      text={`Dialog ${of.number}, ${between}, tags ${one.tag} and ${other.tag}; ${statesText(of.states, document.startedAt)}; ${countText(of.messages.length, 'message')}${of.forks.length > 0 ? `; fork of the same request as dialog ${of.forks.join(', ')}` : ''}`}
      height={height}
      label={
        <span class="lane-name">
          <Chip label={{ lane: 'D', number: of.number, source: of.source }} />
          <span class="cut">
            <bdi>{between}</bdi>
          </span>
          {fork !== undefined && <span class="soft">fork</span>}
        </span>
      }
      card={
        <div class="ends">
          <End of={one} />
          <End of={other} />
          <p class="soft">
            Call-ID <bdi class="code">{of.callId}</bdi>
          </p>
        </div>
      }
    >
      <Fork at={of.states[0]?.from} root={root} fork={fork} />
      <StateBars states={of.states} y={4} height={14} toneOf={laneTone} />
    </LaneRow>
  );
}

function Fork({
  at,
  root,
  fork,
}: {
  readonly at: number | undefined;
  readonly root: number | undefined;
  readonly fork: 'first' | 'middle' | 'last' | undefined;
}): ComponentChild {
  const { x, scale } = useDrawnAxis();
  if (
    at === undefined ||
    root === undefined ||
    fork === undefined ||
    root < scale.from ||
    at > scale.to
  )
    return undefined;
  const start = x(root) - 4;
  const [top, bottom] = [fork === 'first' ? height / 2 : 0, fork === 'last' ? height / 2 : height];
  return <path class="fork" d={`M${start} ${top}V${bottom}M${start} ${height / 2}H${x(at)}`} />;
}

function End({ of }: { readonly of: DialogEnd }): ComponentChild {
  const { index } = useSubject();
  return (
    <dl class="facts">
      <dt>side</dt>
      <dd>
        <strong>
          <bdi>{index.nameOf(of.party)}</bdi>
        </strong>
      </dd>
      <dt>tag</dt>
      <dd>
        <bdi class="code">{of.tag}</bdi>
      </dd>
      <dt>target</dt>
      <dd>
        <bdi class="code">{of.target ?? 'not told'}</bdi>
      </dd>
      <dt>route set</dt>
      <dd>
        {of.routeSet.length === 0 ? (
          <span class="soft">empty</span>
        ) : (
          of.routeSet.map((hop) => (
            <bdi key={hop} class="code line">
              {hop}
            </bdi>
          ))
        )}
      </dd>
      <dt>CSeq</dt>
      <dd>{of.cseq ?? '–'}</dd>
    </dl>
  );
}
