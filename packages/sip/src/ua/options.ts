// What a user agent is made of, and how it calls.
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Tap } from '../base/tap.ts';
import type { DialogId } from '../dialog/id.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Negotiator } from '../sdp/negotiator.ts';
import type { TransactionSettings } from '../transaction/timers.ts';
import type { Transport } from '../transport/port.ts';
import type { Resolver } from '../transport/resolver.ts';
import type { Account } from './account.ts';
import type { ReplacementPolicy } from './replacements.ts';
import type { SessionTimerOptions } from './session-timer.ts';
import type { TransferPolicy } from './transfers.ts';

/** Where calls get their media: `rtp()` in Node.js. */
export interface MediaEngine<Media extends Negotiator = Negotiator> {
  /** The media of one new call. Throws when there is no port left. */
  open(): Media;
}

/** What a user agent is made of. */
export interface UserAgentOptions<Media extends Negotiator = Negotiator> {
  readonly account: Account;
  readonly transports: readonly Transport[];
  readonly media: MediaEngine<Media>;
  /** Where requests outside a dialog go first, and who registers us: `sip:127.0.0.1:5060`. The domain of the AOR unless said. */
  readonly server?: string | undefined;
  /** RFC 5626: our flow to the server is registered, not only our address, so that calls find us behind a NAT box. */
  readonly outbound?: OutboundOptions | undefined;
  /**
   * What our Contact in REGISTER says of how we are woken, such as `pn-provider=webpush;pn-prid=…` (RFC 8599 §4.1); asked for
   * with each REGISTER, undefined where there is nothing that could wake us.
   */
  readonly push?: (() => string | undefined) | undefined;
  /** Name in traces; the user part of the AOR unless said. */
  readonly name?: string | undefined;
  /** Goes into User-Agent. */
  readonly product?: string | undefined;
  /** Body types of messages that are taken; `text/plain` unless said. */
  readonly messageTypes?: readonly string[] | undefined;
  /**
   * Who may ask us to call somebody else by REFER (RFC 3515): nobody unless said; `follow` lets those do it whom we talk to;
   * a function gets each request and decides.
   */
  readonly transfers?: TransferPolicy<Media> | undefined;
  /** Who may take the place of a peer of ours by Replaces (RFC 3891): whom that peer sends, or who is the same, unless said. */
  readonly replacements?: ReplacementPolicy | undefined;
  /** Whether a 3xx is followed (RFC 3261 §8.1.3.4); `follow` unless said. */
  readonly redirects?: 'follow' | 'refuse' | undefined;
  /** Option tags without which nobody may call us: who does not list one gets 421 (RFC 3261 §8.2.4). */
  readonly requires?: readonly string[] | undefined;
  readonly expiresSeconds?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly log?: Logger | undefined;
  readonly tap?: Tap | undefined;
  readonly settings?: TransactionSettings | undefined;
  readonly resolver?: Resolver | undefined;
  readonly advertisedHost?: string | undefined;
  /** The longest a phone rings, in milliseconds; 3 minutes unless said. */
  readonly ringMilliseconds?: number | undefined;
  /** The longest a call lasts, in milliseconds; 4 hours unless said. */
  readonly callMilliseconds?: number | undefined;
  /** The INFO packages that we take (RFC 6086 §5.2); key presses in INFO are taken in any case. */
  readonly infoPackages?: readonly string[] | undefined;
  /** Session timers; every half hour is a call refreshed or ended, unless said. */
  readonly sessionTimer?: SessionTimerOptions | undefined;
  /** How long `close` waits for peers that do not answer BYE, CANCEL or REGISTER, in milliseconds; 2 seconds unless said. */
  readonly closeMilliseconds?: number | undefined;
}

/** How flows are registered (RFC 5626). */
export interface OutboundOptions {
  /** `urn:uuid:…`, the same each time this program runs; drawn anew for each user agent unless said (§4.1). */
  readonly instance?: string | undefined;
  /** Servers besides `server`, each with a flow of its own, so that one may fail (§3.1). */
  readonly proxies?: readonly string[] | undefined;
}

/** How a call is made. */
export interface CallOptions {
  /** Aborting it means CANCEL before the answer, BYE after it, and ACK with BYE when they cross. */
  readonly signal?: AbortSignal | undefined;
  /** True to leave the offer to the callee (RFC 3261 §13.2.1). */
  readonly offerless?: boolean | undefined;
  readonly headers?: readonly HeaderInit[] | undefined;
  /**
   * A call of ours to the same peer whose place this one takes, by its dialog (RFC 3891): what `call.dialog.id` said before
   * a page was loaded anew.
   */
  readonly replaces?: DialogId | undefined;
}
