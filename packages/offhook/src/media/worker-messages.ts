// What crosses between the main thread and a media thread: commands, replies and events, never packets.
import type { StreamAgreement } from './agreement.ts';
import type { KeyWay } from './key/ways.ts';
import type { PortRange } from './port-pair.ts';
import type { PlayEnd } from './sending.ts';
import type { StreamStatistics } from './statistics.ts';

/** What can be played. */
export type Playable =
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'tone';
      readonly hertz: number;
      readonly amplitude?: number | undefined;
      readonly milliseconds?: number | undefined;
    }
  | { readonly kind: 'silence'; readonly milliseconds?: number | undefined };

/** What a stream is told to do. */
export type Command =
  | {
      readonly verb: 'open';
      readonly host: string;
      readonly ports: PortRange;
      readonly delay: number | undefined;
    }
  | { readonly verb: 'agree'; readonly agreement: StreamAgreement }
  | { readonly verb: 'play'; readonly play: number; readonly what: Playable }
  | { readonly verb: 'stop-playing' }
  | { readonly verb: 'record'; readonly path: string }
  | { readonly verb: 'stop-recording' }
  | { readonly verb: 'echo'; readonly on: boolean }
  | { readonly verb: 'dtmf'; readonly events: readonly number[] }
  | { readonly verb: 'statistics' }
  | { readonly verb: 'close' };

/** A command to one stream; exactly one reply answers it. */
export interface Request<What = Command> {
  readonly request: number;
  readonly stream: number;
  readonly command: What;
}

/** What a media thread says. */
export type FromWorker<Event = StreamEvent> =
  | { readonly kind: 'done'; readonly request: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly request: number; readonly error: ErrorRecord }
  | { readonly kind: 'event'; readonly stream: number; readonly event: Event | BrokenEvent };

/** What happens in a stream. */
export type StreamEvent =
  | { readonly name: 'first-packet' }
  | { readonly name: 'digit'; readonly digit: string; readonly way: KeyWay }
  /** Nothing of the peer came for a minute. */
  | { readonly name: 'silent' }
  | { readonly name: 'counted'; readonly statistics: StreamStatistics }
  | { readonly name: 'played'; readonly play: number; readonly end: PlayEnd }
  | BrokenEvent;

/** The stream broke by a fault of ours and is closed. */
export interface BrokenEvent {
  readonly name: 'broken';
  readonly reason: string;
}

/** An error as it crosses threads, where classes are lost. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
}

/** `error` as a record. */
export function recordError(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), code: undefined };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { name: error.name, message: error.message, code };
}
