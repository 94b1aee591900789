// What a registration tells the tap.
import type { RunningTimer, Step } from '../base/machine.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';

/** Emits one step; timers are given by the clock's `now()` and told by its `wall()`. */
export function observeRegistration(
  { tap, clock, name }: Endpoint,
  id: string,
  aor: string,
  taken: Step<string>,
  timers: readonly RunningTimer[],
): void {
  if (tap === undefined) return;
  const at = clock.wall();
  const shift = at - clock.now();
  tap.observe({
    v: 1,
    kind: 'registration',
    at,
    endpoint: name,
    id,
    aor,
    event: taken.event,
    before: taken.before,
    after: taken.after,
    actions: taken.actions,
    timers: timers.map((timer) => ({ name: timer.name, due: timer.due + shift })),
    stray: taken.stray ? true : undefined,
  });
}
