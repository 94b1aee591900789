// What must be said at once, above every screen: no network, another tab, a ringer that nobody hears, a call that goes on.
import { BellRing, Phone } from 'lucide';
import type { ComponentChild } from 'preact';
import { runningTime, stateOf } from './call/state.ts';
import { Icon } from './part/icon.tsx';
import { TroubleNote } from './part/trouble.tsx';
import { usePhone, useWords, useWorld } from './world.ts';

/** All notes. `beside`: when the call itself is on the screen. */
export function Notes({
  beside,
}: {
  readonly beside: 'always' | 'in wide boxes' | 'never';
}): ComponentChild {
  const phone = usePhone();
  const { ports } = useWorld();
  const { labels, sentences } = useWords();
  const banner = phone.banner.value;
  const retryAt = banner?.retryAt;
  return (
    <div class="notes">
      {banner !== undefined && (
        <TroubleNote
          trouble={banner.trouble}
          more={
            retryAt === undefined
              ? undefined
              : sentences.retryIn(Math.max(0, Math.ceil((retryAt - ports.now.value) / 1000)))
          }
        />
      )}
      {phone.silenced.value && (
        <button type="button" class="note" onClick={() => phone.unsilence()}>
          <Icon of={BellRing} />
          <span>{labels['click to hear it ring']}</span>
        </button>
      )}
      {beside !== 'always' && (
        <CallStrip kind={beside === 'never' ? 'strip' : 'strip wide-hidden'} />
      )}
    </div>
  );
}

/** The call that goes on meanwhile; pressing it brings it back. */
function CallStrip({ kind }: { readonly kind: string }): ComponentChild {
  const phone = usePhone();
  const { ports, adding } = useWorld();
  const words = useWords();
  const call = phone.current.value;
  if (call === undefined || call.phase.value.is === 'over') return undefined;
  return (
    <button
      type="button"
      class={kind}
      onClick={() => {
        adding.value = false;
        phone.place.value = { is: 'dial' };
      }}
    >
      <Icon of={Phone} />
      <span class="cut">{stateOf(words, call)}</span>
      <span class="figures">{runningTime(call, ports.now.value)}</span>
    </button>
  );
}
