// A request within a call that is not for us: it goes on in the dialog of the other leg, and its answer comes back.
import { createResponse } from '@offhook/sip/message';
import type { HeaderInit, Message, Response } from '@offhook/sip/message';
import { sendWithin } from '@offhook/sip/session';
import type { Received } from '@offhook/sip/session';
import type { Leg } from './leg.ts';
import { passedHeaders } from './passed-headers.ts';

/** How a request goes on. */
export interface RelayOptions {
  /** Headers besides those that pass: what stands in both dialogs in forms of its own. */
  readonly headers?: readonly HeaderInit[];
  /** Hears the final response before it goes back. */
  readonly answered?: (response: Response) => void;
}

/** What says of one leg alone that it is over or must prove itself. */
const ofOneLeg: ReadonlySet<number> = new Set([401, 407, 408, 481]);

/** Passes a request on to `to`; refuses it when nobody is there. */
export function relay(
  { request, transaction }: Received,
  to: Leg | undefined,
  { headers = [], answered }: RelayOptions = {},
): void {
  const dialog = to?.session?.dialog;
  if (to === undefined || dialog === undefined || dialog.state === 'Terminated') {
    transaction.respond(createResponse(request, 480));
    return;
  }
  const said = [...passedHeaders(request), ...headers, ...bodyHeaders(request)];
  sendWithin(
    to.surroundings,
    dialog,
    { method: request.method, headers: said, body: bodyOf(request) },
    {
      response: (response) => {
        if (response.status < 200) return;
        answered?.(response);
        const status = ofOneLeg.has(response.status) ? 500 : response.status;
        transaction.respond(
          createResponse(request, status, {
            ...(status === response.status ? { reason: response.reason } : {}),
            headers: [...passedHeaders(response), ...referSub(response), ...bodyHeaders(response)],
            body: bodyOf(response),
          }),
        );
      },
      // RFC 4320 §4.1: nobody waits for a 408 to a request other than INVITE.
      failed: (status) => {
        if (status !== 408) transaction.respond(createResponse(request, 480));
      },
    },
  );
}

function referSub(message: Message): readonly HeaderInit[] {
  return message.rows('Refer-Sub').map((value): HeaderInit => ['Refer-Sub', value]);
}

// What describes the body goes where the body goes.
function bodyHeaders(message: Message): readonly HeaderInit[] {
  if (message.body.length === 0) return [];
  return ['Content-Type', 'Content-Encoding', 'Content-Disposition', 'Content-Language'].flatMap(
    (name) => message.rows(name).map((value): HeaderInit => [name, value]),
  );
}

function bodyOf({ body }: Message): Uint8Array | undefined {
  return body.length === 0 ? undefined : body;
}
