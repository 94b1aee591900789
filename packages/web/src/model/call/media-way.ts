// The way of a call's media: found, lost, found again, and what is said when there is none (RFC 8445 §6.1.3).
import { trouble } from '../../words/trouble.ts';
import type { Trouble, TroubleName } from '../../words/trouble.ts';
import type { MediaConnection, PhoneMedia } from '../ports.ts';

/** What the way tells its call. */
export interface MediaWayListener {
  lost(): void;
  back(): void;
  /** There is none; undefined once there is one again. */
  failed(because: Trouble | undefined): void;
}

/** Watches the way of one call. */
export class MediaWay {
  readonly #listener: MediaWayListener;
  /** How it stood last; `connected` once it has ever carried. */
  #carried = false;
  #said: Trouble | undefined;

  constructor(listener: MediaWayListener) {
    this.#listener = listener;
  }

  /** Returns what stops watching. */
  begin(media: PhoneMedia): () => void {
    return media.on('connection', (state) => this.#now(state, media));
  }

  #now(state: MediaConnection, media: PhoneMedia): void {
    switch (state) {
      case 'connected':
        this.#carried = true;
        this.#say(undefined);
        this.#listener.back();
        break;
      case 'disconnected':
        this.#listener.lost();
        break;
      case 'failed':
        this.#say(trouble(this.#carried ? 'audio lost' : reasonOf(media)));
        this.#listener.lost();
        break;
      case 'new':
      case 'connecting':
      case 'closed':
    }
  }

  #say(because: Trouble | undefined): void {
    if (because === undefined && this.#said === undefined) return;
    this.#said = because;
    this.#listener.failed(because);
  }
}

// RFC 8445, RFC 5764: without a way nothing can be encrypted; with one, the keys were not agreed on.
function reasonOf({ connection }: PhoneMedia): TroubleName {
  const way = connection?.iceConnectionState;
  return way === 'connected' || way === 'completed' ? 'encryption failed' : 'no way for audio';
}
