// What comes out of a capture, as lines that a test can compare.
import type { Captured } from './captured.ts';
import { CaptureReader } from './reader.ts';

/** What a file gives, pushed in pieces of `size`. */
export function read(file: Uint8Array, size = file.length): readonly Captured[] {
  const reader = new CaptureReader();
  const items: Captured[] = [];
  for (let at = 0; at < file.length; at += size)
    items.push(...reader.push(file.slice(at, at + size)));
  return [...items, ...reader.end()];
}

/** Each item as one line. */
export function told(items: readonly Captured[]): readonly string[] {
  return items.map((item) => {
    if (item.kind === 'problem') return `${item.frame} ${item.event}`;
    if (item.kind === 'datagram')
      return `${item.frame} ${item.family} ${item.bytes.length} of ${item.length}`;
    const { observation } = item;
    if (observation.kind === 'message') {
      const { local, remote, text } = observation;
      return `${item.frame} ${local.host}:${local.port} ${remote.host}:${remote.port} ${text.split('\r\n')[0]}`;
    }
    return observation.kind === 'flow'
      ? `${item.frame} ${observation.event} ${observation.reason}`
      : item.kind;
  });
}
