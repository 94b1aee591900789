// What the views need of the page: the time, elements that play streams, files for the user, the clipboard.
import { signal } from '@preact/signals';
import { systemClock } from '@offhook/sip';
import { streamOf } from '../../sound/streams.ts';
import type { Playing, ViewPorts } from '../../view/world.ts';
import type { StreamHandle } from '../../model/ports.ts';
import { hearLoudness } from './devices.ts';

/** The ports, and what stops their clock. */
export function browserViewPorts(): {
  readonly ports: Omit<ViewPorts, 'explaining' | 'faultWords'>;
  readonly close: () => void;
} {
  const now = signal(systemClock.wall());
  let timer = systemClock.after(1_000, tick);
  function tick(): void {
    now.value = systemClock.wall();
    timer = systemClock.after(1_000, tick);
  }
  return {
    ports: {
      now,
      play,
      loudness: (handle, listener) => {
        const stream = streamOf(handle);
        return stream === undefined || stream.getAudioTracks().length === 0
          ? () => {}
          : hearLoudness(stream, listener);
      },
      save: (name, type, text) => saveFile(name, new Blob([text], { type })),
      copy: (text) => void navigator.clipboard?.writeText(text).catch(() => undefined),
    },
    close: () => timer.cancel(),
  };
}

/** Gives the user a file, as if a link to it had been pressed. */
export function saveFile(name: string, file: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The download has begun by then, and holds the file itself.
  systemClock.after(60_000, () => URL.revokeObjectURL(link.href));
}

function play(
  element: HTMLMediaElement,
  handle: StreamHandle | undefined,
  { deviceId, volume }: Playing,
): void {
  const stream = streamOf(handle) ?? null;
  element.volume = volume;
  if (element.srcObject !== stream) element.srcObject = stream;
  if (stream !== null) void element.play().catch(() => undefined);
  if (deviceId !== undefined && 'setSinkId' in element && element.sinkId !== deviceId)
    void element.setSinkId(deviceId).catch(() => undefined);
}
