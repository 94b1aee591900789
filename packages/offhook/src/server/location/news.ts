// What becomes of bindings, for who keeps a log of devices.
import { bindingKey } from './store.ts';
import type { Binding } from './store.ts';

/** A binding came, was put anew, or is gone; `closed` with its connection. */
export interface BindingNews {
  readonly event: 'registered' | 'refreshed' | 'expired' | 'removed' | 'closed';
  readonly aor: string;
  readonly binding: Binding;
}

/** The bindings of one address-of-record before and after a change. */
export interface BindingsChanged {
  readonly aor: string;
  readonly before: readonly Binding[];
  readonly after: readonly Binding[];
  /** On the clock's `now()`. */
  readonly now: number;
  /** How those that are gone before their time went. */
  readonly gone: 'removed' | 'closed';
}

/** The news of a change. */
export function newsOf(changed: BindingsChanged): readonly BindingNews[] {
  const { aor, before, after, now, gone } = changed;
  const alive = new Set(before.filter(({ due }) => due > now).map((one) => bindingKey(one)));
  const stay = new Set(after.map((one) => bindingKey(one)));
  return [
    ...before
      .filter((one) => !stay.has(bindingKey(one)))
      .map((binding) => ({ event: binding.due > now ? gone : ('expired' as const), aor, binding })),
    ...after
      .filter((one) => !before.includes(one))
      .map((binding) => ({
        event: alive.has(bindingKey(binding)) ? ('refreshed' as const) : ('registered' as const),
        ...{ aor, binding },
      })),
  ];
}
