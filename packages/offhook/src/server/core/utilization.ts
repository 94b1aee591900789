// How busy this process is, as its event loop tells.
import { performance } from 'node:perf_hooks';

/** What tells the share of the time since it was last asked in which the event loop had something to do, from 0 to 1. */
export function utilizationMeter(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
