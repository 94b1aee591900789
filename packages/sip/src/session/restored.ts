// A session that outlives its program: its dialog was written down, and goes on with media that begins anew (RFC 3261 §12.2).
import { Dialog } from '../dialog/dialog.ts';
import type { DialogSeed } from '../dialog/dialog.ts';
import { dialogSurroundings } from '../endpoint/usage.ts';
import type { Negotiator } from '../sdp/negotiator.ts';
import { Infos } from './info.ts';
import { MediaExchange } from './media-exchange.ts';
import { Session } from './session.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** What such a session is made of. */
export interface RestoredOptions {
  readonly id: string;
  readonly surroundings: SessionSurroundings;
  /** The dialog as it was; its numbers may be behind by a few. */
  readonly seed: DialogSeed;
  readonly negotiator: Negotiator;
}

/** How many requests of ours may have gone out after the dialog was written down: their numbers are not used again. */
const skipped = 100;

/** The session of a dialog that was confirmed before. Nothing is agreed on in it until one side makes an offer. */
export function restoreSession({ id, surroundings, seed, negotiator }: RestoredOptions): Session {
  const { endpoint } = surroundings;
  const localCseq = seed.localCseq === undefined ? skipped : seed.localCseq + skipped;
  const dialog = new Dialog({ ...seed, localCseq }, dialogSurroundings(surroundings));
  dialog.on('2xx');
  return new Session({
    id,
    surroundings,
    dialog,
    media: new MediaExchange({ negotiator, session: id, endpoint }),
    infos: new Infos(surroundings, dialog),
    direction: 'sendrecv',
    start: 'Active',
  });
}
