// Above a call: how good it sounds, and what must not be overlooked.
import { CircleStop, Disc, Workflow } from 'lucide';
import type { ComponentChild } from 'preact';
import type { PhoneCall } from '../../model/call.ts';
import { IconButton } from '../part/icon-button.tsx';
import { usePhone, useWords } from '../world.ts';
import { QualityBars } from './quality.tsx';
import { isUp } from './state.ts';

/** Quality, recording, and the way to the story of the call. */
export function StageTop({ call }: { readonly call: PhoneCall }): ComponentChild {
  const phone = usePhone();
  const { labels } = useWords();
  const recording = call.recording.value === 'on';
  return (
    <div class="stage-top">
      <div class="stage-marks">
        {call.phase.value.is === 'up' && <QualityBars call={call} />}
        {call.recording.value === 'on' && (
          <span class="mark recording" role="status">
            <i />
            {labels.recording}
          </span>
        )}
        {call.recording.value === 'saved' && (
          <span class="mark" role="status">
            {labels['recording saved']}
          </span>
        )}
        {call.muted.value && call.phase.value.is === 'up' && (
          <span class="mark wait" role="status">
            {call.talkingWhileMuted.value ? labels['talking while muted'] : labels.muted}
          </span>
        )}
      </div>
      <div class="stage-marks">
        {isUp(call) && (
          <IconButton
            icon={recording ? CircleStop : Disc}
            label={recording ? labels['stop recording'] : labels.record}
            onClick={() => call.record(!recording)}
          />
        )}
        <IconButton
          icon={Workflow}
          label={labels.explain}
          onClick={() => {
            phone.place.value = { is: 'explain', callId: call.callId.value };
          }}
        />
      </div>
    </div>
  );
}
