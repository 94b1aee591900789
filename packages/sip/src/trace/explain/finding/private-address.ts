// Fault 11: a private address in an SDP, to which the other side sends what nobody gets (RFC 3264 §5.1, RFC 1918).
import { addressText } from '../../correlate/parties.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import { framesOf, packetsOf } from '../media/line.ts';
import { unheardEnds } from '../media/unheard.ts';
import type { Unheard } from '../media/unheard.ts';
import { count, say } from '../say.ts';

/** An end that announced a private address hears nothing. */
export const privateAddress: Rule = (facts) =>
  unheardEnds(facts)
    .filter(({ hidden }) => hidden)
    .map((unheard) => findingOf(facts, unheard));

function findingOf(facts: CallFacts, unheard: Unheard): ReturnType<Rule>[number] {
  const { audio, deaf, speaker, cause, toward, own, refusals } = unheard;
  const address = deaf.wants === undefined ? 'nowhere' : addressText(deaf.wants);
  const seen = seenOf(unheard, address);
  const [outside] = own;
  const from =
    outside === undefined || outside.source.host === deaf.wants?.host
      ? ''
      : ` Its own packets come from ${addressText(outside.source)}, which is what the other side can reach.`;
  return fault({
    rule: 'private-address',
    fault: 11,
    title: 'Private address in SDP, no media arrives there',
    happened: say(
      `${deaf.name} hears nothing of ${speaker.name}: ${seen}.`,
      audio.answer,
      framesOf(toward),
      framesOf(own),
      refusals,
    ),
    why: say(
      `In its SDP ${deaf.name} asked for media at ${address}, a private address that means nothing where ${speaker.name} is.${from}`,
      deaf.said,
      framesOf(own).slice(0, 1),
    ),
    whose: say(
      `The side of ${deaf.name}: it is behind a NAT and announces its inner address.`,
      deaf.said,
    ),
    todo: say(
      `Give ${deaf.name} STUN or ICE or its public address, or let a media relay between the two learn where its packets come from.`,
      deaf.said,
    ),
    party: deaf.party,
    certainty: cause === 'counted' ? facts.certainty(deaf.party) : 'inferred',
    section: 'RFC 3264 §5.1',
    about: {
      messages: deaf.said === undefined ? [] : [deaf.said.number],
      sessions: [audio.session.number],
      streams: [...toward, ...own].map(({ id }) => id),
    },
    weight: 72,
  });
}

function seenOf({ cause, speaker, deaf, toward, refusals }: Unheard, address: string): string {
  switch (cause) {
    case 'astray':
    case 'lost':
      return `${count(packetsOf(toward), 'RTP packet')} went to ${address}, from where nothing ever came`;
    case 'refused':
      return `the network says of ${address} that it is unreachable, ${count(refusals.length, 'time')}`;
    case 'counted':
      return `it counted ${count(deaf.report?.sentPackets ?? 0, 'packet')} sent and none received`;
    case 'unseen':
      return `no RTP packet of ${speaker.name} is on its way to ${address}, while its own are seen`;
  }
}
