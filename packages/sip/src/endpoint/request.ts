// Requests outside a dialog (RFC 3261 §8.1.1).
import type { Random } from '../base/random.ts';
import { createRequest } from '../message/create.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Request } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';

/** What a request outside a dialog is made of. Parties are From and To values without a tag. */
export interface OutsideRequest {
  readonly method: string;
  readonly uri: Uri;
  readonly from: string;
  readonly to: string;
  /** A fresh one unless given, as for the refreshes of a registration (RFC 3261 §10.2.4). */
  readonly callId?: string;
  readonly fromTag?: string;
  /** 1 unless given. */
  readonly cseq?: number;
  readonly routes?: readonly string[];
  /** 70 unless given, as for a call that is passed on (RFC 3261 §16.6 item 3). */
  readonly maxForwards?: number | undefined;
  readonly headers?: readonly HeaderInit[];
  readonly body?: Uint8Array | string | undefined;
}

/** A request with To, From with a fresh tag, Call-ID, CSeq and Max-Forwards, and no Via: that is added where it is sent. */
export function outsideRequest(parts: OutsideRequest, random: Random): Request {
  return createRequest({
    method: parts.method,
    uri: parts.uri,
    headers: [
      ...(parts.routes ?? []).map((value): HeaderInit => ['Route', value]),
      ['Max-Forwards', String(parts.maxForwards ?? 70)],
      ['From', `${parts.from};tag=${parts.fromTag ?? random.token()}`],
      ['To', parts.to],
      ['Call-ID', parts.callId ?? random.token(128)],
      ['CSeq', `${parts.cseq ?? 1} ${parts.method}`],
      ...(parts.headers ?? []),
    ],
    body: parts.body,
  });
}
