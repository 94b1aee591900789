// What this thread has used of the processor: other threads and programs do not count.

/** The part of Node.js's `process` that tells it; there from 23.9 on. */
interface Telling {
  threadCpuUsage?(): { readonly user: number; readonly system: number };
}

/** Milliseconds from some beginning; where the platform cannot tell, those of the clock. */
export function threadTime(): number {
  const { process } = globalThis as { readonly process?: Telling };
  const used = process?.threadCpuUsage?.();
  return used === undefined ? performance.now() : (used.user + used.system) / 1000;
}
