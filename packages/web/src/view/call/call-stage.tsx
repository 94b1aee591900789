// A call on its stage: who it is, how it stands, what one can do about it.
import type { ComponentChild } from 'preact';
import type { PhoneCall } from '../../model/call.ts';
import { usePhone, useWords, useWorld } from '../world.ts';
import { CallControls } from './call-controls.tsx';
import { IncomingControls } from './incoming.tsx';
import { KeypadSheet } from './keypad-sheet.tsx';
import { OtherCalls } from './other-calls.tsx';
import { OverControls } from './over.tsx';
import { Pictures } from './pictures.tsx';
import { SoundSheet } from './sound-sheet.tsx';
import { StageTop } from './stage-top.tsx';
import { moodOf } from './state.ts';
import { TransferSheet } from './transfer-sheet.tsx';
import { WaitingCall } from './waiting-call.tsx';
import { Who } from './who.tsx';

/** The stage of `call`. */
export function CallStage({ call }: { readonly call: PhoneCall }): ComponentChild {
  const phone = usePhone();
  const { labels } = useWords();
  const waiting = phone.waiting.value;
  const shows = call.picture.value !== undefined || call.ownPicture.value !== undefined;
  return (
    <section class="stage" data-mood={moodOf(call)} aria-label={labels.call}>
      <div>
        <StageTop call={call} />
        {waiting !== undefined && waiting !== call && <WaitingCall call={waiting} />}
      </div>
      {shows ? <Pictures call={call} /> : <Who call={call} />}
      <div class="controls">
        <OtherCalls shown={call} />
        <Controls call={call} />
      </div>
      <Sheets call={call} />
    </section>
  );
}

function Controls({ call }: { readonly call: PhoneCall }): ComponentChild {
  switch (call.phase.value.is) {
    case 'ringing here':
      return <IncomingControls call={call} />;
    case 'over':
      return <OverControls call={call} />;
    case 'calling':
    case 'ringing there':
    case 'answering':
    case 'up':
    case 'mending':
    case 'ending':
      return <CallControls call={call} />;
  }
}

function Sheets({ call }: { readonly call: PhoneCall }): ComponentChild {
  const { sheet } = useWorld();
  const close = (): void => {
    sheet.value = undefined;
  };
  if (call.phase.value.is === 'over') return undefined;
  switch (sheet.value) {
    case 'keypad':
      return <KeypadSheet call={call} onClose={close} />;
    case 'transfer':
      return <TransferSheet call={call} onClose={close} />;
    case 'sound':
      return <SoundSheet onClose={close} />;
    case undefined:
      return undefined;
  }
}
