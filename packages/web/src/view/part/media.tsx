// Streams of a call in elements of the page.
import type { ComponentChild } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { PhoneCall } from '../../model/call.ts';
import type { StreamHandle } from '../../model/ports.ts';
import { usePhone, useWorld } from '../world.ts';

/** What is heard of a call, on the loudspeaker that was chosen, while it is listened to. */
export function Sound({ call }: { readonly call: PhoneCall }): ComponentChild {
  const { ports } = useWorld();
  const of = call.audible.value ? call.sound.value : undefined;
  const { speaker, volume } = usePhone().settings.values.value;
  const element = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    if (element.current !== null) ports.play(element.current, of, { deviceId: speaker, volume });
  }, [of, speaker, volume]);
  return <audio ref={element} autoplay hidden />;
}

/** What is seen of a call; its sound is played elsewhere. */
export function Picture({
  of,
  label,
  kind,
}: {
  readonly of: StreamHandle | undefined;
  readonly label: string;
  readonly kind?: string;
}): ComponentChild {
  const { ports } = useWorld();
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (element.current !== null)
      ports.play(element.current, of, { deviceId: undefined, volume: 0 });
  }, [of]);
  return <video ref={element} class={kind ?? ''} aria-label={label} autoplay playsInline muted />;
}
