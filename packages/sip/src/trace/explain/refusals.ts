// What a refusal means to people: why, whose side, and what to do, for each status that is told by itself.

/** Who is who in a refusal. */
export interface Refusing {
  readonly asker: string;
  readonly refuser: string;
  /** Whom the request was for. */
  readonly target: string;
  readonly method: string;
}

/** What a refusal means. */
export interface Meaning {
  readonly why: string;
  readonly whose: string;
  readonly todo: string;
  /** Where the status is defined. */
  readonly section: string;
}

type Words = (who: Refusing) => Meaning;

/** What a status of 400 and above means. */
export function meaningOf(status: number, who: Refusing): Meaning {
  const words = meanings[status] ?? meanings[status >= 600 ? 600 : status >= 500 ? 500 : 400];
  return (words ?? unknown)(who);
}

const unknown: Words = ({ refuser }) => ({
  why: `${refuser} says nothing more.`,
  whose: `${refuser}.`,
  todo: `Ask whoever runs ${refuser}.`,
  section: 'RFC 3261 §21',
});

const busy: Words = ({ target, refuser }) => ({
  why: `${target} is in another call, or has set itself busy, and takes no second one.`,
  whose: `Nobody's mistake: the person at ${refuser} is not free.`,
  todo: `Call again later, or give ${target} call waiting, a second line or a mailbox.`,
  section: 'RFC 3261 §21.4.24',
});

