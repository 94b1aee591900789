// Traces as the system keeps them: in the data folder, beside whatever else looks on; never a reason not to start.
import type { Clock, Logger, Tap } from '@offhook/sip';
import type { BindingNews } from './location/news.ts';
import { bindingKey } from './location/store.ts';
import { aliasesOf } from './own-addresses.ts';
import type { DeviceEvent, HepWish, TraceLimits } from './trace/messages.ts';
import { Traces } from './trace/traces.ts';

/** How traces are kept, and with whom they are shared. */
export interface TraceWish {
  readonly limits: TraceLimits;
  readonly hep: HepWish;
}

/** What traces need of the system. */
export interface TraceServiceOptions {
  readonly traces?: TraceWish | undefined;
  readonly host: string;
  readonly domain: string;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The traces; undefined when none are wanted. Only for agents elsewhere the system waits until they are heard. */
export async function traceService(options: TraceServiceOptions): Promise<Traces | undefined> {
  const { traces: wish, host } = options;
  if (wish === undefined) return undefined;
  const traces = new Traces({ ...options, ...wish, aliases: aliasesOf(host) });
  if (wish.hep.listen !== undefined) await traces.begun;
  return traces;
}

/** A tap that tells both. */
export function tapOf(tap: Tap, traces: Traces | undefined): Tap {
  if (traces === undefined) return tap;
  return {
    observe(observation) {
      tap.observe(observation);
      traces.observe(observation);
    },
  };
}

/** What becomes of a binding, for the log of its device. */
export function deviceEvent({ event, aor, binding }: BindingNews, clock: Clock): DeviceEvent {
  const { contact, userAgent, instance, source, due } = binding;
  const isThere = event === 'registered' || event === 'refreshed';
  return {
    ...{ at: clock.wall(), event, aor, contact, userAgent, instance, device: bindingKey(binding) },
    user: aor.slice(aor.indexOf(':') + 1, aor.lastIndexOf('@')),
    transport: source.protocol,
    host: source.host,
    port: source.port,
    expiresSeconds: isThere ? Math.round((due - clock.now()) / 1000) : 0,
  };
}

/** What the key is for with which the command line proves that it may read the data folder. */
export const operatorPurpose = 'operator';
