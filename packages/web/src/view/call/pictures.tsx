// What is shown in a call: their picture large, ours in its corner.
import type { ComponentChild } from 'preact';
import type { PhoneCall } from '../../model/call.ts';
import { Avatar } from '../part/avatar.tsx';
import { Picture } from '../part/media.tsx';
import { useWords } from '../world.ts';
import { CallState } from './who.tsx';

/** The pictures of `call`. */
export function Pictures({ call }: { readonly call: PhoneCall }): ComponentChild {
  const { labels } = useWords();
  const { name } = call.with.value;
  const theirs = call.picture.value;
  const own = call.ownPicture.value;
  return (
    <div class="pictures">
      {theirs === undefined ? (
        <div class="no-picture">
          <div class="ring">
            <Avatar name={name} />
          </div>
        </div>
      ) : (
        <Picture of={theirs} label={name} />
      )}
      {own !== undefined && (
        <Picture of={own} label={labels.you} kind={call.screen.value ? 'own' : 'own mirrored'} />
      )}
      <div class="caption">
        <h1 class="cut">
          <bdi>{name}</bdi>
        </h1>
        <CallState call={call} />
      </div>
    </div>
  );
}
