// The catalogue of faults: their numbers, the rules that name them, and what each is in a sentence.

/** One fault of the catalogue. */
export interface CataloguedFault {
  readonly fault: number;
  /** The name of the rule that finds it. */
  readonly rule: string;
  readonly says: string;
}

const catalogue: readonly (readonly [rule: string, says: string])[] = [
  ['no-answer', 'Nobody answers an INVITE until timer B fires'],
  ['request-timeout', 'Nobody answers a request that is no INVITE until timer F fires'],
  ['wrong-password', 'Credentials are refused again and again: a wrong password'],
  ['stale-nonce', 'The nonce is stale, and no request with a fresh one comes through'],
  ['forbidden-source', 'Calls from this address are not taken: 403'],
  ['refused', 'The call is refused: busy, declined, not found, not available'],
  ['no-common-codec', 'The two sides share no codec: 488'],
  ['ack-lost', 'The ACK gets lost: the 200 is repeated, and the callee hangs up'],
  ['ack-wrong-target', 'The ACK goes elsewhere than to the Contact of the 200'],
  ['ack-not-taken', 'The ACK is on the wire, and the callee repeats its 200 all the same'],
  ['private-address', 'A private address in the SDP is out of reach: no media'],
  ['one-way-direction', 'One side hears nothing, because of the direction that was agreed'],
  [
    'one-way-nat',
    'One side hears nothing, because of a NAT: media comes from another place than the SDP says',
  ],
  ['illegal-hold-answer', 'Hold is answered with a direction that the offer does not allow'],
  ['resume-cseq', 'The resume has an old CSeq and never completes'],
  ['glare', 'Both sides change the session at once: 491, and a change is never made'],
  ['session-timer-expired', 'Nobody refreshes the session, and the call is hung up'],
  ['session-interval-too-small', 'The session interval that was asked for is too short: 422'],
  ['two-answers', 'A forked call is answered twice, and the second answer is left standing'],
  ['early-media-no-answer', 'Sound before the answer, and never an answer'],
  ['cancel-crossed', 'CANCEL and 200 cross'],
  ['bye-wrong-tag', 'BYE with a tag that no dialog has: 481'],
  ['transfer-failed', 'A transfer is accepted, and NOTIFY says that it failed'],
  ['transfer-no-notify', 'A transfer is accepted, and no NOTIFY tells what became of it'],
  ['dtmf', 'Pressed keys are not heard: not negotiated, or without a marker'],
  ['ice-failed', 'ICE finds no way for the media'],
  ['dtls', 'The keys of the media are never agreed: DTLS fingerprint or role'],
  ['websocket-dropped', 'The WebSocket of a phone breaks in the middle of a call'],
  ['registration-expired', 'The registration of a phone ends while it rings'],
  ['loop', 'The request goes in a circle until Max-Forwards is used up: 483'],
  ['oversize', 'A request is too large for UDP: its fragments do not arrive, or it is refused'],
  ['tcp-keep-alive', 'A TCP connection is dead, and nobody has noticed'],
  ['extension-required', 'An extension is required that the other side does not have: 420'],
  ['update-unanswered', 'An UPDATE is never answered'],
  ['poor-media', 'The media is bad: loss, jitter, late packets, silence'],
  ['same-call-id', 'Two dialogs have one Call-ID and different tags, and are taken for one'],
];

/** All of them, in order. */
export const faults: readonly CataloguedFault[] = catalogue.map(([rule, says], index) => ({
  fault: index + 1,
  rule,
  says,
}));
