// What both ends of a handshake do, and the timers of both.

/** What is done on the way. */
export type HandshakeAction =
  | 'send ClientHello'
  | 'send client flight'
  | 'send server flight'
  | 'send last flight'
  | 'repeat flight'
  | 'send alert'
  | 'send goodbye'
  | 'tell connected'
  | 'tell failure'
  | 'tell timeout'
  | 'tell closed';

/** `retransmit` repeats the last flight (RFC 6347 §4.2.4.1); `patience` bounds the whole. */
export type HandshakeTimer = 'retransmit' | 'patience';
