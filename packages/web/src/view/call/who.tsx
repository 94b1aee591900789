// Who a call is with, and how it stands: the words are said aloud when they change.
import type { ComponentChild, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { PhoneCall } from '../../model/call.ts';
import { sentenceOf } from '../../words/words.ts';
import { shownAddress } from '../part/address.ts';
import { Avatar } from '../part/avatar.tsx';
import { usePhone, useWords, useWorld } from '../world.ts';
import { isUp, runningTime, stateOf } from './state.ts';

/** The person, large; in a three-way call both. */
export function Who({ call }: { readonly call: PhoneCall }): ComponentChild {
  const phone = usePhone();
  const ring = useVoice(call);
  const party = call.with.value;
  const together = call.joined.value ? phone.calls.value.filter((one) => one.joined.value) : [call];
  const names = together.map((one) => one.with.value.name);
  const address = shownAddress(party.address);
  return (
    <div class="who">
      <div class="ring" ref={ring}>
        <div class="together">
          {names.map((name, at) => (
            <Avatar key={at} name={name} />
          ))}
        </div>
      </div>
      <h1 class="name">{names.map((name, at) => [at > 0 && ' · ', <bdi key={at}>{name}</bdi>])}</h1>
      {names.length === 1 && address !== party.name && (
        <p class="address cut">
          <bdi>{address}</bdi>
        </p>
      )}
      {party.claims !== undefined && (
        <p class="claims">
          “<bdi>{party.claims}</bdi>”
        </p>
      )}
      <CallState call={call} />
      {call.phase.value.is === 'over' && call.trouble.value !== undefined && (
        <TroubleWords call={call} />
      )}
    </div>
  );
}

/** The ring moves with the voice that is heard, as far as motion is wished for. */
function useVoice(call: PhoneCall): RefObject<HTMLDivElement> {
  const { ports } = useWorld();
  const ring = useRef<HTMLDivElement>(null);
  const sound = call.audible.value && isUp(call) ? call.sound.value : undefined;
  useEffect(() => {
    if (sound === undefined || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const off = ports.loudness(sound, (level) =>
      ring.current?.style.setProperty('--voice', level.toFixed(2)),
    );
    return () => {
      off();
      ring.current?.style.removeProperty('--voice');
    };
  }, [sound]);
  return ring;
}

/** The state of a call and its running time. */
export function CallState({ call }: { readonly call: PhoneCall }): ComponentChild {
  const { ports } = useWorld();
  const words = useWords();
  const time = runningTime(call, ports.now.value);
  const said = stateOf(words, call);
  const plain =
    call.phase.value.is === 'up' &&
    call.hold.value === 'off' &&
    said === words.sentences.upWith(call.with.value.name);
  const failed = call.phase.value.is === 'over' && call.trouble.value !== undefined;
  return (
    <p class="state">
      <span role="status" class={plain || failed ? 'for-readers' : ''}>
        {said}
      </span>
      {time !== '' && (
        <span class="timer" role="timer">
          {time}
        </span>
      )}
    </p>
  );
}

function TroubleWords({ call }: { readonly call: PhoneCall }): ComponentChild {
  const words = useWords();
  const trouble = call.trouble.value;
  if (trouble === undefined) return undefined;
  const details = [
    trouble.said === undefined ? [] : [`“${trouble.said}”`],
    trouble.status === undefined ? [] : [words.sentences.statusDetail(trouble.status)],
  ].flat();
  return (
    <div role="alert">
      <p class="sentence">{sentenceOf(words, trouble)}</p>
      {details.length > 0 && (
        <p class="details">
          <bdi>{details.join(' · ')}</bdi>
        </p>
      )}
    </div>
  );
}
