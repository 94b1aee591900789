// Plays the phone's own sounds, made note by note, on the loudspeaker that was chosen.
import { systemClock } from '@offhook/sip';
import type { Timer } from '@offhook/sip';
import type { RingerPort, RingerSound } from '../model/ports.ts';
import { playNote } from './note.ts';
import { secondsOf, tones } from './tones.ts';
import type { Tone, ToneName } from './tones.ts';

/** The phone's ringer: one sound at a time. */
export function browserRinger(): RingerPort {
  let playing: Playing | undefined;
  return {
    play: async (sound: RingerSound, deviceId, volume) => {
      playing?.stop();
      const own = new Playing(tones[sound], volume);
      playing = own;
      return await own.start(deviceId);
    },
    stop: () => {
      playing?.stop();
      playing = undefined;
    },
  };
}

/** Plays a sound once; resolves when it is over, rejects when the loudspeaker is not there. */
export async function playOnce(
  name: ToneName,
  deviceId: string | undefined,
  volume: number,
): Promise<void> {
  const playing = new Playing({ ...tones[name], period: undefined }, volume);
  if (!(await playing.start(deviceId))) throw new Error('The browser keeps silent');
  await playing.over;
}

/** One sound on its way. */
class Playing {
  readonly #tone: Tone;
  readonly #context = new AudioContext();
  readonly #volume: GainNode;
  #timer: Timer | undefined;
  #ended: () => void = () => {};
  readonly over: Promise<void>;

  constructor(tone: Tone, volume: number) {
    this.#tone = tone;
    this.#volume = new GainNode(this.#context, { gain: volume * 0.5 });
    this.#volume.connect(this.#context.destination);
    this.over = new Promise((resolve) => {
      this.#ended = resolve;
    });
  }

  /** False when the browser keeps silent until somebody clicks. */
  async start(deviceId: string | undefined): Promise<boolean> {
    if (deviceId !== undefined) await speakerOf(this.#context)?.(deviceId);
    // Until somebody has clicked, resuming waits; a moment is enough to know.
    await Promise.race([this.#context.resume(), this.#pause(0.2)]);
    if (this.#context.state !== 'running') {
      this.stop();
      return false;
    }
    this.#round();
    return true;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#ended();
    if (this.#context.state !== 'closed') void this.#context.close();
  }

  #round(): void {
    const begin = this.#context.currentTime + 0.02;
    for (const note of this.#tone.notes) playNote(note, this.#volume, begin + note.at);
    this.#timer = systemClock.after(secondsOf(this.#tone) * 1000, () => {
      if (this.#tone.period === undefined) this.stop();
      else this.#round();
    });
  }

  #pause(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      systemClock.after(seconds * 1000, resolve);
    });
  }
}

/** The context's way to another loudspeaker; not every browser has one. */
function speakerOf(context: AudioContext): ((deviceId: string) => Promise<void>) | undefined {
  const set: unknown = Reflect.get(context, 'setSinkId');
  return typeof set === 'function'
    ? async (deviceId) => {
        await set.call(context, deviceId);
      }
    : undefined;
}
