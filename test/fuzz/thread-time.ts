// What this thread has used of the processor: other threads and programs do not count.
import process from 'node:process';

/** Milliseconds from some beginning; where Node.js cannot tell (before 23.9) those of the clock. */
export function threadTime(): number {
  const { threadCpuUsage } = process as {
    threadCpuUsage?: () => { readonly user: number; readonly system: number };
  };
  const used = threadCpuUsage?.call(process);
  return used === undefined ? performance.now() : (used.user + used.system) / 1000;
}
