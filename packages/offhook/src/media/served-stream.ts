// One stream in a media thread: the engine together with its sockets and files, doing as it is told.
import { open, readFile, stat } from 'node:fs/promises';
import { wavSource } from './audio/file.ts';
import { WavRecorder } from './audio/recorder.ts';
import type { Recording, RecordingFile } from './audio/recorder.ts';
import { silence } from './audio/source.ts';
import type { AudioSource } from './audio/source.ts';
import { tone } from './audio/tone.ts';
import { UnplayableFile } from './audio/wav.ts';
import { DtmfRefused } from './key/events.ts';
import {
  monotonicEpoch,
  monotonicNow,
  randomFraction,
  randomHex,
  randomNumber,
} from './machine-time.ts';
import type { PacketRing } from './packet-ring.ts';
import { openPair } from './port-pair.ts';
import type { PortPair, PortTurn } from './port-pair.ts';
import type { MediaAddress } from './source-lock.ts';
import type { StreamStatistics } from './statistics.ts';
import { AudioStream } from './stream.ts';
import type { Command, Playable, StreamEvent } from './worker-messages.ts';

/** Octets of the longest file that is played; it is held in memory. */
const longestFile = 64 * 1024 * 1024;

/** What a command gives back. */
export type Reply = MediaAddress | StreamStatistics | Recording | undefined;

/** What a stream is opened with. */
export interface ServedStreamOptions {
  readonly host: string;
  readonly turn: PortTurn;
  readonly ring: PacketRing;
  readonly delay: number | undefined;
  readonly tell: (event: StreamEvent) => void;
}

/** A stream and all that it owns. */
export class ServedStream {
  readonly #pair: PortPair;
  readonly #engine: AudioStream;
  readonly #tell: (event: StreamEvent) => void;
  #newestPlay = 0;
  #closing: Promise<void> | undefined;

  /** Opens a stream on the next free ports; rejects with NoMediaPort when there are none. */
  static async open(options: ServedStreamOptions): Promise<ServedStream> {
    return new ServedStream(await openPair(options.host, options.turn), options);
  }

  private constructor(pair: PortPair, { ring, delay, tell }: ServedStreamOptions) {
    this.#pair = pair;
    this.#tell = tell;
    const engine = new AudioStream({
      local: pair.local,
      ssrc: randomNumber(32),
      // RFC 4568 §6.4: from the lower half, so that lost first packets leave no doubt about a wrap.
      sequence: randomNumber(15),
      timestamp: randomNumber(32),
      cname: randomHex(12),
      fraction: randomFraction,
      epoch: monotonicEpoch,
      ring,
      delay,
      sendRtp: (bytes, length, to) => pair.sendRtp(bytes, length, to),
      sendRtcp: (bytes, length, to) => pair.sendRtcp(bytes, length, to),
      digit: (digit, way) => tell({ name: 'digit', digit, way }),
      firstPacket: () => tell({ name: 'first-packet' }),
      silent: () => tell({ name: 'silent' }),
      counted: (statistics) => tell({ name: 'counted', statistics }),
    });
    this.#engine = engine;
    pair.listen(
      this.#guarded((bytes, host, port) => engine.received(bytes, host, port, monotonicNow())),
      this.#guarded((bytes, host, port) => engine.receivedRtcp(bytes, host, port, monotonicNow())),
    );
  }

  /** Where it receives. */
  get local(): MediaAddress {
    return this.#pair.local;
  }

  /** Does what is due; a fault breaks this stream only. */
  beat(ticks: number, skipped: number, now: number): void {
    try {
      if (skipped > 0) this.#engine.skip(skipped);
      for (let tick = 0; tick < ticks; tick += 1) this.#engine.tick(now);
    } catch (error) {
      this.#break(error);
    }
  }

  /** Performs a command. */
  async perform(command: Exclude<Command, { verb: 'open' }>): Promise<Reply> {
    switch (command.verb) {
      case 'agree':
        await this.#engine.codecs.open(command.agreement);
        this.#engine.agree(command.agreement);
        return undefined;
      case 'play':
        await this.#play(command.play, command.what);
        return undefined;
      case 'stop-playing':
        this.#newestPlay += 1;
        this.#engine.stopPlaying();
        return undefined;
      case 'record':
        await this.#record(command.path);
        return undefined;
      case 'stop-recording':
        return this.#engine.record(undefined)?.close();
      case 'echo':
        this.#engine.echo(command.on);
        return undefined;
      case 'dtmf':
        await this.#press(command.events);
        return undefined;
      case 'statistics':
        return this.#engine.statistics(monotonicNow());
      case 'close': {
        const counted = this.#engine.statistics(monotonicNow());
        await this.close();
        return counted;
      }
    }
  }

  /** Says goodbye, finishes a recording, and frees the ports. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#newestPlay += 1;
    this.#engine.close(monotonicNow());
    const recorder = this.#engine.record(undefined);
    try {
      await recorder?.close();
    } finally {
      await this.#pair.close();
    }
  }

  async #play(play: number, what: Playable): Promise<void> {
    this.#newestPlay += 1;
    const turn = this.#newestPlay;
    const source = await sourceOf(what);
    // While the file was read something else was played, or nothing more: then this one never starts.
    if (turn === this.#newestPlay)
      this.#engine.play(source, (end) => this.#tell({ name: 'played', play, end }));
    else this.#tell({ name: 'played', play, end: 'stopped' });
  }

  async #record(path: string): Promise<void> {
    const recorder = new WavRecorder(await recordingFile(path));
    if (this.#closing !== undefined) await recorder.close();
    else await this.#engine.record(recorder)?.close();
  }

  #press(events: readonly number[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const refused = (): void => reject(new DtmfRefused('The peer does not take these keys now'));
      const taken = this.#engine.press(events, (sent) => (sent ? resolve() : refused()));
      if (!taken) refused();
    });
  }

  #guarded(take: (bytes: Uint8Array, host: string, port: number) => void) {
    return (bytes: Uint8Array, host: string, port: number): void => {
      if (this.#closing !== undefined) return;
      try {
        take(bytes, host, port);
      } catch (error) {
        this.#break(error);
      }
    };
  }

  #break(error: unknown): void {
    this.#tell({ name: 'broken', reason: String(error) });
    this.close().catch(() => undefined);
  }
}

async function sourceOf(what: Playable): Promise<AudioSource> {
  switch (what.kind) {
    case 'file': {
      const { size } = await stat(what.path);
      if (size > longestFile)
        throw new UnplayableFile(`The file is longer than ${longestFile / 1024 / 1024} MiB`);
      return wavSource(await readFile(what.path));
    }
    case 'tone':
      return tone(what);
    case 'silence':
      return silence(what.milliseconds);
  }
}

async function recordingFile(path: string): Promise<RecordingFile> {
  const file = await open(path, 'w');
  return {
    async write(bytes, position) {
      await file.write(bytes, 0, bytes.length, position);
    },
    close: () => file.close(),
  };
}
