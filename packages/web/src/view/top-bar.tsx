// The head of the phone: who we are, and how we stand with the server.
import { AudioLines, Voicemail } from 'lucide';
import type { ComponentChild } from 'preact';
import type { LineState } from '../model/phone.ts';
import { shownAddress } from './part/address.ts';
import { IconButton } from './part/icon-button.tsx';
import { usePhone, useWords } from './world.ts';
import type { Label } from '../words/words.ts';

/** The head of the phone. */
export function TopBar(): ComponentChild {
  const phone = usePhone();
  const { labels, sentences } = useWords();
  const me = phone.me.value;
  const line = phone.line.value;
  const [lamp, label] = lines[line];
  const quiet = line === 'ready' && phone.settings.values.value.doNotDisturb;
  const { voicemail } = phone;
  return (
    <header class="top">
      <div class="me">
        <span class="lamp" data-lamp={quiet ? 'busy' : lamp} aria-hidden="true" />
        <div>
          <strong class="cut" role="status">
            {labels[quiet ? 'do not disturb' : label]}
          </strong>
          {me !== undefined && (
            <span class="soft small cut address-line">
              <bdi class="address">{shownAddress(me.address)}</bdi>
            </span>
          )}
        </div>
      </div>
      {voicemail.waiting.value && (
        <IconButton
          icon={Voicemail}
          kind="call"
          label={sentences.voicemails(voicemail.fresh.value, voicemail.old.value)}
          onClick={() => voicemail.call()}
        >
          {voicemail.fresh.value > 0 && (
            <span class="badge corner" aria-hidden="true">
              {voicemail.fresh.value}
            </span>
          )}
        </IconButton>
      )}
      <IconButton
        icon={AudioLines}
        label={labels['audio check']}
        onClick={() => {
          phone.place.value = { is: 'audio check' };
        }}
      />
    </header>
  );
}

const lines: Readonly<Record<LineState, readonly [string, Label]>> = {
  starting: ['waiting', 'starting'],
  registering: ['waiting', 'connecting'],
  ready: ['ready', 'ready'],
  away: ['busy', 'not connected'],
  refused: ['busy', 'not registered'],
  'other tab': ['waiting', 'phone in another tab'],
  closed: ['busy', 'not connected'],
};
