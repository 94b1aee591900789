// What is told of connections that could not be accepted.
import type { Logger } from '../base/log.ts';

/** Counts one, and logs the first and each thousandth: without descriptors they come by the thousand. */
export function noteAcceptError(
  counters: { acceptErrors: number },
  log: Logger,
  error: Error,
): void {
  counters.acceptErrors += 1;
  const { acceptErrors } = counters;
  if (acceptErrors !== 1 && acceptErrors % 1000 !== 0) return;
  log.error('A connection could not be accepted', { error: String(error), times: acceptErrors });
}
