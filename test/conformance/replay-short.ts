// Where replay falls short of what a capture shows: each gap is named, with its reason, and nothing else is excused.
import type { FigureName } from '../../packages/sip/src/trace/correlate/labelled.ts';

/** True for a machine of which replay is known to fall short in this test. */
export function isShort(test: string, machine: string): boolean {
  return short.some(
    ({ of, figures }) =>
      test.includes(of) && figures.some((figure) => machine.startsWith(`${figure} `)),
  );
}

/** Where replay falls short of what can be seen, by the words of the test. */
const short: readonly {
  readonly of: string;
  readonly figures: readonly FigureName[];
  readonly why: string;
}[] = [
  {
    of: 'without an offer',
    figures: ['outgoing', 'offer-answer'],
    why: 'a document has a session only once there is a description',
  },
  {
    of: 'that is no description gets ACK',
    figures: ['outgoing', 'session', 'offer-answer'],
    why: 'a document has a session only once there is a description',
  },
  {
    of: 'A caller without PRACK that offered nothing',
    figures: ['incoming'],
    why: 'a document has a session only once there is a description',
  },
  {
    of: 'an unknown body with handling=optional',
    figures: ['incoming'],
    why: 'a document has a session only once there is a description',
  },
  {
    of: '(C028)',
    figures: ['offer-answer'],
    why: 'documents read no description inside multipart',
  },
  {
    of: 'A 2xx without a tag',
    figures: ['dialog', 'session', 'offer-answer'],
    why: 'a dialog without a tag (RFC 2543) is none to a document',
  },
  {
    of: 'a response whose sent-by we never wrote',
    figures: ['outgoing'],
    why: 'a document takes every response of a transaction',
  },
  {
    of: 'a response with more than one Via',
    figures: ['outgoing'],
    why: 'a document takes every response of a transaction',
  },
  {
    of: 'RFC 3261 §8.1.3.4: is followed by q',
    figures: ['outgoing', 'offer-answer'],
    why: 'a refusal that leads to the next address of a redirect counts as the last word',
  },
  {
    of: 'given up while its token is fetched',
    figures: ['outgoing'],
    why: 'a challenge that nobody answers any more counts as the last word',
  },
  {
    of: 'while our offer is open it gets 491',
    figures: ['outgoing', 'session', 'offer-answer'],
    why: 'a call whose early offer failed is hung up as if it had been answered',
  },
  {
    of: 'RFC 3261 §13.2.2.4: every fork that answers',
    figures: ['dialog'],
    why: 'a fork that answers after 64*T1 makes a dialog for a document',
  },
  {
    of: 'whose sender lost the ACK',
    figures: ['session'],
    why: 'a re-INVITE that stands for the ACK counts as one before it',
  },
  {
    of: 'a second one before the first is answered gets 500',
    figures: ['session', 'offer-answer'],
    why: 'the ACK to the refusal of another re-INVITE counts as that to the 2xx',
  },
  {
    of: 'floods it with UPDATEs and INFOs',
    figures: ['session'],
    why: 'of a flood only the beginning is compared, which ends within an answer',
  },
  {
    of: 'the first server says nothing, and the call goes by the second',
    figures: ['offer-answer'],
    why: 'the refusal of the first server counts as that of the offer',
  },
  {
    of: 'Listeners, media and iterations of an application that throw',
    figures: ['outgoing', 'incoming', 'dialog', 'session-timer'],
    why: 'what goes wrong inside an application is in no message',
  },
  {
    of: 'answers each refresh with 491',
    figures: ['session-timer'],
    why: 'a refresh that met one of the peer is not told from one that was refused',
  },
  {
    of: 'early media of one fork, and another fork answers',
    figures: ['offer-answer'],
    why: 'the answer of another fork counts as a repeat of the early one',
  },
  {
    of: 'an early answer that cannot be used is judged again',
    figures: ['offer-answer'],
    why: 'whether an early answer can be used is not judged',
  },
  {
    of: 'early media goes out once, and again in the 2xx',
    figures: ['offer-answer'],
    why: 'the description of a 2xx that repeats an early one has no part in a document',
  },
  {
    of: 'RFC 7118 §5: on WebSocket nothing is sent twice',
    figures: ['offer-answer'],
    why: 'that an INVITE is given up by its timer ends its offer only where a message shows it',
  },
  {
    of: 'RFC 3261 §17: of a cancelled call',
    figures: ['offer-answer'],
    why: 'that an INVITE is given up by its timer ends its offer only where a message shows it',
  },
  {
    of: 'a send error changes nothing for the server transaction',
    figures: ['incoming'],
    why: 'a response that could not be sent is no message',
  },
];
