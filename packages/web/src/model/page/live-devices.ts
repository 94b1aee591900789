// Microphones, loudspeakers and cameras: which there are, whether they may be used, and how they sound.
import { signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import { trouble } from '../../words/trouble.ts';
import type { Trouble } from '../../words/trouble.ts';
import { deviceRefusal, deviceTroubles } from '../call/troubles.ts';
import type { Devices, Settings } from '../phone.ts';
import type { Browser, Device, DevicesPort } from '../ports.ts';

/** What the devices are used with. */
export interface DevicesOptions {
  readonly port: DevicesPort;
  readonly settings: Settings;
  /** A microphone was chosen: calls that are up take it at once. */
  readonly microphoneChosen: (deviceId: string) => void;
}

/** The devices. */
export class LiveDevices implements Devices {
  readonly list: Signal<readonly Device[]> = signal([]);
  readonly permission: Signal<'unknown' | 'granted' | 'denied' | 'prompt'> = signal('unknown');
  readonly browser: Browser;
  readonly trouble: Signal<Trouble | undefined> = signal(undefined);
  readonly metering: Signal<boolean> = signal(false);
  readonly level: Signal<number> = signal(0);
  readonly testing: Signal<'off' | 'speaker' | 'ringer'> = signal('off');
  readonly #options: DevicesOptions;
  readonly #off: () => void;
  #stopMeter: (() => void) | undefined;
  /** Which opening of the microphone is the newest: an older one that comes late is closed. */
  #opening = 0;

  constructor(options: DevicesOptions) {
    this.#options = options;
    this.browser = options.port.browser;
    this.#off = options.port.onChange(() => void this.refresh());
  }

  /** Looks what there is. */
  async refresh(): Promise<void> {
    const { port } = this.#options;
    this.list.value = await port.list().catch(() => []);
    this.permission.value = await port.permission().catch(() => 'prompt' as const);
    if (this.permission.value === 'granted' && this.trouble.value?.name === 'microphone denied')
      this.trouble.value = undefined;
  }

  startMeter(): void {
    void this.#meter();
  }

  stopMeter(): void {
    this.#opening += 1;
    this.#stopMeter?.();
    this.#stopMeter = undefined;
    this.metering.value = false;
    this.level.value = 0;
  }

  testSpeaker(): void {
    void this.#test('speaker');
  }

  testRinger(): void {
    void this.#test('ringer');
  }

  allow(): void {
    void this.#allow();
  }

  choose(kind: 'microphone' | 'speaker' | 'ringer' | 'camera', deviceId: string | undefined): void {
    this.#options.settings.change({ [kind]: deviceId });
    if (kind !== 'microphone') return;
    if (this.metering.value) this.startMeter();
    this.#options.microphoneChosen(deviceId ?? '');
  }

  close(): void {
    this.#off();
    this.stopMeter();
  }

  // Opening and closing it is how a page asks.
  async #allow(): Promise<void> {
    await this.#meter();
    this.stopMeter();
    await this.refresh();
  }

  async #meter(): Promise<void> {
    const { port, settings } = this.#options;
    this.stopMeter();
    const opening = this.#opening;
    try {
      const stop = await port.meter(settings.values.value.microphone, (level) => {
        if (opening === this.#opening) this.level.value = level;
      });
      if (opening !== this.#opening) {
        stop();
        return;
      }
      this.#stopMeter = stop;
      this.metering.value = true;
      this.trouble.value = undefined;
      await this.refresh();
    } catch (error) {
      this.trouble.value = trouble(deviceTroubles[deviceRefusal(error) ?? 'missing']);
      await this.refresh();
    }
  }

  async #test(what: 'speaker' | 'ringer'): Promise<void> {
    const { port, settings } = this.#options;
    if (this.testing.value !== 'off') return;
    this.testing.value = what;
    try {
      await port.playTest(settings.values.value[what]);
      this.trouble.value = undefined;
    } catch {
      this.trouble.value = trouble('speaker failed');
    }
    this.testing.value = 'off';
  }
}
