// What a registration is made of.
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Authentication } from '../endpoint/with-auth.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Uri } from '../message/uri.ts';
import type { Flow } from '../transport/port.ts';

/** What all flows of a registration share. */
export interface RegistrationOptions {
  readonly endpoint: Endpoint;
  /** The address of record, and From and To without a tag. */
  readonly aor: string;
  readonly party: string;
  /** Request-URI: the registrar's domain (RFC 3261 §10.2). */
  readonly registrar: Uri;
  /**
   * The servers to which REGISTER goes first, undefined for where the registrar's name leads. With outbound each of them
   * gets a flow of its own (the outbound-proxy-set of RFC 5626 §3.1); without it there is one.
   */
  readonly nextHops: readonly [Uri | undefined, ...(readonly Uri[])];
  /** `urn:uuid:…`, the same for ever for this user agent; undefined for a registration without outbound (RFC 5626 §4.1). */
  readonly instance: string | undefined;
  readonly authentication: Authentication | undefined;
  /** The address to be bound when the REGISTER leaves on `flow`, as a Contact URI; `outbound` when it is to hold for that flow only. */
  readonly contactUri: (flow: Flow, outbound: boolean) => string;
  /** True while a call is up, for which a lost flow is replaced sooner. */
  readonly inCall: () => boolean;
  /** What is asked for, in seconds. */
  readonly expiresSeconds: number;
  readonly headers: readonly HeaderInit[];
}
