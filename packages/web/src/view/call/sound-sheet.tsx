// How loud, by which microphone and on which loudspeaker: changed while one talks.
import type { ComponentChild } from 'preact';
import { Sheet } from '../part/sheet.tsx';
import { DeviceChoice, Volume } from '../setting/device-choice.tsx';
import { useWords } from '../world.ts';

/** Volume and devices. */
export function SoundSheet({ onClose }: { readonly onClose: () => void }): ComponentChild {
  const { labels } = useWords();
  return (
    <Sheet title={labels.volume} onClose={onClose}>
      <Volume of="volume" label={labels.volume} />
      <DeviceChoice of="microphone" />
      <DeviceChoice of="speaker" />
      <DeviceChoice of="camera" />
    </Sheet>
  );
}
