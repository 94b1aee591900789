// Two calls side by side on one time axis: both begin at its left, pauses are shortened where neither does anything, and a zoom is for both.
import { batch, effect } from '@preact/signals-core';
import type { CallDocument } from '@offhook/sip/trace';
import { indexCall } from './draw/call-index.ts';
import { endOf, momentsOf } from './draw/extent.ts';
import type { OpenedCall } from './opened-call.ts';
import type { BesideTime, Selection, TimeWindow } from './selection.ts';

/** Keeps the axes of two calls the same; returns what ends that. */
export function besideEachOther(one: OpenedCall, other: OpenedCall): () => void {
  const offs = [
    effect(() => {
      const [first, second] = [documentOf(one), documentOf(other)];
      batch(() => {
        one.selection.beside.value = second && timeOf(second);
        other.selection.beside.value = first && timeOf(first);
      });
    }),
    follow(one, other),
    follow(other, one),
  ];
  return () => {
    for (const off of offs) off();
    for (const { selection } of [one, other]) selection.beside.value = undefined;
  };
}

function documentOf({ telling }: OpenedCall): CallDocument | undefined {
  return telling.value.is === 'told' ? telling.value.told.document : undefined;
}

function timeOf(document: CallDocument): BesideTime {
  const index = indexCall(document);
  const { startedAt } = document;
  return {
    length: endOf(document, index, undefined) - startedAt,
    moments: momentsOf(index).map((at) => at - startedAt),
  };
}

/** What is chosen of the time of `from` is chosen of `to`. */
function follow(from: OpenedCall, to: OpenedCall): () => void {
  return effect(() => {
    const window = from.selection.window.value;
    const shift = startOf(to) - startOf(from);
    const moved = window && { from: window.from + shift, to: window.to + shift };
    if (!isSame(to.selection, moved)) to.selection.window.value = moved;
  });
}

function startOf(call: OpenedCall): number {
  const telling = call.telling.peek();
  return telling.is === 'told' ? telling.told.document.startedAt : 0;
}

// Times are counted in fractions of milliseconds, whose last digits a shift may change.
function isSame({ window }: Selection, wanted: TimeWindow | undefined): boolean {
  const now = window.peek();
  if (now === undefined || wanted === undefined) return now === wanted;
  return Math.abs(now.from - wanted.from) < 0.01 && Math.abs(now.to - wanted.to) < 0.01;
}
