// What concerns the parties of a bridged call alone and goes on from one to the other: messages, transfers, INFO that is no key press.
import { contentType } from '@offhook/sip/message';
import type { Request, Uri } from '@offhook/sip/message';
import { dialogKey } from '@offhook/sip/session';
import type {
  DialogEntry,
  DialogId,
  DialogTable,
  DialogUsage,
  Received,
} from '@offhook/sip/session';
import type { BridgedCall } from './bridged-call.ts';
import type { Leg } from './leg.ts';
import { passReferral, replacedIn } from './referral.ts';
import { relay } from './relay.ts';

/** A leg and the call that it belongs to. */
export interface Found {
  readonly call: BridgedCall;
  readonly leg: Leg;
}

/** Methods that are passed on, besides INFO. */
export const passedMethods: readonly string[] = ['REFER', 'MESSAGE', 'SUBSCRIBE'];

/** How many dialogs are remembered that a REFER has named. */
const mostNamed = 1000;

/** What passing on needs of its gateway. */
export interface PassingOptions {
  readonly dialogs: DialogTable<DialogUsage>;
  /** The address by which whoever is at `uri` can be called from anywhere. */
  readonly addressOf: (uri: Uri) => Uri;
  /** The leg that a dialog is with. */
  readonly legIn: (entry: DialogEntry<DialogUsage>) => Found | undefined;
}

/** Passes requests on. */
export class Passing {
  readonly #options: PassingOptions;
  /** Dialogs that a REFER has named which we passed on, by their keys, the eldest first. */
  readonly #named = new Set<string>();

  constructor(options: PassingOptions) {
    this.#options = options;
  }

  /** True when a REFER that went on asks to replace this dialog: whoever comes for it was sent by a party of ours. */
  hasNamed(dialog: DialogId): boolean {
    return this.#named.has(dialogKey(dialog));
  }

  /** Takes a request that goes on; false when it is for the session. */
  takes(received: Received, entry: DialogEntry<DialogUsage>): boolean {
    const { request } = received;
    const goesOn =
      request.method === 'INFO' ? !isKeyPress(request) : passedMethods.includes(request.method);
    if (!goesOn) return false;
    const { dialogs, addressOf, legIn } = this.#options;
    const found = legIn(entry);
    const other = found?.call.other(found.leg);
    if (request.method !== 'REFER' || found === undefined) relay(received, other);
    else {
      this.#note(request);
      passReferral(received, found.leg, other, { dialogs, addressOf });
    }
    return true;
  }

  #note(refer: Request): void {
    const asked = replacedIn(refer);
    if (asked === undefined) return;
    this.#named.add(dialogKey(asked));
    for (const eldest of this.#named) {
      if (this.#named.size <= mostNamed) return;
      this.#named.delete(eldest);
    }
  }
}

// RFC 6086 §2: key presses go by the media, where the other side hears them there.
function isKeyPress(info: Request): boolean {
  const type = info.get(contentType);
  const subtype = type?.subtype.toLowerCase() ?? '';
  return info.has('Info-Package') || subtype === 'dtmf' || subtype === 'dtmf-relay';
}
