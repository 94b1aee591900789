// One row of a lane: what it is at the left, its drawing on the time axis, and a card with what there is to know of it.
import type { ComponentChild, ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
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
  const cardBox = useRef<HTMLDivElement>(null);
  const show = ({ currentTarget }: { readonly currentTarget: Element }): void => {
    if (cardBox.current !== null) place(cardBox.current, currentTarget);
  };
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
        onPointerEnter={show}
        onFocus={show}
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
        <div class="lane-card" aria-hidden="true" ref={cardBox}>
          {card}
        </div>
      )}
    </li>
  );
}

/** Puts a card beside the drawing below `label`, or above it where there is no room below. It is fixed in the box of the whole drawing. */
function place(card: HTMLElement, label: Element): void {
  const whole = label.closest('.drawn')?.getBoundingClientRect();
  if (whole === undefined) return;
  const { top, bottom, right } = label.getBoundingClientRect();
  const { height } = card.getBoundingClientRect();
  const fits = bottom + height < whole.bottom;
  const start = fits ? bottom : Math.max(whole.top, top - height);
  card.style.setProperty('inset-block-start', `${start - whole.top}px`);
  card.style.setProperty('inset-inline-start', `${right - whole.left + 8}px`);
}

function isSame(one: LaneChoice | undefined, other: LaneChoice): boolean {
  return one?.lane === other.lane && one.number === other.number;
}
