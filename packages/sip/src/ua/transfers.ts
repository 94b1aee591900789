// Transfers of one user agent: those it asks for, and those it is asked for (RFC 3515, RFC 5589).
import { dialogKey } from '../dialog/id.ts';
import type { DialogId } from '../dialog/id.ts';
import { usageLimit, usageNamed } from '../dialog/table.ts';
import type { DialogEntry } from '../dialog/table.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { AgentSurroundings, DialogUsage, Received } from '../endpoint/usage.ts';
import { headerText } from '../message/build.ts';
import type { HeaderInit } from '../message/build.ts';
import type { SipError } from '../message/errors.ts';
import { referSub } from '../message/header/refer-sub.ts';
import { referTo } from '../message/header/refer-to.ts';
import { referredBy } from '../message/header/referred-by.ts';
import { targetDialog } from '../message/header/target-dialog.ts';
import type { Request } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import { formatUri } from '../message/uri.ts';
import type { Uri } from '../message/uri.ts';
import type { Negotiator } from '../sdp/negotiator.ts';
import type { OutgoingSession } from '../session/outgoing.ts';
import type { Attempts } from '../subscription/attempts.ts';
import { Notifier } from '../subscription/notifier.ts';
import { Referral } from '../subscription/referral.ts';
import type { ReferredStatus } from '../subscription/sipfrag.ts';
import type { OutgoingCall } from './outgoing-call.ts';
import type { Refusal } from './checks.ts';
import type { OpenCalls } from './open-calls.ts';
import { readReferTo } from './refer-to.ts';
import type { Referred } from './refer-to.ts';
import { TransferRequest } from './transfer-request.ts';

/** How a transfer is asked for. */
export interface TransferOptions {
  /** Told each provisional status of the new call: 100, 180. */
  readonly onProgress?: ((status: ReferredStatus) => void) | undefined;
  readonly headers?: readonly HeaderInit[] | undefined;
  /** Aborting it stops waiting for the outcome; the peer goes on all the same. */
  readonly signal?: AbortSignal | undefined;
}

/** What happens to a REFER: it is refused, followed by itself in a call of ours, or given to the application. */
export type TransferPolicy<Media extends Negotiator> =
  | 'refuse'
  | 'follow'
  | ((transfer: TransferRequest<Media>) => void);

/** What the transfers need of their user agent. */
export interface TransfersOptions<Media extends Negotiator> {
  readonly surroundings: AgentSurroundings;
  readonly attempts: Attempts;
  readonly open: OpenCalls;
  readonly policy: TransferPolicy<Media>;
  /** From value without a tag. */
  readonly from: string;
  readonly nextId: () => string;
  readonly call: (
    target: string,
    headers: readonly HeaderInit[],
    watch: (session: OutgoingSession) => void,
  ) => OutgoingCall<Media>;
}

/** A REFER grants its own lifetime: longer than a phone rings (RFC 3515 §2.4.4). */
const terms = { minSeconds: 60, maxSeconds: 3600, usualSeconds: 300 };

/** The transfers of one user agent. */
export class Transfers<Media extends Negotiator> {
  readonly #options: TransfersOptions<Media>;
  /** Dialogs that had a REFER before: further ones need an id (RFC 3515 §2.4.6). */
  readonly #referred = new WeakSet<Dialog>();

  constructor(options: TransfersOptions<Media>) {
    this.#options = options;
  }

  /** Asks the peer of `dialog` to call `referTo`; resolves with the final 2xx that it tells, rejects with the status otherwise. */
  within(dialog: Dialog, target: string, options: TransferOptions = {}): Promise<ReferredStatus> {
    const { surroundings, nextId } = this.#options;
    const headers = this.#headers(target, options);
    return this.#follow(Referral.within(dialog, { id: nextId(), surroundings, headers }), options);
  }

