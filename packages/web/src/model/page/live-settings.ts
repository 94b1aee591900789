// What people set, kept on this machine.
import { signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import type { Settings, SettingsValues } from '../phone.ts';
import { rowOf } from '../people/rows.ts';
import type { Row } from '../people/rows.ts';
import type { TablesPort } from '../ports.ts';

const usual: SettingsValues = {
  theme: 'system',
  language: undefined,
  microphone: undefined,
  speaker: undefined,
  ringer: undefined,
  camera: undefined,
  volume: 1,
  ringerVolume: 0.8,
  doNotDisturb: false,
  notifications: true,
};

/** The settings. */
export class LiveSettings implements Settings {
  readonly values: Signal<SettingsValues> = signal(usual);
  readonly #tables: TablesPort;
  readonly #failed: () => void;

  constructor(tables: TablesPort, failed: () => void) {
    this.#tables = tables;
    this.#failed = failed;
  }

  async load(): Promise<void> {
    const rows = await this.#tables.all('settings').catch(() => []);
    const row = rows.map(rowOf).find((one) => one?.text('id') === 'values');
    if (row !== undefined) this.values.value = valuesOf(row);
  }

  change(some: Partial<SettingsValues>): void {
    const values = { ...this.values.value, ...some };
    this.values.value = values;
    this.#tables.put('settings', 'values', { id: 'values', ...values }).catch(this.#failed);
  }
}

function valuesOf(row: Row): SettingsValues {
  const share = (name: string, otherwise: number): number =>
    Math.min(1, Math.max(0, row.number(name) ?? otherwise));
  return {
    theme: row.oneOf('theme', ['system', 'light', 'dark']) ?? usual.theme,
    language: row.text('language'),
    microphone: row.text('microphone'),
    speaker: row.text('speaker'),
    ringer: row.text('ringer'),
    camera: row.text('camera'),
    volume: share('volume', usual.volume),
    ringerVolume: share('ringerVolume', usual.ringerVolume),
    doNotDisturb: row.flag('doNotDisturb'),
    notifications: row.text('theme') === undefined || row.flag('notifications'),
  };
}
