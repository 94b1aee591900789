// Microphones, loudspeakers and cameras of the machine, as the phone's model asks for them.
import { systemClock } from '@offhook/sip';
import type { Timer } from '@offhook/sip';
import { devices, MediaRefused } from '@offhook/sip/browser';
import { DeviceError } from '../../model/ports.ts';
import type { Browser, DevicesPort } from '../../model/ports.ts';
import { playOnce } from '../../sound/ringer.ts';

/** How often the meter is read, in milliseconds. */
const period = 60;

/** The browser's devices. */
export function browserDevices(): DevicesPort {
  return {
    // What the system chose is listed a second time under a name of its own; what is hidden has no id.
    list: async () =>
      (await devices.list()).filter(({ id }) => !['', 'default', 'communications'].includes(id)),
    permission: () => devices.permission('microphone'),
    meter,
    browser: browserName(),
    onChange: (listener) => {
      const ending = new AbortController();
      const off = devices.onChange(listener);
      navigator.permissions
        ?.query({ name: 'microphone' })
        .then((status) => status.addEventListener('change', listener, { signal: ending.signal }))
        .catch(() => undefined);
      return () => {
        off();
        ending.abort();
      };
    },
    playTest: (deviceId) => playOnce('test', deviceId, 1),
  };
}

async function meter(
  deviceId: string | undefined,
  listener: (level: number) => void,
): Promise<() => void> {
  const audio = deviceId === undefined ? true : { deviceId: { ideal: deviceId } };
  const stream = await devices.open({ audio }).catch((error: unknown) => {
    throw error instanceof MediaRefused ? new DeviceError(error.refusal) : error;
  });
  const off = hearLoudness(stream, listener);
  return () => {
    off();
    for (const track of stream.getTracks()) track.stop();
  };
}

/** Tells how loud a stream is, as a length from 0 to 1; returns what ends that. Throws a TypeError when it has no sound. */
export function hearLoudness(stream: MediaStream, listener: (level: number) => void): () => void {
  const meter = devices.level(stream);
  let timer: Timer | undefined;
  const look = (): void => {
    listener(loudness(meter.level()));
    timer = systemClock.after(period, look);
  };
  look();
  return () => {
    timer?.cancel();
    meter.close();
  };
}

/** An effective value as a length: from -60 dB, which is quiet, to 0 dB. */
function loudness(value: number): number {
  return Math.min(1, Math.max(0, 1 + (20 * Math.log10(Math.max(value, 1e-4))) / 60));
}

/** Which browser this is, for the sentence that tells the way to its permissions. */
function browserName(): Browser {
  const agent = navigator.userAgent;
  if (/\bEdg\//.test(agent)) return 'edge';
  if (/\bFirefox\//.test(agent)) return 'firefox';
  if (/\bChrom(?:e|ium)\//.test(agent)) return 'chrome';
  return /\bSafari\//.test(agent) ? 'safari' : 'other';
}
