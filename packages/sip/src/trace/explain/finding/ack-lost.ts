// Fault 8: the ACK to a 2xx never comes, so the 2xx is repeated and the call is hung up after 64*T1 (RFC 3261 §13.3.1.4).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault, remark } from '../found.ts';
import type { Rule } from '../found.ts';
import { singleHandshakesOf, missOf } from '../handshake.ts';
import type { Handshake } from '../handshake.ts';
import { say, time, times } from '../say.ts';

/** ACK lost: 200 repeated, then BYE. */
export const ackLost: Rule = (facts) =>
  singleHandshakesOf(facts).flatMap((handshake) => lost(facts, handshake));

function lost(facts: CallFacts, handshake: Handshake): readonly Finding[] {
  const { invite, origin, sent, success, repeats, acks, arrived, unfit, givenUp, failed } =
    handshake;
  const answer = success.response;
  const missed = acks.some(
    ({ request }) =>
      request !== undefined && answer !== undefined && missOf(request, answer) !== undefined,
  );
  if (repeats.length === 0 || unfit.length > 0) return [];
  if (!failed) return acks.length === 0 ? [] : recovered(facts, handshake);
  if (arrived.length > 0 || (missed && acks.length > 0)) return [];
  const [caller, callee] = [facts.name(invite.client), facts.name(origin.server)];
  const [ack] = acks;
  const last = repeats.at(-1);
  const status = sent.row.title;
  const reached = ack === undefined ? undefined : facts.name(ack.row.to);
  const end =
    givenUp?.request === undefined
      ? ''
      : ` and hung up ${time(givenUp.request.at - sent.at)} after its answer`;
  return [
    fault({
      rule: 'ack-lost',
      fault: 8,
      title: 'ACK lost: 200 repeated',
      happened: say(
        `${callee} answered the call, sent its ${status} ${repeats.length + 1} times within ${time((last?.at ?? sent.at) - sent.at)}${end}, because no ACK came.`,
        sent,
        repeats,
        givenUp?.request,
      ),
      why:
        ack === undefined
          ? say(
              givenUp?.status === 200
                ? `No ACK to ${status} was seen, though ${caller} answered the BYE: what ${callee} sends arrives, so the ACK was not sent or was lost before this point.`
                : `No ACK to ${status} was seen: either ${caller} did not get the ${status}, or its ACK was not sent or was lost before this point.`,
              sent,
              last,
              givenUp?.final,
            )
          : say(
              `${caller} sent the ACK, but ${ack.row.lost ? `${callee} never received it` : `it was last seen on its way to ${reached}, and never on the way to ${callee}`}.`,
              acks,
              sent,
            ),
      whose:
        ack === undefined
          ? say(
              `The side of ${caller}, or the way between ${caller} and ${callee}.`,
              sent,
              invite.request,
            )
          : say(
              ack.row.to === origin.server
                ? `The network between ${caller} and ${callee}.`
                : `${reached}, or the network behind it.`,
              ack,
            ),
      todo:
        ack === undefined
          ? say(
              `Capture at ${caller} and see whether the ${status} arrives and an ACK leaves; if it leaves, look at the firewall and NAT between.`,
              sent,
            )
          : say(
              ack.row.to === origin.server
                ? `Find what drops UDP from ${caller} to ${callee} while it lets it pass the other way.`
                : `See why ${reached} does not pass the ACK on: it has to follow Route and Request-URI.`,
              ack,
            ),
      party: ack === undefined ? undefined : ack.row.to === origin.server ? undefined : ack.row.to,
      certainty: facts.certainty(origin.server, invite.client),
      section: 'RFC 3261 §13.3.1.4',
      about: facts.about(invite, origin, givenUp),
      weight: 88,
    }),
  ];
}

function recovered(
  facts: CallFacts,
  { invite, origin, sent, repeats }: Handshake,
): readonly Finding[] {
  const callee = facts.name(origin.server);
  return [
    remark({
      rule: 'ack-lost',
      title: `200 repeated ${times(repeats.length)}`,
      happened: say(
        `${callee} sent its ${sent.row.title} again until the ACK came.`,
        sent,
        repeats,
      ),
      why: say('The answer or its ACK was lost or late, and the repeat made up for it.', repeats),
      whose: say('The network, for a moment.', repeats),
      todo: say('Nothing, unless it happens in every call.', repeats),
      certainty: facts.certainty(origin.server),
      section: 'RFC 3261 §13.3.1.4',
      about: facts.about(invite, origin),
      weight: 10,
    }),
  ];
}
