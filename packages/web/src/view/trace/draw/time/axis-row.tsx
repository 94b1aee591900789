// The head of the lanes: the time axis with its marks and broken places, and the buttons that go nearer and farther.
import { FoldHorizontal, Maximize, ZoomIn, ZoomOut } from 'lucide';
import type { Signal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import type { IconNode } from 'lucide';
import { Icon } from '../../../part/icon.tsx';
import { spanText } from '../../../../model/trace/draw/figures.ts';
import { useSubject } from '../part/subject.ts';
import { useDrawnAxis } from './axis.ts';
import { timeTicks } from '../../../../model/trace/draw/scale.ts';
import { zoom } from '../../../../model/trace/draw/window.ts';

/** The axis with its buttons; `isBroken` says whether long pauses are drawn short. */
export function AxisRow({ isBroken }: { readonly isBroken: Signal<boolean> }): ComponentChild {
  const { selection } = useSubject();
  const { scale } = useDrawnAxis();
  const isAll = selection.window.value === undefined;
  return (
    <div class="lane-row axis-row">
      <div class="lane-label axis-buttons" role="group" aria-label="What part of the time is drawn">
        <AxisButton
          icon={ZoomIn}
          label="Nearer (+)"
          onClick={() => zoom(selection, scale, 0.5, 0.5)}
        />
        <AxisButton
          icon={ZoomOut}
          label="Farther (-)"
          disabled={isAll}
          onClick={() => zoom(selection, scale, 2, 0.5)}
        />
        <AxisButton
          icon={Maximize}
          label="The whole call (0)"
          disabled={isAll}
          onClick={() => {
            selection.window.value = undefined;
          }}
        />
        <AxisButton
          icon={FoldHorizontal}
          label="Long pauses drawn short"
          pressed={isBroken.value}
          onClick={() => {
            isBroken.value = !isBroken.value;
          }}
        />
      </div>
      <AxisMarks />
    </div>
  );
}

function AxisButton({
  icon,
  label,
  disabled = false,
  pressed,
  onClick,
}: {
  readonly icon: IconNode;
  readonly label: string;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
  readonly onClick: () => void;
}): ComponentChild {
  return (
    <button
      type="button"
      class="small-button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon of={icon} />
    </button>
  );
}

/** The marks alone, for the lanes and the graphs. */
export function AxisMarks(): ComponentChild {
  const { document } = useSubject();
  const axis = useDrawnAxis();
  const { scale, width, x } = axis;
  const ticks = timeTicks(scale, document.startedAt, 72 / Math.max(width, 72));
  return (
    <svg class="axis" width={width} height={26} aria-hidden="true">
      {ticks.map(({ at, text }) => (
        <g key={at}>
          <line class="tick" x1={x(at)} x2={x(at)} y1={20} y2={26} />
          <text class="tick-text" x={x(at)} y={15} text-anchor={x(at) < 24 ? 'start' : 'middle'}>
            {text}
          </text>
        </g>
      ))}
      {scale.breaks.map(({ from, to }) => (
        <BreakMark key={from} from={x(from)} to={x(to)} text={spanText(to - from)} />
      ))}
    </svg>
  );
}

function BreakMark({
  from,
  to,
  text,
}: {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}): ComponentChild {
  const middle = (from + to) / 2;
  return (
    <g class="break">
      <rect x={from} width={Math.max(0, to - from)} y={0} height={26} />
      <path d={`M${middle - 5} 26l3 -6m2 6l3 -6`} />
      {to - from > text.length * 5.6 && (
        <text x={middle} y={14} text-anchor="middle">
          {text}
        </text>
      )}
    </g>
  );
}
