// What the server answers to requests for itself, which anybody may ask (RFC 3261 §8.2, §11).
import { createResponse, requireField } from '@offhook/sip/message';
import type { HeaderInit, Request, Response } from '@offhook/sip/message';

const methods: HeaderInit = ['Allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER'];

const abilities: readonly HeaderInit[] = [
  methods,
  ['Accept', 'application/sdp'],
  ['Accept-Encoding', 'identity'],
  ['Accept-Language', 'en'],
  ['Supported', 'path, outbound, gruu'],
];

/** The answers to a request whose URI is the server's own, the fullest first. None tells which program this is. */
export function toServer(request: Request, toTag: string | undefined): readonly Response[] {
  const answer = (status: number, headers: readonly HeaderInit[] = []): Response =>
    createResponse(request, status, { toTag, headers });
  // RFC 3261 §12.2.2: a dialog that is not ours.
  if (request.toTag !== undefined) return [answer(481)];
  if (request.method === 'INVITE') return [answer(404)];
  if (request.method !== 'OPTIONS') return [answer(405, [methods])];
  // RFC 3261 §8.2.2.3: there is nothing that one could require here.
  const required = request.read(requireField);
  if (!required.ok) return [answer(400)];
  const lacking = required.value ?? [];
  if (lacking.length > 0) return [answer(420, [['Unsupported', lacking.join(', ')]])];
  return [answer(200, abilities), answer(200, [methods]), answer(200)];
}
