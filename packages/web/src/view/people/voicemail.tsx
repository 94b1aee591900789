// The voicemail light: shown when something waits there.
import { Voicemail } from 'lucide';
import type { ComponentChild } from 'preact';
import { Icon } from '../part/icon.tsx';
import { usePhone, useWords } from '../world.ts';

/** How many messages wait; one press listens to them. */
export function VoicemailLight(): ComponentChild {
  const { voicemail } = usePhone();
  const { sentences, labels } = useWords();
  if (!voicemail.waiting.value) return undefined;
  return (
    <button type="button" class="voicemail" onClick={() => voicemail.call()}>
      <Icon of={Voicemail} />
      <span>{sentences.voicemails(voicemail.fresh.value, voicemail.old.value)}</span>
      <b>{labels.call}</b>
    </button>
  );
}
