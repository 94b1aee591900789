// One row of a lane: what it is at the left, its drawing on the time axis, and a card with what there is to know of it.
import type { ComponentChild, ComponentChildren } from 'preact';
import type { LaneChoice } from '../../../../model/trace/selection.ts';
import { useSubject } from '../part/subject.ts';
import { useDrawnAxis } from '../time/axis.ts';

/** A row that can be chosen. `text` tells the whole drawing in words. */
export function LaneRow({
  choice,
  text,
  height,
  label,
  card,
  children,
}: {
  readonly choice: LaneChoice;
  readonly text: string;
  readonly height: number;
  readonly label: ComponentChildren;
  readonly card?: ComponentChildren;
  readonly children: ComponentChildren;
}): ComponentChild {
  const { selection, spotlight } = useSubject();
  const { width } = useDrawnAxis();
  const isChosen = isSame(selection.lane.value, choice);
  return (
    <li
      class="lane-row"
      data-lane={choice.lane}
      data-chosen={isChosen}
      data-away={spotlight !== undefined && !isSame(spotlight, choice)}
    >
      <button
        type="button"
        class="lane-label"
        aria-pressed={isChosen}
        aria-label={text}
        onClick={() => {
          selection.lane.value = isChosen ? undefined : choice;
        }}
      >
        {label}
      </button>
      <svg class="lane-plot" width={width} height={height} aria-hidden="true">
        {children}
      </svg>
      {card !== undefined && (
        <div class="lane-card" aria-hidden="true">
          {card}
        </div>
      )}
    </li>
  );
}

function isSame(one: LaneChoice | undefined, other: LaneChoice): boolean {
  return one?.lane === other.lane && one.number === other.number;
}
