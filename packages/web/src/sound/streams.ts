// Handles of the model as the streams of the page that they are.
import type { StreamHandle } from '../model/ports.ts';

/** The stream behind a handle. */
export function streamOf(handle: StreamHandle | undefined): MediaStream | undefined {
  return handle instanceof MediaStream ? handle : undefined;
}
