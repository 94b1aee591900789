// Which event of its figure a message is to a transaction: by its status alone, or for one server by its transport too.
import type { InviteClientEvent } from './invite-client.figure.ts';
import type { InviteServerEvent } from './invite-server.figure.ts';
import type { NonInviteClientEvent } from './non-invite-client.figure.ts';
import type { NonInviteServerEvent } from './non-invite-server.figure.ts';

/** What a response is to the client of an INVITE (RFC 3261 §17.1.1.2). */
export function inviteClientEvent(status: number): InviteClientEvent {
  if (status < 200) return '1xx';
  return status < 300 ? '2xx' : '300-699';
}

/** What a response is to the client of any other request (RFC 3261 §17.1.2.2). */
export function nonInviteClientEvent(status: number): NonInviteClientEvent {
  return status < 200 ? '1xx' : '200-699';
}

/** What a response of its user is to the server of an INVITE (RFC 3261 §17.2.1). */
export function inviteServerEvent(status: number): InviteServerEvent {
  if (status === 100) return '100 from TU';
  if (status < 200) return '101-199 from TU';
  return status < 300 ? '2xx from TU' : '300-699 from TU';
}

/** What a response of its user is to the server of any other request (RFC 3261 §17.2.2, RFC 4320 §4). */
export function nonInviteServerEvent(status: number, reliable: boolean): NonInviteServerEvent {
  if (status === 100) return reliable ? '100 from TU, reliable' : '100 from TU, unreliable';
  if (status < 200) return '101-199 from TU';
  return status === 408 ? '408 from TU' : '200-699 from TU';
}
