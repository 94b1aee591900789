// A request outside a dialog of which only the final response matters: OPTIONS, MESSAGE (RFC 3261 §8.1).
import { asRequestUri } from '../dialog/route-set.ts';
import { outsideRequest } from '../endpoint/request.ts';
import type { AgentSurroundings } from '../endpoint/usage.ts';
import { sendWithRetry } from '../endpoint/with-retry.ts';
import type { AuthenticatedSend } from '../endpoint/with-auth.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import type { Response } from '../message/message.ts';
import { formatUri } from '../message/uri.ts';
import type { Uri } from '../message/uri.ts';

/** What is asked, and of whom. */
export interface Question {
  readonly method: string;
  readonly target: Uri;
  /** From value without a tag. */
  readonly from: string;
  readonly headers: readonly HeaderInit[];
  readonly body?: Uint8Array | string | undefined;
  /** Where and how it is sent besides what the surroundings say. */
  readonly sending?: AuthenticatedSend | undefined;
}

/** Sends the request; resolves with its final response, rejects with SIP_TIMEOUT, SIP_TRANSPORT or SIP_TOO_LARGE. */
export function ask(surroundings: AgentSurroundings, question: Question): Promise<Response> {
  const { endpoint, authentication, nextHop, routes, followsRedirects } = surroundings;
  const { method, from, headers, body, sending } = question;
  const uri = asRequestUri(question.target);
  const request = outsideRequest(
    { method, uri, from, to: `<${formatUri(uri)}>`, routes, headers, body },
    endpoint.random,
  );
  return new Promise((resolve, reject: (error: SipError) => void) => {
    endpoint.run(() => {
      sendWithRetry(
        endpoint,
        request,
        { authentication, nextHop, followsRedirects, ...sending },
        {
          response: (response) => {
            if (response.status >= 200) resolve(response);
          },
          failed: (_status, error) => reject(error),
        },
      );
    });
  });
}

/** The response when it is a 2xx; throws SIP_REJECTED, or SIP_AUTH for refused credentials, when it is not. */
export function accepted(response: Response): Response {
  const { status, reason } = response;
  if (status < 300) return response;
  const code = status === 401 || status === 407 ? 'SIP_AUTH' : 'SIP_REJECTED';
  const message = `The peer refused: ${status} ${reason}`.trim();
  throw new SipError(code, { status, response, message });
}