const meanings: { readonly [status: number]: Words } = {
  400: ({ asker, refuser, method }) => ({
    why: `${refuser} could not make sense of the ${method}: a header or the body is malformed.`,
    whose: `${asker}, or whoever changes its messages on the way.`,
    todo: `Look at the remarks on that ${method} (lint) and mend what they name.`,
    section: 'RFC 3261 §21.4.1',
  }),
  402: ({ refuser }) => ({
    why: 'The account has no credit left for this call.',
    whose: `The account at ${refuser}.`,
    todo: 'Pay, or choose another route.',
    section: 'RFC 3261 §21.4.3',
  }),
  404: ({ target, refuser }) => ({
    why: `${refuser} does not know ${target}: there is no such user or number in its domain.`,
    whose: `Whoever dialled ${target}, or the dial plan and the list of users of ${refuser}.`,
    todo: `Check the spelling of ${target}, and create it on ${refuser} or give it a route there.`,
    section: 'RFC 3261 §21.4.5',
  }),
  405: ({ refuser, method }) => ({
    why: `${refuser} does not take ${method} for this address; its Allow header names what it takes.`,
    whose: `${refuser}, or whoever sends it ${method}.`,
    todo: `Do not send ${method} there, or switch it on at ${refuser}.`,
    section: 'RFC 3261 §21.4.6',
  }),
  406: ({ asker, refuser }) => ({
    why: `${refuser} has nothing that fits the Accept header of ${asker}.`,
    whose: `Both: they do not agree on a format.`,
    todo: `Let ${asker} accept what ${refuser} can give.`,
    section: 'RFC 3261 §21.4.7',
  }),
  408: ({ target, refuser }) => ({
    why: `${refuser} passed the request on and got no final answer from ${target} in time.`,
    whose: `The side of ${target}, behind ${refuser}.`,
    todo: `Check that the phone of ${target} is on and reachable from ${refuser}; capture behind ${refuser} to see it.`,
    section: 'RFC 3261 §21.4.9',
  }),
  410: ({ target, refuser }) => ({
    why: `${target} was known once and is gone for good.`,
    whose: `The address book of the caller, or the users of ${refuser}.`,
    todo: `Use the new number of ${target}.`,
    section: 'RFC 3261 §21.4.10',
  }),
  414: ({ refuser }) => ({
    why: `The Request-URI is longer than ${refuser} takes.`,
    whose: 'The sender.',
    todo: 'Shorten the address.',
    section: 'RFC 3261 §21.4.12',
  }),
  415: ({ asker, refuser }) => ({
    why: `${refuser} does not understand the kind of body that ${asker} sent; its Accept header names what it takes.`,
    whose: `${asker}.`,
    todo: `Have ${asker} send a body of a kind that the Accept header names.`,
    section: 'RFC 3261 §21.4.13',
  }),
  416: ({ refuser }) => ({
    why: `${refuser} does not know the scheme of the Request-URI.`,
    whose: 'The sender, or the dial plan.',
    todo: 'Use a sip: address.',
    section: 'RFC 3261 §21.4.14',
  }),
  423: ({ refuser }) => ({
    why: `The time asked for is shorter than ${refuser} allows; Min-Expires names the least.`,
    whose: 'The sender.',
    todo: 'Ask for at least the seconds of Min-Expires.',
    section: 'RFC 3261 §21.4.17',
  }),
  480: ({ target, refuser }) => ({
    why: `${target} exists but cannot be reached now: no phone is registered, or it is set to do not disturb, or it rang too long.`,
    whose: `The phone of ${target}, as ${refuser} knows it.`,
    todo: `Check that the phone of ${target} is on and registered at ${refuser}.`,
    section: 'RFC 3261 §21.4.18',
  }),
  481: ({ refuser, method }) => ({
    why: `${refuser} knows no call or subscription that this ${method} could belong to.`,
    whose: `The sender, or ${refuser} if it forgot.`,
    todo: 'Begin anew.',
    section: 'RFC 3261 §21.4.19',
  }),
  484: ({ target, refuser }) => ({
    why: `The number ${target} is not complete.`,
    whose: `Whoever dialled, or the dial plan that cut it.`,
    todo: `Dial all digits, or mend the rule that sends ${target} to ${refuser} too early.`,
    section: 'RFC 3261 §21.4.22',
  }),
  485: ({ target, refuser }) => ({
    why: `${target} may be several people at ${refuser}.`,
    whose: 'Whoever dialled.',
    todo: 'Choose one of the addresses in the Contact headers of the answer.',
    section: 'RFC 3261 §21.4.23',
  }),
  486: busy,
  487: ({ refuser }) => ({
    why: `${refuser} ended the ringing though no CANCEL was seen here.`,
    whose: `${refuser}, or whoever cancelled beyond this point.`,
    todo: `Capture behind ${refuser} to see who cancelled.`,
    section: 'RFC 3261 §21.4.25',
  }),
  500: ({ refuser }) => ({
    why: `Something went wrong inside ${refuser}.`,
    whose: `${refuser}.`,
    todo: `Read the log of ${refuser} at the time of the answer.`,
    section: 'RFC 3261 §21.5.1',
  }),
  501: ({ refuser, method }) => ({
    why: `${refuser} does not know the method ${method} at all.`,
    whose: `${refuser}.`,
    todo: `Do not send ${method} there.`,
    section: 'RFC 3261 §21.5.2',
  }),
  502: ({ refuser }) => ({
    why: `${refuser} got a useless answer from the next server.`,
    whose: `The server behind ${refuser}.`,
    todo: `Capture behind ${refuser}.`,
    section: 'RFC 3261 §21.5.3',
  }),
  503: ({ refuser }) => ({
    why: `${refuser} cannot take the request now: it is overloaded, in maintenance, or has no way on.`,
    whose: `${refuser}.`,
    todo: `Try another server, and check load and routes of ${refuser}.`,
    section: 'RFC 3261 §21.5.4',
  }),
  504: ({ refuser }) => ({
    why: `${refuser} waited in vain for another server.`,
    whose: `The server behind ${refuser}.`,
    todo: `Check the connection from ${refuser} to the next server and its DNS.`,
    section: 'RFC 3261 §21.5.5',
  }),
  505: ({ refuser }) => ({
    why: `${refuser} does not know this version of SIP.`,
    whose: 'The sender.',
    todo: 'Send SIP/2.0.',
    section: 'RFC 3261 §21.5.6',
  }),
  600: ({ target, refuser }) => ({
    why: `${target} is busy on every phone, and none of them wants to be tried.`,
    whose: `Nobody's mistake: the person at ${refuser} is not free.`,
    todo: `Call again later.`,
    section: 'RFC 3261 §21.6.1',
  }),
  603: ({ target, refuser }) => ({
    why: `${target} declined the call: a person pressed the button, or a rule did.`,
    whose: `The person or the rules at ${refuser}.`,
    todo: `Ask ${target}; if nobody declined, look for do not disturb or a blocking list at ${refuser}.`,
    section: 'RFC 3261 §21.6.2',
  }),
  604: ({ target, refuser }) => ({
    why: `${refuser} is certain that ${target} exists nowhere.`,
    whose: `Whoever dialled ${target}, or the users of ${refuser}.`,
    todo: `Check the number ${target}.`,
    section: 'RFC 3261 §21.6.3',
  }),
};
