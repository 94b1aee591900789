// The audio check: does the microphone hear, do the loudspeakers sound, what does the network do, and what to do when not.
import { ArrowLeft, BellRing, Mic, MicOff, Volume2 } from 'lucide';
import type { ComponentChild } from 'preact';
import { useEffect } from 'preact/hooks';
import { trouble } from '../../words/trouble.ts';
import { sentenceOf } from '../../words/words.ts';
import { Icon } from '../part/icon.tsx';
import { IconButton } from '../part/icon-button.tsx';
import { TroubleNote } from '../part/trouble.tsx';
import { usePhone, useWords } from '../world.ts';
import { DeviceChoice, Volume } from './device-choice.tsx';
import { NetworkCard } from './network-card.tsx';

/** The screen of the audio check. */
export function AudioCheck(): ComponentChild {
  const phone = usePhone();
  const { devices } = phone;
  const { labels } = useWords();
  const testing = devices.testing.value;
  useEffect(() => () => devices.stopMeter(), []);
  return (
    <section class="view" aria-label={labels['audio check']}>
      <header class="view-head">
        <IconButton
          icon={ArrowLeft}
          turns
          kind="back"
          label={labels.back}
          onClick={() => {
            phone.place.value = { is: 'settings' };
          }}
        />
        <h1 class="title">{labels['audio check']}</h1>
      </header>
      <div class="settings scroll">
        <div class="card">
          <Microphone />
        </div>
        <div class="card">
          <DeviceChoice of="speaker" />
          <Volume of="volume" label={labels.volume} />
          <button
            type="button"
            class="button"
            aria-busy={testing === 'speaker'}
            onClick={() => devices.testSpeaker()}
          >
            <Icon of={Volume2} />
            {labels['test the speaker']}
          </button>
        </div>
        <div class="card">
          <DeviceChoice of="ringer" />
          <Volume of="ringerVolume" label={labels['volume of the ringer']} />
          <button
            type="button"
            class="button"
            aria-busy={testing === 'ringer'}
            onClick={() => devices.testRinger()}
          >
            <Icon of={BellRing} />
            {labels['test the ringer']}
          </button>
        </div>
        <NetworkCard />
      </div>
    </section>
  );
}

function Microphone(): ComponentChild {
  const { devices } = usePhone();
  const words = useWords();
  const { labels } = words;
  const permission = devices.permission.value;
  const wrong = devices.trouble.value;
  if (permission === 'denied') {
    return (
      <>
        <p class="pair">
          <Icon of={MicOff} />
          <span class="grow">{sentenceOf(words, trouble('microphone denied'))}</span>
        </p>
        <p>{words.permission[devices.browser]}</p>
        <button type="button" class="button main" onClick={() => devices.allow()}>
          {words.actions['try again']}
        </button>
      </>
    );
  }
  const metering = devices.metering.value;
  return (
    <>
      <DeviceChoice of="microphone" />
      {wrong !== undefined && <TroubleNote trouble={wrong} />}
      {metering ? (
        <>
          <Meter level={devices.level.value} label={labels.microphone} />
          <p class="soft small">{labels['speak now']}</p>
        </>
      ) : (
        <button
          type="button"
          class="button main"
          onClick={() => (permission === 'granted' ? devices.startMeter() : devices.allow())}
        >
          <Icon of={Mic} />
          {permission === 'granted' ? labels['audio check'] : labels['allow the microphone']}
        </button>
      )}
    </>
  );
}

const steps = 28;

/** How loud it is, as a row of lights. */
function Meter({
  level,
  label,
}: {
  readonly level: number;
  readonly label: string;
}): ComponentChild {
  const lit = Math.round(Math.min(1, level) * steps);
  return (
    <div
      class="meter"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(level * 100)}
    >
      {Array.from({ length: steps }, (_, at) => (
        <i key={at} class={`${at < lit ? 'lit' : ''}${at >= steps * 0.82 ? ' hot' : ''}`} />
      ))}
    </div>
  );
}
