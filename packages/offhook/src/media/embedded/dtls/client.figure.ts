// The handshake of DTLS 1.2 as its client takes it (RFC 6347 §4.2.4, RFC 5246 §7.3).
import type { Figure } from '@offhook/sip';
import type { HandshakeAction, HandshakeTimer } from './handshake-step.ts';

/** The states, named by what comes next. */
export type ClientState =
  | 'Idle'
  | 'Awaiting ServerHello'
  | 'Awaiting Certificate'
  | 'Awaiting ServerKeyExchange'
  | 'Awaiting ServerHelloDone'
  | 'Awaiting Finished'
  | 'Connected'
  | 'Failed';

/** What happens to a client. */
export type ClientEvent =
  | 'start'
  | 'HelloVerifyRequest'
  | 'ServerHello'
  | 'Certificate'
  | 'ServerKeyExchange'
  | 'CertificateRequest'
  | 'ServerHelloDone'
  | 'Finished'
  | 'fault'
  | 'peer closed'
  | 'closed';

/** RFC 6347 §4.2.4 figure 1, seen from the client. */
export const clientHandshake: Figure<ClientState, ClientEvent, HandshakeAction, HandshakeTimer> = {
  Idle: {
    start: ['Awaiting ServerHello', 'send ClientHello'],
    closed: ['Failed'],
  },
  'Awaiting ServerHello': {
    timers: ['retransmit', 'patience'],
    // RFC 6347 §4.2.1: the same hello again, with the cookie.
    HelloVerifyRequest: ['Awaiting ServerHello', 'send ClientHello', 'reset retransmit'],
    ServerHello: ['Awaiting Certificate'],
    fault: ['Failed', 'send alert', 'tell failure'],
    closed: ['Failed'],
    'Timer retransmit fires': ['Awaiting ServerHello', 'repeat flight', 'reset retransmit'],
    'Timer patience fires': ['Failed', 'tell timeout'],
  },
  'Awaiting Certificate': {
    timers: ['retransmit', 'patience'],
    Certificate: ['Awaiting ServerKeyExchange'],
    fault: ['Failed', 'send alert', 'tell failure'],
    closed: ['Failed'],
    'Timer retransmit fires': ['Awaiting Certificate', 'repeat flight', 'reset retransmit'],
    'Timer patience fires': ['Failed', 'tell timeout'],
  },
  'Awaiting ServerKeyExchange': {
    timers: ['retransmit', 'patience'],
    ServerKeyExchange: ['Awaiting ServerHelloDone'],
    fault: ['Failed', 'send alert', 'tell failure'],
    closed: ['Failed'],
    'Timer retransmit fires': ['Awaiting ServerKeyExchange', 'repeat flight', 'reset retransmit'],
    'Timer patience fires': ['Failed', 'tell timeout'],
  },
  'Awaiting ServerHelloDone': {
    timers: ['retransmit', 'patience'],
    CertificateRequest: ['Awaiting ServerHelloDone'],
    ServerHelloDone: ['Awaiting Finished', 'send client flight', 'reset retransmit'],
    fault: ['Failed', 'send alert', 'tell failure'],
    closed: ['Failed'],
    'Timer retransmit fires': ['Awaiting ServerHelloDone', 'repeat flight', 'reset retransmit'],
    'Timer patience fires': ['Failed', 'tell timeout'],
  },
  'Awaiting Finished': {
    timers: ['retransmit', 'patience'],
    Finished: ['Connected', 'tell connected'],
    fault: ['Failed', 'send alert', 'tell failure'],
    closed: ['Failed'],
    'Timer retransmit fires': ['Awaiting Finished', 'repeat flight', 'reset retransmit'],
    'Timer patience fires': ['Failed', 'tell timeout'],
  },
  Connected: {
    'peer closed': ['Failed', 'tell closed'],
    closed: ['Failed', 'send goodbye'],
  },
  Failed: {},
};
