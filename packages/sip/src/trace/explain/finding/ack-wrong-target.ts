// Fault 9: the ACK goes to another place than Contact and Record-Route of the 2xx say (RFC 3261 §12.2.1.1, §13.2.2.4).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import { singleHandshakesOf, missOf } from '../handshake.ts';
import type { Handshake } from '../handshake.ts';
import { quoted, say, time } from '../say.ts';

/** ACK to the wrong target. */
export const ackWrongTarget: Rule = (facts) =>
  singleHandshakesOf(facts).flatMap((handshake) => astray(facts, handshake));

function astray(facts: CallFacts, handshake: Handshake): readonly Finding[] {
  const { invite, origin, success, sent, repeats, acks, givenUp, failed } = handshake;
  const answer = success.response;
  if (answer === undefined || !failed) return [];
  // What the first hop sends; a proxy behind it takes its Route off.
  const own = acks.filter(({ row }) => row.from === invite.client);
  for (const ack of own) {
    const miss = ack.request === undefined ? undefined : missOf(ack.request, answer);
    if (miss === undefined) continue;
    const [caller, callee] = [facts.name(invite.client), facts.name(origin.server)];
    const rest =
      givenUp?.request === undefined
        ? ''
        : ` and hung up ${time(givenUp.request.at - sent.at)} after its answer`;
    return [
      fault({
        rule: 'ack-wrong-target',
        fault: 9,
        title: 'ACK to the wrong target',
        happened: say(
          `${callee} answered, but the ACK of ${caller} went astray: ${callee} repeated its ${sent.row.title} ${repeats.length} times${rest}.`,
          sent,
          ack,
          repeats,
          givenUp?.request,
        ),
        why: say(
          miss.part === 'Request-URI'
            ? `The ACK is addressed to ${quoted(miss.found)}, while the Contact of the answer says ${quoted(miss.wanted)}.`
            : `The ACK has Route ${quoted(miss.found)}, while the Record-Route of the answer asks for ${quoted(miss.wanted)}.`,
          success,
          ack,
        ),
        whose: say(`${caller}, who addressed the ACK.`, ack),
        todo: say(
          miss.part === 'Request-URI'
            ? `Have ${caller} take the Request-URI of ACK from the Contact of the 200, or whatever rewrites that Contact on the way mended.`
            : `Have ${caller} send ACK by the Record-Route of the 200, in reverse order.`,
          success,
          ack,
        ),
        party: invite.client,
        certainty: facts.certainty(invite.client, origin.server),
        section: miss.part === 'Request-URI' ? 'RFC 3261 §13.2.2.4' : 'RFC 3261 §12.2.1.1',
        about: facts.about(invite, origin, facts.transactionOf(ack), givenUp),
        weight: 92,
      }),
    ];
  }
  return [];
}
