// What a session tells the tap.
import type { RunningTimer, Step } from '../base/machine.ts';
import type { SessionStepped } from '../base/tap.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';

/** Emits one step of a session; timers are given by the clock's `now()` and told by its `wall()`. */
export function observeSession(
  endpoint: Endpoint,
  id: string,
  where: Dialog | { readonly callId: string },
  taken: Step<string>,
  timers: readonly RunningTimer[],
  part?: SessionStepped['part'],
): void {
  const { tap, clock, name } = endpoint;
  if (tap === undefined) return;
  const at = clock.wall();
  const shift = at - clock.now();
  tap.observe({
    v: 1,
    kind: 'session',
    at,
    endpoint: name,
    id,
    part,
    callId: where.callId,
    dialog: 'key' in where ? where.key : undefined,
    event: taken.event,
    before: taken.before,
    after: taken.after,
    actions: taken.actions,
    timers: timers.map((timer) => ({ name: timer.name, due: timer.due + shift })),
    stray: taken.stray ? true : undefined,
  });
}
