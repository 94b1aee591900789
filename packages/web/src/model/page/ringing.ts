// What is heard and shown of calls beside their own sound: the ringer, the ringback, and notes of the system.
import { signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import type { Words } from '../../words/words.ts';
import type { LiveCall } from '../call/live-call.ts';
import type { Party } from '../call.ts';
import type { ChatMessage, Settings } from '../phone.ts';
import type { Page, RingerSound } from '../ports.ts';

/** What the ringing looks at. */
export interface RingingOptions {
  readonly page: Page;
  readonly settings: Settings;
  readonly words: () => Words;
  readonly calls: () => readonly LiveCall[];
}

/** Rings. */
export class Ringing {
  /** The browser keeps silent until somebody clicks. */
  readonly silenced: Signal<boolean> = signal(false);
  readonly #options: RingingOptions;
  readonly #noted = new Set<string>();
  readonly #off: () => void;
  #playing: RingerSound | undefined;
  #awake: (() => void) | undefined;

  constructor(options: RingingOptions) {
    this.#options = options;
    this.#off = options.page.notifications.onAction((id, action) => this.#act(id, action));
  }

  /** The calls are not what they were. */
  refresh(): void {
    const calls = this.#options.calls();
    this.#play(soundFor(calls));
    for (const call of calls) this.#note(call);
    for (const id of this.#noted) {
      const rings = calls.some((call) => call.id === id && call.phase.peek().is === 'ringing here');
      if (!rings) this.#forget(id);
    }
    const busy = calls.some((call) => call.phase.peek().is !== 'over');
    if (busy) this.#awake ??= this.#options.page.wakeLock.hold();
    else {
      this.#awake?.();
      this.#awake = undefined;
    }
  }

  /** Somebody clicked: what should be heard is tried again. */
  unsilence(): void {
    this.silenced.value = false;
    this.#playing = undefined;
    this.refresh();
  }

  /** A message came: a short sound, and a note of the system. */
  message({ id, text }: ChatMessage, from: Party): void {
    const { page, settings } = this.#options;
    const { speaker, ringerVolume, notifications, doNotDisturb } = settings.values.peek();
    if (doNotDisturb) return;
    if (this.#playing === undefined)
      page.ringer.play('message', speaker, ringerVolume).catch(() => undefined);
    if (notifications && page.notifications.permission === 'granted')
      page.notifications.show({ id, title: from.name, text: text.slice(0, 200), actions: [] });
  }

  close(): void {
    this.#off();
    this.#play(undefined);
    this.#awake?.();
    for (const id of this.#noted) this.#forget(id);
  }

  #play(sound: RingerSound | undefined): void {
    if (sound === this.#playing) return;
    const { ringer } = this.#options.page;
    this.#playing = sound;
    ringer.stop();
    if (sound === undefined) {
      this.silenced.value = false;
      return;
    }
    const { ringer: device, speaker, ringerVolume, volume } = this.#options.settings.values.peek();
    const rings = sound === 'ringing';
    ringer.play(sound, rings ? device : speaker, rings ? ringerVolume : volume).then(
      (heard) => this.#heard(sound, heard),
      () => this.#heard(sound, false),
    );
  }

  #heard(sound: RingerSound, heard: boolean): void {
    if (this.#playing === sound) this.silenced.value = !heard && sound === 'ringing';
  }

  #note(call: LiveCall): void {
    const { page, settings, words } = this.#options;
    if (call.phase.peek().is !== 'ringing here' || this.#noted.has(call.id)) return;
    if (!settings.values.peek().notifications || page.notifications.permission !== 'granted')
      return;
    const { labels, sentences } = words();
    this.#noted.add(call.id);
    page.notifications.show({
      id: call.id,
      title: sentences.ringingHere(call.with.peek().name),
      text: labels['incoming call'],
      actions: [
        { id: 'answer', label: labels.answer },
        { id: 'decline', label: labels.decline },
      ],
    });
  }

  #forget(id: string): void {
    this.#noted.delete(id);
    this.#options.page.notifications.close(id);
  }

  #act(id: string, action: 'answer' | 'decline' | 'open'): void {
    const call = this.#options.calls().find((one) => one.id === id);
    if (action === 'answer') call?.answer();
    if (action === 'decline') call?.decline();
  }
}

// One sound at a time: a call that rings while one is talked in only ticks; what we called rings until it sends sound itself.
function soundFor(calls: readonly LiveCall[]): RingerSound | undefined {
  const phases = calls.map((call) => call.phase.peek());
  const talks = phases.some(({ is }) => is === 'up' || is === 'mending');
  if (phases.some(({ is }) => is === 'ringing here')) return talks ? 'call waiting' : 'ringing';
  if (phases.some((phase) => phase.is === 'ringing there' && !phase.media)) return 'ringback';
  const busy = calls.some((call) => {
    const name = call.phase.peek().is === 'over' ? call.trouble.peek()?.name : undefined;
    return name === 'busy' || name === 'declined';
  });
  return busy && !talks ? 'busy' : undefined;
}
