// The engineer's view: the verdict, three lanes above one ladder, and beside them what is selected.
import type { ComponentChild } from 'preact';
import { Ladder } from './ladder/ladder.tsx';
import { Lanes } from './lane/lanes.tsx';

/** The engineer's view of the subject. */
export function EngineerView(): ComponentChild {
  return (
    <div class="engineer">
      <Lanes />
      <Ladder />
    </div>
  );
}
