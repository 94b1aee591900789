// The drawings of calls in the gallery: which call, how it is told, and what of it is selected.
import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { newSelection } from '../../../model/trace/selection.ts';
import type { LaneChoice, Selection, TraceView } from '../../../model/trace/selection.ts';
import { CallDrawing } from '../../trace/draw/call-drawing.tsx';
import '../../trace/draw/style/draw.css';
import {
  bridgedCall,
  brokenHold,
  browserCall,
  evilCall,
  failedCall,
  forkedCall,
  liveCall,
  longCall,
  lossyCall,
  plainCall,
} from './plays.ts';
import type { Played } from './stage.ts';

/** A call of the gallery, and how it is looked at. */
export interface TracePicture {
  readonly play: () => Promise<Played>;
  readonly view?: TraceView;
  /** Number of the selected message. */
  readonly message?: number;
  readonly lane?: LaneChoice;
}

/** All of them by name. */
export const traceSamples: Readonly<Record<string, TracePicture>> = {
  'trace-plain-call': { play: plainCall, message: 2 },
  'trace-lossy-call': { play: lossyCall, message: 3 },
  'trace-forked-call': { play: forkedCall, message: 5, lane: { lane: 'D', number: 2 } },
  'trace-broken-hold': { play: brokenHold, message: 6 },
  'trace-browser-call': { play: browserCall, message: 3 },
  'trace-failed-call': { play: failedCall, message: 7 },
  'trace-bridged-call': { play: bridgedCall, message: 4 },
  'trace-evil-call': { play: evilCall, message: 2 },
  'trace-live-call': { play: liveCall, message: 3 },
  'trace-plain-words': { play: plainCall, view: 'plain' },
  'trace-plain-words-failed': { play: failedCall, view: 'plain' },
  'trace-teacher': { play: forkedCall, view: 'teacher' },
  'trace-nothing-selected': { play: plainCall },
  'trace-long-call': { play: longCall },
};

/** One of them, as soon as it was played. */
export function TraceSample({
  of,
  theme,
}: {
  readonly of: TracePicture;
  readonly theme: string | null;
}): ComponentChild {
  const [played, setPlayed] = useState<Shown>();
  useEffect(() => {
    void of
      .play()
      .then((call) =>
        setPlayed({ ...call, selection: selectionOf(of, call), clock: signal(call.now) }),
      );
  }, [of]);
  if (played === undefined) return <p>…</p>;
  return (
    <div class="phone" data-theme={theme ?? 'system'}>
      <main class="whole-drawing">
        <CallDrawing
          document={played.document}
          explanation={played.explanation}
          selection={played.selection}
          now={played.clock}
          live
        />
      </main>
    </div>
  );
}

interface Shown extends Played {
  readonly selection: Selection;
  readonly clock: ReadonlySignal<number>;
}

function selectionOf(of: TracePicture, { document }: Played): Selection {
  const selection = newSelection(of.view);
  selection.frame.value = document.messages.find(({ number }) => number === of.message)?.frame;
  selection.lane.value = of.lane;
  return selection;
}
