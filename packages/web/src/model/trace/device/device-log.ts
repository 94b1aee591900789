// The screen of devices: asked of the server again and again while somebody looks, searched, and led by keys.
import { batch, computed, effect, signal } from '@preact/signals-core';
import type { ReadonlySignal, Signal } from '@preact/signals-core';
import type { Clock, Timer } from '@offhook/sip';
import { userOf } from '../columns.ts';
import { noFilter } from '../filter.ts';
import type { Command } from '../keys.ts';
import { isMove, moved } from '../moves.ts';
import type { Move } from '../moves.ts';
import type { TraceServer } from '../server.ts';
import type { ServerFault } from '../source.ts';
import { whyOf } from '../source/stored-source.ts';
import type { TraceViewer } from '../viewer.ts';
import { deviceKey } from './device.ts';
import type { Device } from './device.ts';

/** How the log of devices stands. */
export type DeviceLogState =
  | { readonly is: 'asking' }
  | { readonly is: 'ready' }
  | { readonly is: 'failed'; readonly why: ServerFault };

/** How often it is asked for, in milliseconds; and how many times longer than the answer took is waited. */
const period = 3_000;
const restFactor = 6;

/** The devices of the server. */
export class DeviceLog {
  readonly state: Signal<DeviceLogState> = signal({ is: 'asking' });
  /** The one that was heard of last first. */
  readonly devices: Signal<readonly Device[]> = signal([]);
  /** When `devices` was so, in milliseconds since 1970. */
  readonly asOf: Signal<number> = signal(0);
  /** What is searched for. */
  readonly text: Signal<string> = signal('');
  readonly shown: ReadonlySignal<readonly Device[]>;
  /** The one whose log is shown. */
  readonly chosen: ReadonlySignal<Device | undefined>;
  /** The field to search in is wanted; counts. */
  readonly searchWanted: Signal<number> = signal(0);
  readonly #server: TraceServer;
  readonly #clock: Clock;
  readonly #viewer: TraceViewer;
  /** Which looking is the last one: what an earlier one asked is answered late. */
  #look = 0;
  #timer: Timer | undefined;

  constructor(server: TraceServer, clock: Clock, viewer: TraceViewer) {
    this.#server = server;
    this.#clock = clock;
    this.#viewer = viewer;
    this.shown = computed(() => {
      const words = this.text.value.toLowerCase().split(/\s+/);
      return this.devices.value.filter((device) => {
        const texts = searched(device).toLowerCase();
        return words.every((word) => texts.includes(word));
      });
    });
    this.chosen = computed(() =>
      this.devices.value.find((device) => deviceKey(device) === viewer.device.value),
    );
    effect(() => {
      this.#look += 1;
      this.#timer?.cancel();
      if (viewer.showsDevices.value) void this.#ask(this.#look);
    });
  }

  /** Shows the log of a device; undefined closes it. */
  choose(device: Device | undefined): void {
    this.#viewer.device.value = device && deviceKey(device);
  }

  /** Lists the calls of a device's user: those that are kept, or those that happen where none are. */
  showCalls({ aor }: Device): void {
    const sources = this.#viewer.sources.peek();
    const source =
      sources.find(({ kind }) => kind === 'stored') ?? sources.find(({ kind }) => kind === 'live');
    if (source === undefined) return;
    batch(() => {
      this.#viewer.show(source);
      this.#viewer.filter.value = { ...noFilter, text: userOf(aor) };
    });
  }

  /** Does what a key asks for. */
  act(command: Command): void {
    if (isMove(command)) this.#move(command);
    else if (command === 'open') {
      const device = this.chosen.peek();
      if (device === undefined) this.#move('first');
      else this.showCalls(device);
    } else if (command === 'search') this.searchWanted.value += 1;
    else if (command === 'back' && this.#viewer.sheet.peek() === undefined) this.#back();
    else this.#viewer.act(command);
  }

  #back(): void {
    if (this.#viewer.device.peek() !== undefined) this.choose(undefined);
    else if (this.text.peek() !== '') this.text.value = '';
    else this.#viewer.showsDevices.value = false;
  }

  #move(command: Move): void {
    const shown = this.shown.peek();
    const at = shown.findIndex((device) => deviceKey(device) === this.#viewer.device.peek());
    this.choose(shown[moved(at, shown.length, command)]);
  }

  async #ask(look: number): Promise<void> {
    const begun = this.#clock.now();
    const answer = await this.#server.devices().then(
      (devices) => ({ is: 'ready', devices }) as const,
      (error: unknown) => ({ is: 'failed', why: whyOf(error) }) as const,
    );
    if (look !== this.#look) return;
    batch(() => {
      if (answer.is === 'ready') {
        this.devices.value = answer.devices;
        this.asOf.value = this.#clock.wall();
        this.state.value = { is: 'ready' };
      } else this.state.value = answer;
    });
    const took = this.#clock.now() - begun;
    this.#timer = this.#clock.after(
      Math.max(period, restFactor * took),
      () => void this.#ask(look),
    );
  }
}

function searched({ aor, device, userAgent = '', contact, host, port, transport }: Device): string {
  return [aor, device, userAgent, contact, `${host}:${port}`, transport].join(' ');
}
