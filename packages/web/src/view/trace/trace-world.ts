// What every view of the viewer can reach: the viewer, its words, and the few things of the page.
import type { ReadonlySignal } from '@preact/signals';
import { createContext } from 'preact';
import type { Context } from 'preact';
import { useContext } from 'preact/hooks';
import type { ArticleCall } from '../../model/trace/article.ts';
import type { Captures } from '../../model/trace/captures.ts';
import type { DeviceLog } from '../../model/trace/device/device-log.ts';
import type { FaultLab } from '../../model/trace/fault-lab.ts';
import type { SoundPort } from '../../model/trace/listening.ts';
import type { TraceViewer } from '../../model/trace/viewer.ts';
import type { ArticleWords } from '../../words/article/article-words.ts';
import type { DeviceWords } from '../../words/device/device-words.ts';
import type { FaultWords } from '../../words/fault/fault-words.ts';
import type { TraceWords } from '../../words/trace/trace-words.ts';

/** What a view needs of the page. */
export interface TracePorts {
  /** Milliseconds since 1970; moves once a second. */
  readonly now: ReadonlySignal<number>;
  /** Opens what the user chose or dropped. */
  openFiles(files: readonly File[]): void;
  /** Gives the user a file. */
  save(name: string, type: string, content: string | Uint8Array<ArrayBuffer>): void;
  /** Plays the sound of captures. */
  readonly sound: SoundPort;
  /** Puts a text where the user can paste it. */
  copy(text: string): void;
  /** The address of what is looked at now. */
  address(): string;
}

/** The viewer with its page. */
export interface TraceWorld {
  readonly viewer: TraceViewer;
  readonly words: TraceWords;
  readonly faultWords: FaultWords;
  readonly ports: TracePorts;
  /** The captures of the Fault Lab, where the server has them. */
  readonly lab: FaultLab;
  readonly captures: Captures;
  readonly devices: DeviceLog;
  readonly deviceWords: DeviceWords;
  readonly article: ArticleCall;
  readonly articleWords: ArticleWords;
}

/** Where views find the world. */
export const TraceContext: Context<TraceWorld | undefined> = createContext<TraceWorld | undefined>(
  undefined,
);

/** The world of this view. */
export function useTrace(): TraceWorld {
  const world = useContext(TraceContext);
  if (world === undefined) throw new TypeError('A view is drawn outside of the viewer');
  return world;
}
