// A call as anybody would tell its course: calling, ringing, talking, on hold.
import type { CallDocument } from '@offhook/sip/trace';

/** What happens for a while. */
export interface Phase {
  readonly is: 'calling' | 'ringing' | 'talking' | 'on hold' | 'one way';
  readonly from: number;
  readonly to: number;
}

/** The phases of a call one after the other; nothing for what is no call. `now` is where one ends that goes on. */
export function phasesOf(document: CallDocument, now: number): readonly Phase[] {
  const { outcome, dialogs, sessions, startedAt, messages } = document;
  if (document.method !== 'INVITE') return [];
  const last = messages.at(-1)?.at ?? document.endedAt;
  const end =
    outcome.endedAt ?? (outcome.over ? Math.max(last, lastStep(document)) : Math.max(now, last));
  const answered = outcome.answeredAt ?? end;
  const early = Math.min(
    answered,
    ...dialogs.flatMap(({ states }) =>
      states.filter(({ state }) => /early/i.test(state)).map(({ from }) => from),
    ),
  );
  const spans = sessions[0]?.lines[0]?.spans ?? [];
  const isHeld = (time: number): boolean =>
    sessions[0]?.states.some(
      ({ state, from, to }) => /held/i.test(state) && time >= from - 50 && time < (to ?? end),
    ) ?? false;
  const phases: Phase[] = [
    { is: 'calling', from: startedAt, to: early },
    { is: 'ringing', from: early, to: answered },
  ];
  let at = answered;
  for (const { from, to, forth, back } of spans) {
    const start = Math.max(from, at);
    const stop = Math.min(to ?? end, end);
    if (stop <= start) continue;
    phases.push({
      is: forth && back ? 'talking' : isHeld(start) || !(forth || back) ? 'on hold' : 'one way',
      from: start,
      to: stop,
    });
    at = stop;
  }
  if (at < end && outcome.answeredAt !== undefined)
    phases.push({ is: 'talking', from: at, to: end });
  return phases.filter(({ from, to }) => to - from >= 1);
}

function lastStep({ steps }: CallDocument): number {
  return Math.max(
    0,
    ...steps.filter(({ change }) => /^Timer [BF] fires$/.test(change.event)).map(({ at }) => at),
  );
}
