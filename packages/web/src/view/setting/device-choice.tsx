// Which microphone, loudspeaker or camera, and how loud.
import type { ComponentChild } from 'preact';
import { usePhone, useWords } from '../world.ts';

type Kind = 'microphone' | 'speaker' | 'ringer' | 'camera';

/** A list of the devices of one kind; nothing when there are none. */
export function DeviceChoice({ of: kind }: { readonly of: Kind }): ComponentChild {
  const { devices, settings } = usePhone();
  const { labels } = useWords();
  const found = devices.list.value.filter(
    (device) => device.kind === (kind === 'ringer' ? 'speaker' : kind),
  );
  if (found.length === 0) return undefined;
  return (
    <label class="field">
      <span>{labels[kind]}</span>
      <select
        class="input"
        value={settings.values.value[kind] ?? ''}
        onChange={(event) => {
          const { value } = event.currentTarget;
          devices.choose(kind, value === '' ? undefined : value);
        }}
      >
        <option value="">{labels['default device']}</option>
        {found.map(({ id, name }, at) => (
          <option key={id} value={id}>
            {name === '' ? `${labels[kind]} ${at + 1}` : name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** How loud calls or the ringer are. */
export function Volume({
  of: name,
  label,
}: {
  readonly of: 'volume' | 'ringerVolume';
  readonly label: string;
}): ComponentChild {
  const { settings } = usePhone();
  return (
    <label class="field">
      <span>{label}</span>
      <input
        class="slider"
        type="range"
        min="0"
        max="1"
        step="0.05"
        value={settings.values.value[name]}
        onInput={(event) => settings.change({ [name]: event.currentTarget.valueAsNumber })}
      />
    </label>
  );
}
