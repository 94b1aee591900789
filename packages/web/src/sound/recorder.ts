// Records a call on this machine: ours on the left, theirs on the right, as one file.
import type { PhoneMedia, RecorderPort } from '../model/ports.ts';
import { streamOf } from './streams.ts';

/** The browser's recorder; `save` gives the user the file. Undefined where the browser has none. */
export function browserRecorder(
  save: (name: string, file: Blob) => void,
): RecorderPort | undefined {
  if (!('MediaRecorder' in globalThis)) return undefined;
  return {
    record: (media, name) => {
      const sides = new Sides(media);
      const recorder = new MediaRecorder(sides.stream, { audioBitsPerSecond: 96_000 });
      const pieces: Blob[] = [];
      recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data));
      const ended = new Promise<void>((resolve, reject) => {
        recorder.addEventListener('stop', () => resolve());
        recorder.addEventListener('error', () => reject(new Error('The recorder failed')));
      });
      recorder.start(1_000);
      return Promise.resolve(async () => {
        if (recorder.state !== 'inactive') recorder.stop();
        await ended.finally(() => sides.close());
        const type = recorder.mimeType.split(';')[0] ?? 'audio/webm';
        save(
          `${fileName(name)}.${type.endsWith('mp4') ? 'm4a' : 'webm'}`,
          new Blob(pieces, { type }),
        );
      });
    },
  };
}

/** Both sides of a call as two channels; tracks that change during the call are followed. */
class Sides {
  readonly #context = new AudioContext();
  readonly #merger = new ChannelMergerNode(this.#context, { numberOfInputs: 2 });
  readonly #target = new MediaStreamAudioDestinationNode(this.#context, { channelCount: 2 });
  readonly #sources = new Map<number, MediaStreamAudioSourceNode>();
  readonly #offs: readonly (() => void)[];

  constructor(media: PhoneMedia) {
    this.#merger.connect(this.#target);
    const follow = (): void => {
      this.#connect(0, streamOf(media.localStream));
      this.#connect(1, streamOf(media.remoteStream));
    };
    follow();
    this.#offs = [media.on('localStream', follow), media.on('remoteTrack', follow)];
  }

  get stream(): MediaStream {
    return this.#target.stream;
  }

  close(): void {
    for (const off of this.#offs) off();
    void this.#context.close();
  }

  #connect(channel: number, stream: MediaStream | undefined): void {
    this.#sources.get(channel)?.disconnect();
    this.#sources.delete(channel);
    const tracks = stream?.getAudioTracks() ?? [];
    if (tracks.length === 0) return;
    const source = this.#context.createMediaStreamSource(new MediaStream(tracks));
    source.connect(this.#merger, 0, channel);
    this.#sources.set(channel, source);
  }
}

/** A name that every file system takes. */
function fileName(name: string): string {
  return (
    name
      .normalize('NFC')
      .replaceAll(/[^\p{L}\p{N} ._-]/gu, '')
      .trim()
      .slice(0, 80) || 'call'
  );
}
