// How a dialog is born, at the server from a request and our tag, at the client from a response (RFC 3261 §12.1).
import { contact } from '../message/header/contact.ts';
import { formatNameAddress } from '../message/name-address.ts';
import type { NameAddress } from '../message/name-address.ts';
import type { Message, Request, Response } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';
import type { DialogSeed } from './dialog.ts';
import { routeSetOfRequest, routeSetOfResponse } from './route-set.ts';

/** RFC 3261 §12.1.1: the dialog that our response with `localTag` makes; undefined when the request has no usable Contact. */
export function seedAtServer(
  request: Request,
  localTag: string,
  transaction: string | undefined,
): DialogSeed | undefined {
  const remoteTarget = contactUri(request) ?? oldTarget(request);
  if (remoteTarget === undefined) return undefined;
  return {
    id: { callId: request.callId, localTag, remoteTag: request.fromTag ?? '' },
    localParty: partyOf(request.to),
    remoteParty: partyOf(request.from),
    remoteTarget,
    routeSet: routeSetOfRequest(request),
    initiator: false,
    localCseq: undefined,
    remoteCseq: request.cseq.number,
    secure: request.topVia.protocol === 'TLS' && request.uri.scheme === 'sips',
    transaction,
  };
}

/** RFC 3261 §12.1.2: the dialog that a tagged 1xx or a 2xx makes; without a Contact the Request-URI stands in. */
export function seedAtClient(
  request: Request,
  response: Response,
  transaction: string | undefined,
): DialogSeed {
  return {
    id: {
      callId: request.callId,
      localTag: request.fromTag ?? '',
      remoteTag: response.toTag ?? '',
    },
    localParty: partyOf(request.from),
    remoteParty: partyOf(response.to),
    // A 1xx may lack Contact, and some peers forget it in the 2xx; the way that worked so far is then the best known.
    remoteTarget: contactUri(response) ?? request.uri,
    routeSet: routeSetOfResponse(response),
    initiator: true,
    localCseq: request.cseq.number,
    remoteCseq: undefined,
    // The request has no Via here; the response brings the one that it was sent with.
    secure: response.topVia.protocol === 'TLS' && request.uri.scheme === 'sips',
    transaction,
  };
}

/**
 * RFC 6665 §4.4.1: the dialog that a NOTIFY makes at the subscriber, whose SUBSCRIBE had the number `cseq`; without a Contact
 * the From URI stands in.
 */
export function seedOfNotify(
  notify: Request,
  cseq: number,
  transaction: string | undefined,
): DialogSeed {
  return {
    id: { callId: notify.callId, localTag: notify.toTag ?? '', remoteTag: notify.fromTag ?? '' },
    localParty: partyOf(notify.to),
    remoteParty: partyOf(notify.from),
    remoteTarget: contactUri(notify) ?? notify.from.uri,
    routeSet: routeSetOfRequest(notify),
    initiator: true,
    localCseq: cseq,
    remoteCseq: notify.cseq.number,
    secure: notify.topVia.protocol === 'TLS' && notify.uri.scheme === 'sips',
    transaction,
  };
}

// RFC 4475 §3.4.1: a client of RFC 2543 sends no From tag, and may send no Contact: it is called back where it calls from.
function oldTarget(request: Request): Uri | undefined {
  return request.fromTag === undefined && !request.has(contact.name) ? request.from.uri : undefined;
}

function contactUri(message: Message): Uri | undefined {
  const [value] = message.get(contact) ?? [];
  return value === undefined || value === '*' ? undefined : value.uri;
}

/** A From or To value without its tag. */
export function partyOf(party: NameAddress): string {
  const parameters = new Map(party.parameters);
  parameters.delete('tag');
  const { tag: _tag, ...rest } = party;
  return formatNameAddress({ ...rest, parameters });
}
