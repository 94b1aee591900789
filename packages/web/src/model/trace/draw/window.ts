// Which part of a call's time is drawn: nearer, farther, along, all.
import type { CallDocument } from '@offhook/sip/trace';
import type { Selection, TimeWindow } from '../selection.ts';
import type { TimeScale } from './scale.ts';

/** The shortest part that is drawn, in milliseconds. */
const shortest = 2;

/** Draws `factor` times as much time, so that `middle` (a place from 0 to 1) stays where it is; 0.5 is twice as near. */
export function zoom(selection: Selection, scale: TimeScale, factor: number, middle: number): void {
  const from = placed(scale, middle - middle * factor);
  const to = placed(scale, middle + (1 - middle) * factor);
  if (to - from >= shortest) selection.window.value = { from, to };
}

/** Moves along by `share` of what is drawn. */
export function pan(selection: Selection, scale: TimeScale, share: number): void {
  if (selection.window.value === undefined) return;
  const length = (scale.to - scale.from) * share;
  selection.window.value = { from: scale.from + length, to: scale.to + length };
}

/** Takes `window` as what is drawn, unless it is too short; all when it is undefined or holds the whole call. */
export function look(
  selection: Selection,
  document: CallDocument,
  window: TimeWindow | undefined,
): void {
  if (window === undefined || (window.from <= document.startedAt && window.to >= document.endedAt))
    selection.window.value = undefined;
  else if (window.to - window.from >= shortest) selection.window.value = window;
}

/** What a key does to what is drawn; false when it does nothing. */
export function takeKey(
  selection: Selection,
  scale: TimeScale,
  key: string,
  middle: number,
): boolean {
  switch (key) {
    case '+':
    case '=':
      zoom(selection, scale, 0.5, middle);
      return true;
    case '-':
      zoom(selection, scale, 2, middle);
      return true;
    case 'ArrowLeft':
      pan(selection, scale, -0.25);
      return true;
    case 'ArrowRight':
      pan(selection, scale, 0.25);
      return true;
    case '0':
      selection.window.value = undefined;
      return true;
    default:
      return false;
  }
}

// Beyond the ends of the scale time goes on at the pace that it has on the whole.
function placed(scale: TimeScale, place: number): number {
  if (place >= 0 && place <= 1) return scale.time(place);
  const outside = place < 0 ? place : place - 1;
  return (place < 0 ? scale.from : scale.to) + outside * (scale.to - scale.from);
}
