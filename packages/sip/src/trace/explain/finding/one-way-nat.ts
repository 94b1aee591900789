// Fault 13: both sides were to send, and one hears nothing: its media goes elsewhere or does not get through (RFC 3264 §5.1, RFC 4961 §4).
import { addressText } from '../../correlate/parties.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { FindingParts, Rule } from '../found.ts';
import { framesOf, packetsOf } from '../media/line.ts';
import { unheardEnds } from '../media/unheard.ts';
import type { Unheard } from '../media/unheard.ts';
import { count, say, time } from '../say.ts';

/** One-way audio by a NAT, a firewall or a wrong source. */
export const oneWayNat: Rule = (facts) =>
  unheardEnds(facts)
    .filter(({ hidden }) => !hidden)
    .map((unheard) => fault(partsOf(facts, unheard)));

type Words = Pick<
  FindingParts,
  'happened' | 'why' | 'whose' | 'todo' | 'certainty' | 'wanted' | 'party'
>;

function partsOf(facts: CallFacts, unheard: Unheard): FindingParts {
  const { audio, deaf, cause, toward, own } = unheard;
  return {
    rule: 'one-way-nat',
    fault: 13,
    title: `One-way audio: ${deaf.name} hears nothing`,
    ...wordsOf(facts, unheard),
    section: 'RFC 3264 §5.1',
    about: {
      messages: [...new Set([audio.answer.number, deaf.said?.number ?? audio.answer.number])],
      sessions: [audio.session.number],
      streams: [...toward, ...own].map(({ id }) => id),
    },
    weight: cause === 'unseen' ? 55 : 70,
  };
}

function wordsOf(facts: CallFacts, unheard: Unheard): Words {
  switch (unheard.cause) {
    case 'astray':
    case 'lost':
      return astray(unheard);
    case 'refused':
      return refused(unheard);
    case 'counted':
      return counted(facts, unheard);
    case 'unseen':
      return unseen(unheard);
  }
}

function astray({ deaf, speaker, toward, own }: Unheard): Words {
  const [sent, source] = [toward[0], own[0]];
  const to = sent === undefined ? 'elsewhere' : addressText(sent.destination);
  const from = source === undefined ? 'elsewhere' : addressText(source.source);
  return {
    happened: say(
      `${deaf.name} hears nothing of ${speaker.name}: ${count(packetsOf(toward), 'RTP packet')} of ${speaker.name} went to ${to}, while ${deaf.name} sends from ${from}.`,
      framesOf(toward),
      framesOf(own),
    ),
    why: say(
      `The SDP of ${deaf.name} says ${to}, and its packets come from ${from}: a NAT is in between, and ${speaker.name} sends on to the address in the SDP.`,
      deaf.said,
      framesOf(own).slice(0, 1),
      framesOf(toward).slice(0, 1),
    ),
    whose: say(
      `The side of ${deaf.name}, which announces an address it is not at; a ${speaker.name} that follows the source of what it gets would hide it.`,
      deaf.said,
    ),
    todo: say(
      `Make ${deaf.name} announce the address that its packets come from (STUN, ICE, or the address of its NAT), or let ${speaker.name} send to where packets come from.`,
      deaf.said,
    ),
    party: deaf.party,
    certainty: 'inferred',
    wanted: undefined,
  };
}

function refused({ deaf, speaker, refusals, toward }: Unheard): Words {
  const address = deaf.wants === undefined ? 'that address' : addressText(deaf.wants);
  const [first] = refusals;
  return {
    happened: say(
      `${deaf.name} hears nothing of ${speaker.name}: of what went to ${address} the network says that it cannot be delivered.`,
      refusals,
      framesOf(toward).slice(0, 2),
    ),
    why: say(
      `Nobody takes RTP at ${address}, though the SDP of ${deaf.name} asks for it there (${first?.text ?? 'unreachable'}).`,
      deaf.said,
      refusals.slice(0, 1),
    ),
    whose: say(`The side of ${deaf.name}, or a filter in front of it.`, refusals.slice(0, 1)),
    todo: say(
      `Check which address and port ${deaf.name} really listens on, and that firewall and NAT let UDP through to it.`,
      deaf.said ?? refusals.slice(0, 1),
    ),
    party: deaf.party,
    certainty: 'inferred',
    wanted: undefined,
  };
}

function counted(facts: CallFacts, { audio, deaf, speaker }: Unheard): Words {
  const sent = speaker.report?.sentPackets;
  const silent = sent === 0;
  const peer =
    sent === undefined
      ? `what ${speaker.name} sent is not known from here`
      : `${speaker.name} counted ${count(sent, 'packet')} sent`;
  return {
    happened: say(
      `${deaf.name} hears nothing of ${speaker.name}: it counted ${count(deaf.report?.sentPackets ?? 0, 'packet')} sent and none received.`,
      audio.answer,
      audio.last,
    ),
    why: say(
      `Both were to send for ${time(audio.to - audio.from)}; ${peer}.`,
      audio.answer,
      deaf.said,
      speaker.said,
    ),
    whose: say(
      silent
        ? `The side of ${speaker.name}: it sends nothing.`
        : `The way from ${speaker.name} to ${deaf.name}: a NAT or a firewall there.`,
      audio.answer,
    ),
    todo: say(
      silent
        ? `Check the microphone and the media settings of ${speaker.name}.`
        : `Capture at ${speaker.name}, and compare the address that it sends to with the SDP of ${deaf.name}.`,
      deaf.said ?? audio.answer,
    ),
    party: silent ? speaker.party : undefined,
    certainty: facts.certainty(deaf.party),
    wanted: undefined,
  };
}

function unseen({ audio, deaf, speaker, own }: Unheard): Words {
  const wanted = `A capture at ${speaker.name}, which tells whether it sends at all and to where.`;
  return {
    happened: say(
      `Only one direction of the audio is in the capture: ${count(packetsOf(own), 'RTP packet')} of ${deaf.name}, none of ${speaker.name}.`,
      framesOf(own),
      audio.answer,
    ),
    why: say(
      `Both agreed to send. Either ${speaker.name} sends nothing, or its packets are lost before they come here, or they go another way than the one captured.`,
      audio.answer,
      speaker.said,
      deaf.said,
    ),
    whose: say(
      `The side of ${speaker.name}, or the way from it to here.`,
      speaker.said ?? audio.answer,
    ),
    todo: say(
      `Capture at ${speaker.name} too: if RTP leaves it, look at firewalls and NATs on the way to ${deaf.wants === undefined ? deaf.name : addressText(deaf.wants)}.`,
      deaf.said ?? audio.answer,
    ),
    party: undefined,
    certainty: 'cannot tell from here',
    wanted,
  };
}
