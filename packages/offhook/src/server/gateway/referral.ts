// A REFER of one party that the other is passed, with the subscription that tells what came of it (RFC 3515, RFC 5589).
import { createResponse, event, formatNameAddress, referTo, replaces } from '@offhook/sip/message';
import type { HeaderInit, Request, Uri } from '@offhook/sip/message';
import { notifierName, readReferTo, subscriberName, usageLimit } from '@offhook/sip/session';
import type { Dialog, DialogId, DialogTable, DialogUsage, Received } from '@offhook/sip/session';
import type { Leg } from './leg.ts';
import { relay } from './relay.ts';

/** What a referral is passed on with. */
export interface ReferralOptions {
  readonly dialogs: DialogTable<DialogUsage>;
  /** The address by which whoever is at `uri` can be called from anywhere: a contact of ours becomes its user's. */
  readonly addressOf: (uri: Uri) => Uri;
}

/** The dialog that the call which a REFER asks for is to replace, as whoever is called has it (RFC 3891 §3). */
export function replacedIn(refer: Request): DialogId | undefined {
  const asked = refer.get(referTo);
  const text = asked === undefined ? undefined : readReferTo(asked.uri)?.replaces;
  const parsed = text === undefined ? undefined : replaces.parse([text]);
  if (parsed?.ok !== true || parsed.value === undefined) return undefined;
  const { callId, toTag, fromTag } = parsed.value;
  return { callId, localTag: toTag, remoteTag: fromTag };
}

/** How long the outcome of a transfer is waited for, in milliseconds; longer than a phone rings. */
const waitMilliseconds = 300_000;

/** Passes a REFER of `from` on to `to`. */
export function passReferral(
  received: Received,
  from: Leg,
  to: Leg | undefined,
  { dialogs, addressOf }: ReferralOptions,
): void {
  const { request, transaction } = received;
  const asked = request.get(referTo);
  const [here, there] = [from.session?.dialog, to?.session?.dialog];
  if (asked === undefined) {
    transaction.respond(createResponse(request, 400, { reason: 'There must be one Refer-To' }));
    return;
  }
  const target = formatNameAddress({ ...asked, uri: addressOf(asked.uri) });
  const headers: HeaderInit[] = [
    ['Refer-To', target],
    ...request.rows('Refer-Sub').map((value): HeaderInit => ['Refer-Sub', value]),
  ];
  if (to === undefined || here === undefined || there === undefined) {
    relay(received, to);
    return;
  }
  if ([here, there].some(({ key }) => (dialogs.get(key)?.usages.length ?? 0) >= usageLimit)) {
    transaction.respond(createResponse(request, 503, { headers: [['Retry-After', '10']] }));
    return;
  }
  relay(received, to, {
    headers,
    answered: ({ status }) => {
      if (status >= 300) referral.end();
    },
  });
  // RFC 3515 §2.4.6: the number of the REFER tells its NOTIFYs from those of another.
  const referral = new PassedReferral(dialogs, {
    from: { leg: from, dialog: here, cseq: request.cseq.number },
    to: { leg: to, dialog: there, cseq: there.localCseq ?? 0 },
  });
}

interface Side {
  readonly leg: Leg;
  readonly dialog: Dialog;
  /** The number of the REFER in its dialog. */
  readonly cseq: number;
}

/** The two ends of one implicit subscription, each a usage of its dialog: it lives on when the call is over. */
class PassedReferral {
  readonly #dialogs: DialogTable<DialogUsage>;
  readonly #usages: readonly (readonly [Dialog, DialogUsage])[];
  readonly #stop: () => void;

  constructor(
    dialogs: DialogTable<DialogUsage>,
    { from, to }: { readonly from: Side; readonly to: Side },
  ) {
    this.#dialogs = dialogs;
    const about = ({ cseq }: Side): { readonly package: string; readonly id: string } => ({
      package: 'refer',
      id: String(cseq),
    });
    const passed = (name: string, other: Side): DialogUsage => ({
      usage: name,
      request: (received) => {
        relay(received, other.leg, { headers: ofSubscription(received.request, other) });
        if (isLast(received.request)) this.end();
      },
    });
    this.#usages = [
      [to.dialog, passed(subscriberName(about(to)), from)],
      [from.dialog, passed(notifierName(about(from)), to)],
    ];
    for (const [dialog, usage] of this.#usages) dialogs.add(dialog, usage);
    const { clock } = from.leg.surroundings.endpoint;
    const timer = clock.after(waitMilliseconds, () =>
      from.leg.surroundings.endpoint.run(() => this.end()),
    );
    this.#stop = () => timer.cancel();
  }

  /** The outcome is told, or nobody will tell it. */
  end(): void {
    this.#stop();
    for (const [dialog, usage] of this.#usages) this.#dialogs.remove(dialog, usage);
  }
}

// The same subscription as it is called in the other dialog.
function ofSubscription(request: Request, { cseq }: Side): readonly HeaderInit[] {
  const about = request.get(event);
  const id = about?.parameters.has('id') === true ? `;id=${cseq}` : '';
  return [
    ['Event', `${about?.value ?? 'refer'}${id}`],
    ...request.rows('Expires').map((value): HeaderInit => ['Expires', value]),
  ];
}

function isLast(request: Request): boolean {
  return request.rows('Subscription-State').some((value) => /^terminated\b/i.test(value.trim()));
}
