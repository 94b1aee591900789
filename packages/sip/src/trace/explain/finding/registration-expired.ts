// Fault 29: a phone rings when its registration runs out, and the call is taken away from it (RFC 3261 §10.2.4, §10.3).
import { parseUri } from '../../../message/uri.ts';
import type { BindingDocument } from '../../document/document.ts';
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import type { SeenMessage } from '../seen-message.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { quoted, say, time } from '../say.ts';

/** Registrars look after their bindings now and then: so much later than the end one may be gone, in milliseconds. */
const slack = 5000;

/** Registration expired while ringing. */
export const registrationExpired: Rule = (facts) =>
  facts.invitations.flatMap((invitation) => {
    const expiry = expiryDuring(facts, invitation);
    return expiry === undefined ? [] : [expired(facts, invitation, expiry)];
  });

/** A binding that ended while its phone rang. */
export interface Expiry {
  readonly binding: BindingDocument;
  readonly target: string;
  readonly seconds: number;
  /** When it ended, in milliseconds since 1970. */
  readonly at: number;
  readonly hop: SeenTransaction;
  readonly ringing: SeenMessage;
}

/** The binding that the called phone lost between its ringing and the refusal of the call. */
export function expiryDuring(facts: CallFacts, invitation: SeenTransaction): Expiry | undefined {
  const { final, status = 0 } = invitation;
  if (final === undefined || status < 300) return undefined;
  if (facts.cancelOf(invitation) !== undefined) return undefined;
  for (const hop of [invitation, ...invitation.downstream, ...legsBehind(facts, invitation)]) {
    const ringing = hop.provisionals.find((seen) => (seen.status ?? 0) >= 180);
    const address = hop.request?.row.destination;
    if (ringing === undefined || address === undefined) continue;
    const lost = lastBinding(facts, `${address.host}:${address.port}`, ringing.at);
    if (lost === undefined) continue;
    const at = lost.binding.at + lost.seconds * 1000;
    if (at >= ringing.at && at <= final.at + 1000 && final.at <= at + slack)
      return { ...lost, at, hop, ringing };
  }
  return undefined;
}

// What a server that answers for itself makes of a call: another one, to the phone.
function legsBehind(
  facts: CallFacts,
  { origin, final, request }: SeenTransaction,
): readonly SeenTransaction[] {
  return facts.invitations.filter(
    (other) =>
      other !== origin.root &&
      other.client === origin.server &&
      (other.request?.at ?? 0) >= (request?.at ?? Infinity) &&
      (other.request?.at ?? Infinity) <= (final?.at ?? 0),
  );
}

function expired(facts: CallFacts, invitation: SeenTransaction, expiry: Expiry): Finding {
  const { binding, target, seconds, at, hop, ringing } = expiry;
  const { final, request } = invitation;
  const cancel = facts.cancelOf(hop)?.request;
  const [caller, phone] = [facts.name(invitation.client), facts.name(hop.server)];
  const server = facts.name(hop.upstream === undefined ? invitation.origin.server : hop.client);
  const last = final?.row.title ?? '';
  return fault({
    rule: 'registration-expired',
    fault: 29,
    title: 'Registration expired while ringing',
    happened: say(
      `${caller} called ${facts.dialled}, ${phone} rang for ${time(at - ringing.at)}, then its registration ran out${cancel === undefined ? '' : `, ${server} cancelled the ringing`}, and ${caller} got ${quoted(last)}.`,
      request,
      ringing,
      cancel,
      final,
    ),
    why: say(
      `${phone} had registered ${quoted(target)} for ${seconds} s, and no refresh of it was taken until the call was over.`,
      binding,
      cancel,
      final,
    ),
    whose: say(
      `${phone}, whose refresh did not come or did not arrive, and ${server}, which takes a ringing call away with the registration.`,
      binding,
      final,
    ),
    todo: say(
      `See why the refresh of ${phone} failed (it is due well before ${seconds} s), register for longer, and let ${server} leave calls alone that ring already.`,
      binding,
      final,
    ),
    party: hop.server,
    certainty: facts.certainty(hop.server, invitation.origin.server),
    section: 'RFC 3261 §10.2.4',
    about: facts.about(invitation, hop),
    weight: 86,
  });
}

/** What the registrar said last of the phone at an address, before it rang and after, until its time was over. */
function lastBinding(
  facts: CallFacts,
  address: string,
  until: number,
): Pick<Expiry, 'binding' | 'target' | 'seconds'> | undefined {
  let last: Pick<Expiry, 'binding' | 'target' | 'seconds'> | undefined;
  for (const binding of facts.document.bindings) {
    for (const { target, expiresSeconds } of binding.contacts) {
      if (expiresSeconds === undefined || addressOf(target) !== address) continue;
      const ended = last === undefined ? Infinity : last.binding.at + last.seconds * 1000;
      // What came after the end is a new registration, not a refresh.
      if (binding.at <= until || binding.at < ended)
        last = { binding, target, seconds: expiresSeconds };
    }
  }
  return last;
}

function addressOf(target: string): string | undefined {
  const uri = parseUri(target);
  return uri.ok && 'host' in uri.value ? `${uri.value.host}:${uri.value.port ?? 5060}` : undefined;
}
