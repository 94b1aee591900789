// The location service as a port: which contacts an address-of-record is bound to now (RFC 3261 §10).
import type { Closable, Protocol } from '@offhook/sip';

/** One contact of one address-of-record. Texts are wire text: one character a byte. */
export interface Binding {
  /** The contact URI as it was registered. */
  readonly contact: string;
  /** Preference from 0 to 1; undefined counts as 1. */
  readonly q: number | undefined;
  /** When it ends, on the clock's `now()`. */
  readonly due: number;
  readonly callId: string;
  readonly cseq: number;
  /** Id of the flow that the REGISTER came on. */
  readonly flow: string;
  /** True when that flow is a connection, so that the binding dies with it. */
  readonly connection: boolean;
  /** Where the REGISTER came from. */
  readonly source: { readonly protocol: Protocol; readonly host: string; readonly port: number };
  readonly userAgent: string | undefined;
  /** The Path values in their order (RFC 3327 §5.3): the Route set towards this contact. */
  readonly path: readonly string[];
  /** `+sip.instance`, with its brackets (RFC 5626 §4.1). */
  readonly instance: string | undefined;
  /** With `instance` it names a flow, which the binding belongs to (RFC 5626 §6). */
  readonly regId: number | undefined;
  /** Which temporary GRUUs of the instance lead here (RFC 5627 §5.1); undefined for a contact without instance. */
  readonly gruuSeries?: string | undefined;
  /** Rises with each change, so that the higher is the more recently refreshed; the store's to set. */
  readonly revision?: number | undefined;
}

/**
 * What a binding is told apart by within its address-of-record: instance and reg-id when it belongs to a flow (RFC 5626
 * §6), else the text of its contact.
 */
export function bindingKey({
  contact,
  instance,
  regId,
}: Pick<Binding, 'contact' | 'instance' | 'regId'>): string {
  // A space stands in no URI, so that no contact can pose as a flow.
  return instance === undefined || regId === undefined ? contact : `${regId} ${instance}`;
}

/** What one REGISTER does to one address-of-record. */
export interface BindingChange {
  /** Bindings to add, or to put in the place of those with the same key. */
  readonly put: readonly Binding[];
  /** Keys of bindings to remove, as `bindingKey` makes them. */
  readonly remove: readonly string[];
}

/** Keeps bindings. */
export interface LocationStore extends Closable {
  /** The bindings of a canonical address-of-record that live now, the preferred first; of equal ones the newest first. */
  bindings(aor: string): readonly Binding[];
  /** Makes a change wholly or not at all; it is visible when the promise resolves, which is after it was stored. */
  change(aor: string, change: BindingChange): Promise<void>;
  /** Ends all bindings of a connection at once (RFC 5626 §7). */
  flowClosed(flow: string): void;
  /** All addresses-of-record that have living bindings. */
  aors(): readonly string[];
  /** How many bindings live now. */
  readonly size: number;
}
