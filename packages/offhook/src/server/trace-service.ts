// Traces as the system keeps them: in the data folder, beside whatever else looks on; never a reason not to start.
import type { Clock, Logger, Tap } from '@offhook/sip';
import { aliasesOf } from './own-addresses.ts';
import type { TraceLimits } from './trace/messages.ts';
import { openTraces } from './trace/traces.ts';
import type { Traces } from './trace/traces.ts';

/** What traces need of the system. */
export interface TraceServiceOptions {
  readonly traces?: TraceLimits | undefined;
  readonly host: string;
  readonly domain: string;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Opens the traces; undefined when none are wanted, or when there can be none, which is told. */
export async function traceService(options: TraceServiceOptions): Promise<Traces | undefined> {
  const { traces: limits, host, log } = options;
  if (limits === undefined) return undefined;
  try {
    return await openTraces({ ...options, limits, aliases: aliasesOf(host) });
  } catch (error) {
    log.error('Traces cannot be kept; calls go on without them', { reason: String(error) });
    return undefined;
  }
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
