// What every view can reach: the phone, and the few things of the page that a view needs.
import type { ReadonlySignal, Signal } from '@preact/signals';
import { createContext } from 'preact';
import type { Context } from 'preact';
import { useContext } from 'preact/hooks';
import type { StreamHandle } from '../model/ports.ts';
import type { Phone } from '../model/phone.ts';
import type { FaultWords } from '../words/fault/fault-words.ts';
import type { Words } from '../words/words.ts';
import type { Explained } from './explain/explained.tsx';
import type { Guided, GuidedCall } from './explain/guided.tsx';

/** What a view needs of the page. */
export interface ViewPorts {
  /** Milliseconds since 1970; moves once a second. */
  readonly now: ReadonlySignal<number>;
  /** Lets `element` play `stream`, on a loudspeaker of its own choice and as loud as said (0 to 1). */
  play(element: HTMLMediaElement, stream: StreamHandle | undefined, how: Playing): void;
  /** Tells how loud `stream` is, from 0 to 1, some times a second; returns what ends that. */
  loudness(stream: StreamHandle, listener: (level: number) => void): () => void;
  /** Gives the user a file. */
  save(name: string, type: string, text: string): void;
  /** Where the viewer shows a call; absent where the phone is in a page of others. */
  readonly viewerOf?: ((callId: string) => string) | undefined;
  /** Offers the page to the browser as the phone for `tel:` and `sip:` links; absent where it is not a page of its own. */
  readonly offerForLinks?: (() => void) | undefined;
  /** Puts a text where the user can paste it. */
  copy(text: string): void;
  /** The views that explain a call: loaded when they are wanted. */
  explaining(): Promise<ExplainingViews>;
  /** Opens the guided call; absent where the page is not the phone's own. */
  readonly guided?: (() => Promise<GuidedViews>) | undefined;
  /** What faults mean in plain words, in a language of the phone: loaded when they are wanted. */
  faultWords(language: string): Promise<FaultWords>;
}

/** What is loaded for the guided call, and the call itself, which is to be closed. */
export interface GuidedViews {
  readonly Guided: typeof Guided;
  readonly guided: GuidedCall;
  readonly styles: string;
}

/** What is loaded to explain a call. */
export interface ExplainingViews {
  readonly Explained: typeof Explained;
  /** Their styles, for whichever tree of elements the phone is in. */
  readonly styles: string;
}

/** How a stream is played. */
export interface Playing {
  readonly deviceId: string | undefined;
  readonly volume: number;
}

/** What opens above a call; a call itself is never kept here. */
export type SheetName = 'keypad' | 'transfer' | 'sound';

/** The phone with its page, and what is open on the screen and nowhere else. */
export interface World {
  readonly phone: Phone;
  readonly ports: ViewPorts;
  readonly sheet: Signal<SheetName | undefined>;
  /** One dials although a call is there. */
  readonly adding: Signal<boolean>;
}

/** Where views find the world. */
export const WorldContext: Context<World | undefined> = createContext<World | undefined>(undefined);

/** The world of this view. */
export function useWorld(): World {
  const world = useContext(WorldContext);
  if (world === undefined) throw new TypeError('A view is drawn outside of the phone');
  return world;
}

/** The phone of this view. */
export function usePhone(): Phone {
  return useWorld().phone;
}

/** The words of the language that is spoken now. */
export function useWords(): Words {
  return useWorld().phone.words.value;
}