  /** The same outside a dialog; `of` names one that we share with the peer, as our right to ask (RFC 4538). */
  outside(
    uri: Uri,
    target: string,
    options: TransferOptions = {},
    of?: DialogId,
  ): Promise<ReferredStatus> {
    const { surroundings, attempts, from, nextId } = this.#options;
    const shown: readonly HeaderInit[] =
      of === undefined
        ? []
        : targetDialog.format(of).flatMap((value): readonly HeaderInit[] => [
            ['Target-Dialog', value],
            ['Require', 'tdialog'],
          ]);
    const referral = Referral.outside({
      id: nextId(),
      surroundings,
      attempts,
      target: uri,
      from,
      to: `<${formatUri(uri)}>`,
      headers: [...this.#headers(target, options), ...shown],
    });
    return this.#follow(referral, options);
  }

  /** A REFER, in the dialog of `entry` or outside. */
  referred(received: Received, entry?: DialogEntry<DialogUsage>): void {
    const { request, transaction } = received;
    const target = this.#read(request, entry);
    const refuse = ({ status, reason, headers }: Refusal): void =>
      transaction.respond(
        createResponse(request, status, { toTag: transaction.localTag, reason, headers }),
      );
    if ('status' in target) {
      refuse(target);
      return;
    }
    const notifier = wantsNone(request) ? undefined : this.#notifier(received, entry);
    const transfer = this.#request(received, target, notifier, this.#callOf(request, entry));
    const { surroundings, policy, open } = this.#options;
    surroundings.endpoint.guard(() => decide(policy, transfer));
    if (!transfer.settle()) notifier?.refuse(400);
    else if (notifier === undefined && !transaction.finished) {
      refuse({ status: 200, headers: [['Refer-Sub', 'false']] });
    }
    if (notifier === undefined || notifier.state === 'Terminated') return;
    const over = open.add({ leave: () => transfer.leave(), drop: () => notifier.drop() });
    notifier.events.on('ended', () => over());
  }

  #headers(target: string, { headers = [] }: TransferOptions): readonly HeaderInit[] {
    const all: readonly HeaderInit[] = [
      ['Refer-To', target],
      ['Referred-By', this.#options.from],
      ...headers,
    ];
    headerText(all);
    return all;
  }

  #follow(referral: Referral, { onProgress, signal }: TransferOptions): Promise<ReferredStatus> {
    const stop = (): void => referral.stop();
    const over = this.#options.open.add({ leave: stop, drop: stop });
    return new Promise((resolve, reject: (error: SipError) => void) => {
      referral.events.on('progress', (status) => onProgress?.(status));
      referral.events.on('done', (done) => {
        over();
        signal?.removeEventListener('abort', stop);
        if ('outcome' in done) resolve(done.outcome);
        else reject(done.error);
      });
      if (signal?.aborted === true) stop();
      else signal?.addEventListener('abort', stop, { once: true });
    });
  }

  // RFC 3515 §2.4.2: exactly one Refer-To.
  #read(request: Request, entry: DialogEntry<DialogUsage> | undefined): Referred | Refusal {
    const { dialogs } = this.#options.surroundings;
    const full = entry === undefined ? dialogs.full : entry.usages.length >= usageLimit;
    if (full) return { status: 503, headers: [['Retry-After', '10']] };
    const value = request.rows('Refer-To').length === 1 ? request.get(referTo) : undefined;
    if (value === undefined) {
      return { status: 400, reason: 'There must be one Refer-To', headers: [] };
    }
    if (value.uri.scheme !== 'sip' && value.uri.scheme !== 'sips') {
      return { status: 416, headers: [] };
    }
    return readReferTo(value.uri) ?? { status: 603, headers: [] };
  }

  #notifier(received: Received, entry: DialogEntry<DialogUsage> | undefined): Notifier {
    const { surroundings, nextId } = this.#options;
    const dialog = entry?.dialog;
    const again = dialog !== undefined && this.#referred.has(dialog);
    if (dialog !== undefined) this.#referred.add(dialog);
    return new Notifier({
      id: nextId(),
      surroundings,
      event: again
        ? { package: 'refer', id: String(received.request.cseq.number) }
        : { package: 'refer' },
      terms,
      received,
      expiresSeconds: terms.usualSeconds,
      dialog,
    });
  }

  #request(
    { request, transaction }: Received,
    referred: Referred,
    notifier: Notifier | undefined,
    dialog: DialogId | undefined,
  ): TransferRequest<Media> {
    const by = request.get(referredBy);
    const headers: readonly HeaderInit[] = [
      ...(referred.replaces === undefined ? [] : [['Replaces', referred.replaces] as const]),
      // RFC 3892 §2.2: passed on as it came, so that the target knows who sent us.
      ...request.rows('Referred-By').map((value): HeaderInit => ['Referred-By', value]),
    ];
    return new TransferRequest({
      notifier,
      referred,
      from: request.from,
      referredBy: by,
      dialog,
      refuse: (status) => {
        if (notifier !== undefined) notifier.refuse(status);
        else {
          const { localTag } = transaction;
          transaction.respond(createResponse(request, status, { toTag: localTag }));
        }
      },
      call: (watch) => this.#options.call(referred.target, headers, watch),
    });
  }

  /** The call that shows that the sender may ask: the REFER came in it, or names it (RFC 4538 §4). */
  #callOf(request: Request, entry: DialogEntry<DialogUsage> | undefined): DialogId | undefined {
    const shown = request.get(targetDialog);
    const { dialogs } = this.#options.surroundings;
    const found =
      shown === undefined
        ? entry
        : dialogs.get(
            dialogKey({
              callId: shown.callId,
              localTag: shown.remoteTag,
              remoteTag: shown.localTag,
            }),
          );
    return usageNamed(found, 'INVITE') === undefined ? undefined : found?.dialog.id;
  }
}

// Who follows by himself follows only those whom he is talking to.
function decide<Media extends Negotiator>(
  policy: TransferPolicy<Media>,
  transfer: TransferRequest<Media>,
): void {
  if (policy === 'refuse') transfer.reject();
  else if (policy !== 'follow') policy(transfer);
  else if (transfer.dialog === undefined) transfer.reject(403);
  else transfer.follow();
}

function wantsNone(request: Request): boolean {
  return request.get(referSub)?.value.toLowerCase() === 'false';
}
