// What one can do in a call that is being made or stands.
import {
  ArrowRightLeft,
  AudioLines,
  Grid3x3,
  Mic,
  MicOff,
  MonitorUp,
  Pause,
  PhoneOff,
  Play,
  UserPlus,
  Video,
  VideoOff,
} from 'lucide';
import type { ComponentChild } from 'preact';
import type { PhoneCall } from '../../model/call.ts';
import { Icon } from '../part/icon.tsx';
import { TroubleNote } from '../part/trouble.tsx';
import { usePhone, useWords, useWorld } from '../world.ts';
import { Control } from './control.tsx';
import { isUp } from './state.ts';

/** The controls of `call`, and the button that ends it. */
export function CallControls({ call }: { readonly call: PhoneCall }): ComponentChild {
  const { labels } = useWords();
  const { is } = call.phase.value;
  const calling = is === 'calling' || is === 'ringing there';
  const trouble = call.trouble.value ?? failedTransfer(call);
  return (
    <>
      {trouble !== undefined && (
        <div class="others">
          <TroubleNote trouble={trouble} call={call} />
        </div>
      )}
      {is !== 'calling' && <Grid call={call} />}
      <button
        type="button"
        class="button end large hang-up"
        disabled={is === 'ending'}
        onClick={() => call.hangUp()}
      >
        <Icon of={PhoneOff} />
        {calling ? labels.cancel : labels['hang up']}
      </button>
    </>
  );
}

function failedTransfer(call: PhoneCall): PhoneCall['trouble']['value'] {
  const transfer = call.transfer.value;
  return transfer.is === 'failed' ? transfer.trouble : undefined;
}

function Grid({ call }: { readonly call: PhoneCall }): ComponentChild {
  const phone = usePhone();
  const { sheet, adding } = useWorld();
  const { labels } = useWords();
  const up = isUp(call);
  const muted = call.muted.value;
  const hold = call.hold.value;
  const held = hold === 'held' || hold === 'resuming';
  const camera = call.camera.value;
  const screen = call.screen.value;
  return (
    <div class="control-grid" role="group" aria-label={labels.call}>
      <Control
        icon={muted ? MicOff : Mic}
        label={muted ? labels.unmute : labels.mute}
        pressed={muted}
        onClick={() => call.mute(!muted)}
      />
      <Control
        icon={held ? Play : Pause}
        label={held ? labels.resume : labels.hold}
        pressed={held}
        tone="wait"
        busy={hold === 'holding' || hold === 'resuming'}
        disabled={!up}
        onClick={() => (held ? call.resume() : call.holdIt())}
      />
      <Control
        icon={Grid3x3}
        label={labels.keypad}
        onClick={() => {
          sheet.value = 'keypad';
        }}
      />
      <Control
        icon={AudioLines}
        label={labels.volume}
        onClick={() => {
          sheet.value = 'sound';
        }}
      />
      <Control
        icon={ArrowRightLeft}
        label={labels.transfer}
        disabled={!up}
        onClick={() => {
          sheet.value = 'transfer';
        }}
      />
      <Control
        icon={UserPlus}
        label={labels['add call']}
        disabled={!up}
        onClick={() => {
          adding.value = true;
          phone.place.value = { is: 'dial' };
        }}
      />
      <Control
        icon={camera ? VideoOff : Video}
        label={labels.camera}
        pressed={camera}
        disabled={!up}
        onClick={() => call.setCamera(!camera)}
      />
      <Control
        icon={MonitorUp}
        label={screen ? labels['stop sharing'] : labels['share screen']}
        pressed={screen}
        disabled={!up}
        onClick={() => call.shareScreen(!screen)}
      />
    </div>
  );
}
