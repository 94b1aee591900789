// The addresses of a log that one end wrote of itself, such as SIPp's: the messages tell them, as far as they can.
import type { ObservedAddress } from '../../base/tap.ts';
import type { Way } from './output.ts';
import { requestAddress, viaAddress } from './top-via.ts';

/** So many calls are remembered. */
const callLimit = 10_000;
const nobody: ObservedAddress = { host: '0.0.0.0', port: 0 };

/** Whom each call of a log is between. */
export class OwnLog {
  readonly #calls = new Map<
    string,
    { readonly own: ObservedAddress; readonly other: ObservedAddress }
  >();
  /** The log's own address, as the last message told it. */
  #own: ObservedAddress | undefined;

  /** From where to where a message went that the log's owner sent, or received. */
  way(text: string, sent: boolean): Way {
    const id = /^(?:call-id|i)[ \t]*:[ \t]*(\S{1,255})/im.exec(text)?.[1] ?? '';
    const known = this.#calls.get(id);
    const isRequest = !/^SIP\//i.test(text);
    // The top Via is the sender's of a request, and the receiver's of a response.
    const via = viaAddress(text);
    const target = isRequest ? requestAddress(text) : undefined;
    const viaIsOwn = isRequest === sent;
    const own = known?.own ?? (viaIsOwn ? via : (this.#own ?? target)) ?? nobody;
    const other = known?.other ?? (viaIsOwn ? target : via) ?? nobody;
    this.#own = own;
    if (known === undefined && this.#calls.size < callLimit) this.#calls.set(id, { own, other });
    return sent ? { source: own, destination: other } : { source: other, destination: own };
  }
}
