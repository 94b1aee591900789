// The settings: how it looks, how it speaks, what rings, and who we are.
import { AudioLines, Link } from 'lucide';
import type { ComponentChild } from 'preact';
import { languages } from '../../words/languages.ts';
import { shownAddress } from '../part/address.ts';
import { Choice } from '../part/choice.tsx';
import { Icon } from '../part/icon.tsx';
import { usePhone, useWords, useWorld } from '../world.ts';
import { DeviceChoice, Volume } from './device-choice.tsx';

/** The screen of settings. */
export function SettingsView(): ComponentChild {
  const phone = usePhone();
  const { labels } = useWords();
  const me = phone.me.value;
  return (
    <section class="view" aria-label={labels.settings}>
      <header class="view-head">
        <h1 class="title">{labels.settings}</h1>
      </header>
      <div class="settings scroll">
        <Appearance />
        <section class="group">
          <h2 class="group-title">{labels['audio check']}</h2>
          <div class="card">
            <DeviceChoice of="microphone" />
            <DeviceChoice of="speaker" />
            <DeviceChoice of="ringer" />
            <Volume of="ringerVolume" label={labels['volume of the ringer']} />
            <button
              type="button"
              class="button"
              onClick={() => {
                phone.place.value = { is: 'audio check' };
              }}
            >
              <Icon of={AudioLines} />
              {labels['audio check']}
            </button>
          </div>
        </section>
        <Ringing />
        {me !== undefined && (
          <p class="soft small">
            <bdi>{me.name}</bdi> · <bdi class="address">{shownAddress(me.address)}</bdi> ·{' '}
            <bdi>{me.product}</bdi>
          </p>
        )}
      </div>
    </section>
  );
}

function Appearance(): ComponentChild {
  const { settings } = usePhone();
  const { labels } = useWords();
  const { theme, language } = settings.values.value;
  return (
    <section class="group">
      <h2 class="group-title">{labels.theme}</h2>
      <div class="card">
        <Choice
          label={labels.theme}
          options={[
            ['system', labels['theme system']],
            ['light', labels['theme light']],
            ['dark', labels['theme dark']],
          ]}
          value={theme}
          onChange={(value) => settings.change({ theme: value })}
        />
        <label class="field">
          <span>{labels.language}</span>
          <select
            class="input"
            value={language ?? ''}
            onChange={(event) => {
              const { value } = event.currentTarget;
              settings.change({ language: value === '' ? undefined : value });
            }}
          >
            <option value="">{labels['language of the browser']}</option>
            {languages.map((words) => (
              <option key={words.language} value={words.language} lang={words.language}>
                {words.name}
              </option>
            ))}
          </select>
        </label>
      </div>
    </section>
  );
}

function Ringing(): ComponentChild {
  const { settings, push } = usePhone();
  const { offerForLinks } = useWorld().ports;
  const { labels } = useWords();
  const { doNotDisturb, notifications } = settings.values.value;
  const pushed = push.state.value;
  return (
    <section class="group">
      <h2 class="group-title">{labels.notifications}</h2>
      <div class="card">
        <Switch
          label={labels['do not disturb']}
          on={doNotDisturb}
          onChange={(on) => settings.change({ doNotDisturb: on })}
        />
        <Switch
          label={labels.notifications}
          on={notifications}
          onChange={(on) => settings.change({ notifications: on })}
        />
        {pushed !== 'absent' && (
          <Switch
            label={labels['ring while closed']}
            on={pushed === 'on'}
            onChange={(on) => push.turn(on)}
          />
        )}
        {offerForLinks !== undefined && (
          <button type="button" class="button" onClick={offerForLinks}>
            <Icon of={Link} />
            {labels['open links']}
          </button>
        )}
      </div>
    </section>
  );
}

function Switch({
  label,
  on,
  onChange,
}: {
  readonly label: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
}): ComponentChild {
  return (
    <label class="switch">
      {label}
      <input
        type="checkbox"
        role="switch"
        checked={on}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </label>
  );
}
