// What subscriptions and publications tell the tap.
import type { RunningTimer, Step } from '../base/machine.ts';
import type { SubscriptionStepped } from '../base/tap.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';

/** Which subscription or publication takes a step. */
export interface Observable {
  readonly id: string;
  readonly role: SubscriptionStepped['role'];
  readonly event: string;
  readonly callId: string;
  /** Once there is one. */
  readonly dialog: Dialog | undefined;
}

/** Emits one step; timers are given by the clock's `now()` and told by its `wall()`. */
export function observeSubscription(
  { tap, clock, name }: Endpoint,
  { id, role, event, callId, dialog }: Observable,
  taken: Step<string>,
  timers: readonly RunningTimer[],
): void {
  if (tap === undefined) return;
  const at = clock.wall();
  const shift = at - clock.now();
  tap.observe({
    v: 1,
    kind: 'subscription',
    at,
    endpoint: name,
    id,
    role,
    package: event,
    callId,
    dialog: dialog?.key,
    event: taken.event,
    before: taken.before,
    after: taken.after,
    actions: taken.actions,
    timers: timers.map((timer) => ({ name: timer.name, due: timer.due + shift })),
    stray: taken.stray ? true : undefined,
  });
}
