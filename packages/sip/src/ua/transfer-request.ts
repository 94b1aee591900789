// A REFER to us as an application sees it: it follows, or refuses, and the one who sent it hears the outcome (RFC 3515 §2.4).
import { SipError } from '../message/errors.ts';
import type { NameAddress } from '../message/name-address.ts';
import type { DialogId } from '../dialog/id.ts';
import type { Negotiator } from '../sdp/negotiator.ts';
import type { OutgoingSession } from '../session/outgoing.ts';
import type { Notifier } from '../subscription/notifier.ts';
import { sipfrag } from '../subscription/sipfrag.ts';
import type { OutgoingCall } from './outgoing-call.ts';
import type { Referred } from './refer-to.ts';

/** What a request needs of its user agent. */
export interface TransferRequestOptions<Media extends Negotiator> {
  /** Undefined when the REFER wants no subscription (RFC 4488). */
  readonly notifier: Notifier | undefined;
  readonly referred: Referred;
  readonly from: NameAddress;
  readonly referredBy: NameAddress | undefined;
  readonly dialog: DialogId | undefined;
  /** Refuses the REFER itself. */
  readonly refuse: (status: number) => void;
  /** Calls the target; `watch` gets the session before it is sent. */
  readonly call: (watch: (session: OutgoingSession) => void) => OutgoingCall<Media>;
}

/** Somebody asks us to call somebody else. */
export class TransferRequest<Media extends Negotiator = Negotiator> {
  /** Whom to call: a SIP address without headers and parameters that are not for a call. */
  readonly target: string;
  /** True when the new call is to take the place of one that the target has (RFC 3891). */
  readonly attended: boolean;
  readonly from: NameAddress;
  /** Who asks, as the REFER says (RFC 3892); nothing vouches for it here. */
  readonly referredBy: NameAddress | undefined;
  /** The call of ours that shows that the asking one may ask; undefined for a stranger. */
  readonly dialog: DialogId | undefined;
  readonly #options: TransferRequestOptions<Media>;
  #state: 'open' | 'pending' | 'refused' | 'followed' = 'open';

  constructor(options: TransferRequestOptions<Media>) {
    const { referred, from, referredBy, dialog } = options;
    this.#options = options;
    this.target = referred.target;
    this.attended = referred.replaces !== undefined;
    this.from = from;
    this.referredBy = referredBy;
    this.dialog = dialog;
  }

  /** Calls the target; who asked hears how far it comes. Throws SIP_STATE when it is decided already. */
  follow(): OutgoingCall<Media> {
    this.#decide('followed');
    const { notifier, call } = this.#options;
    return call((session) => {
      session.events.on('progress', ({ status, reason }) =>
        notifier?.notify(sipfrag(status, reason)),
      );
      session.events.on('session', () => this.#tell(200));
      session.events.on('failed', ({ error }) => this.#tell(error.status ?? 503));
    });
  }

  /** Does not call; 603 Decline unless said. Throws SIP_STATE when it is decided already. */
  reject(status = 603): void {
    const open = this.#state === 'open';
    this.#decide('refused');
    if (open) this.#options.refuse(status);
    else this.#tell(status);
  }

  /** The handler is done: what it did not decide is told `100 Trying`, and decided later. False when there can be no dialog. */
  settle(): boolean {
    if (this.#state === 'refused') return true;
    if (this.#state === 'open') this.#state = 'pending';
    return this.#options.notifier?.accept('active', sipfrag(100)) ?? true;
  }

  /** The user agent closes: what nobody decided is refused. */
  leave(): void {
    if (this.#state === 'pending') this.reject(480);
  }

  // RFC 3515 §2.4.7: the last NOTIFY has the final status.
  #tell(status: number): void {
    this.#options.notifier?.close('noresource', { content: sipfrag(status) });
  }

  #decide(as: 'refused' | 'followed'): void {
    if (this.#state === 'refused' || this.#state === 'followed') {
      throw new SipError('SIP_STATE', { message: 'The transfer is decided already' });
    }
    this.#state = as;
  }
}
