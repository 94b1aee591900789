// INFO within a call: packages that each side said it takes, and the key presses of older phones (RFC 6086).
import { Emitter } from '../base/emitter.ts';
import type { Off } from '../base/emitter.ts';
import { own } from '../base/bytes.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { Received } from '../endpoint/usage.ts';
import { sendWithin } from '../endpoint/within.ts';
import { headerText } from '../message/build.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import { contentType } from '../message/header/content-type.ts';
import { infoPackage } from '../message/header/info-package.ts';
import { recvInfo } from '../message/header/recv-info.ts';
import type { Message, Request } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import { endOfFailure, errorOfTrouble } from './end.ts';
import type { SessionEnd } from './end.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** What an INFO brings. */
export interface Info {
  /** The Info-Package; undefined for the older way without packages. */
  readonly package: string | undefined;
  /** The Content-Type, such as `application/dtmf-relay`; undefined without a body. */
  readonly type: string | undefined;
  readonly body: Uint8Array;
}

/** What an INFO of ours brings. */
export interface InfoInit {
  /** One that the peer takes; without it this is an INFO of the older way. */
  readonly package?: string | undefined;
  readonly type?: string | undefined;
  readonly body?: Uint8Array | string | undefined;
}

/** What is understood without a package: key presses (RFC 6086 §2). */
const legacyTypes: readonly string[] = ['application/dtmf-relay', 'application/dtmf'];

/** The headers of requests and answers that set up or change a session, with the packages that we take (RFC 6086 §5.2). */
export function sessionHeaders({
  headers,
  infoPackages,
}: SessionSurroundings): readonly HeaderInit[] {
  return infoPackages === undefined ? headers : [...headers, receives(infoPackages)];
}

/** The INFOs of one dialog, both ways. */
export class Infos {
  readonly #surroundings: SessionSurroundings;
  readonly #dialog: Dialog;
  /** Made for the first listener: most calls have none. */
  #events: Emitter<{ info: Info }> | undefined;
  /** What the peer takes; undefined when it never said that it knows packages. */
  #packages: readonly string[] | undefined;

  constructor(surroundings: SessionSurroundings, dialog: Dialog) {
    this.#surroundings = surroundings;
    this.#dialog = dialog;
  }

  /** The packages that the peer takes. */
  get packages(): readonly string[] {
    return this.#packages ?? [];
  }

  /** Calls `listener` with each INFO of the peer that was taken. */
  on(listener: (info: Info) => void): Off {
    this.#events ??= new Emitter(this.#surroundings.endpoint.log);
    return this.#events.on('info', listener);
  }

  /** Reads a message that sets up or changes the session. RFC 6086 §5.2.3: the last list that the peer gave is the one that counts. */
  learn(message: Message): void {
    this.#surroundings.heard?.(message);
    const said = message.get(recvInfo);
    if (said !== undefined) this.#packages = said.map(({ value }) => own(value));
  }

  /** Answers an INFO of the peer: 469 for a package that we do not take, 415 for a body that we do not know. */
  receive({ request, transaction }: Received): void {
    const taken = this.#surroundings.infoPackages ?? [];
    const named = request.get(infoPackage)?.value;
    const type = typeOf(request);
    if (request.has(infoPackage.name)) {
      // RFC 6086 §4.2.2: the list is told, and the call goes on.
      if (named === undefined || !taken.includes(named)) {
        transaction.respond(createResponse(request, 469, { headers: [receives(taken)] }));
        return;
      }
    } else if (type !== undefined && !legacyTypes.includes(type)) {
      const accept: HeaderInit = ['Accept', legacyTypes.join(', ')];
      transaction.respond(createResponse(request, 415, { headers: [accept] }));
      return;
    }
    transaction.respond(createResponse(request, 200));
    this.#events?.emit('info', { package: named, type, body: request.body });
  }

  /**
   * Sends an INFO; resolves when the peer has taken it, rejects with SIP_REJECTED when it has not. `lost` hears that the
   * peer has no such dialog (RFC 5057 §5.1). Throws SIP_STATE for a package that the peer does not take.
   */
  send(info: InfoInit, lost: (end: SessionEnd) => void): Promise<void> {
    const surroundings = this.#surroundings;
    const headers = this.#headersOf(info);
    const dialog = this.#dialog;
    return new Promise((resolve, reject: (error: SipError) => void) => {
      surroundings.endpoint.run(() => {
        if (dialog.state === 'Terminated') {
          reject(new SipError('SIP_STATE', { message: 'The call is over' }));
          return;
        }
        sendWithin(
          surroundings,
          dialog,
          { method: 'INFO', headers, body: info.body },
          {
            response: (response) => {
              const { status, reason } = response;
              if (status < 200) return;
              if (status < 300) {
                resolve();
                return;
              }
              reject(errorOfTrouble({ response }));
              if (status === 481 || status === 408) {
                lost({ by: 'remote', cause: 'closed', status, reason });
              }
            },
            failed: (status, error) => {
              reject(error);
              if (status === 408) lost(endOfFailure(408, error));
            },
          },
        );
      });
    });
  }

  #headersOf({ package: named, type, body }: InfoInit): readonly HeaderInit[] {
    const headers: HeaderInit[] = [];
    if (named !== undefined) {
      // RFC 6086 §4.2.1: only what the peer said it takes.
      if (!this.packages.includes(named)) {
        throw new SipError('SIP_STATE', { message: `The peer takes no INFO of ${named}` });
      }
      headers.push(['Info-Package', named]);
      if (body !== undefined) headers.push(['Content-Disposition', 'Info-Package']);
    }
    if ((type === undefined) !== (body === undefined)) {
      throw new TypeError('A body and its type go together');
    }
    if (type !== undefined) headers.push(['Content-Type', type]);
    headerText(headers);
    return headers;
  }
}

function typeOf(request: Request): string | undefined {
  if (request.body.length === 0) return undefined;
  const type = request.get(contentType);
  return type === undefined ? '' : `${type.type}/${type.subtype}`.toLowerCase();
}

function receives(packages: readonly string[]): HeaderInit {
  return ['Recv-Info', packages.join(', ')];
}
