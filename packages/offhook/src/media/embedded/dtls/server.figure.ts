// The handshake of DTLS 1.2 as its server takes it (RFC 6347 §4.2.4, RFC 5246 §7.3).
import type { Figure } from '@offhook/sip';
import type { HandshakeAction, HandshakeTimer } from './handshake-step.ts';

/** The states, named by what comes next. */
export type ServerState =
  | 'Awaiting ClientHello'
  | 'Awaiting Certificate'
  | 'Awaiting ClientKeyExchange'
  | 'Awaiting CertificateVerify'
  | 'Awaiting Finished'
  | 'Connected'
  | 'Failed';

/** What happens to a server. */
export type ServerEvent =
  | 'ClientHello'
  | 'Certificate'
  | 'ClientKeyExchange'
  | 'CertificateVerify'
  | 'Finished'
  | 'repeated flight'
  | 'fault'
  | 'peer closed'
  | 'closed';

/**
 * RFC 6347 §4.2.4 figure 1, seen from the server. There is no HelloVerifyRequest: only the peer of a pair that ICE has checked
 * is heard at all, which proves more than a cookie (RFC 6347 §4.2.1).
 */
export const serverHandshake: Figure<ServerState, ServerEvent, HandshakeAction, HandshakeTimer> = {
  'Awaiting ClientHello': {
    timers: ['patience'],
    ClientHello: ['Awaiting Certificate', 'send server flight'],
    fault: ['Failed', 'send alert', 'tell failure'],
    closed: ['Failed'],
    'Timer patience fires': ['Failed', 'tell timeout'],
  },
  'Awaiting Certificate': {
    timers: ['retransmit', 'patience'],
    Certificate: ['Awaiting ClientKeyExchange'],
    fault: ['Failed', 'send alert', 'tell failure'],
    closed: ['Failed'],
    'Timer retransmit fires': ['Awaiting Certificate', 'repeat flight', 'reset retransmit'],
    'Timer patience fires': ['Failed', 'tell timeout'],
  },
  'Awaiting ClientKeyExchange': {
    timers: ['retransmit', 'patience'],
    ClientKeyExchange: ['Awaiting CertificateVerify'],
    fault: ['Failed', 'send alert', 'tell failure'],
    closed: ['Failed'],
    'Timer retransmit fires': ['Awaiting ClientKeyExchange', 'repeat flight', 'reset retransmit'],
    'Timer patience fires': ['Failed', 'tell timeout'],
  },
  'Awaiting CertificateVerify': {
    timers: ['retransmit', 'patience'],
    CertificateVerify: ['Awaiting Finished'],
    fault: ['Failed', 'send alert', 'tell failure'],
    closed: ['Failed'],
    'Timer retransmit fires': ['Awaiting CertificateVerify', 'repeat flight', 'reset retransmit'],
    'Timer patience fires': ['Failed', 'tell timeout'],
  },
  'Awaiting Finished': {
    timers: ['retransmit', 'patience'],
    Finished: ['Connected', 'send last flight', 'tell connected'],
    fault: ['Failed', 'send alert', 'tell failure'],
    closed: ['Failed'],
    'Timer retransmit fires': ['Awaiting Finished', 'repeat flight', 'reset retransmit'],
    'Timer patience fires': ['Failed', 'tell timeout'],
  },
  Connected: {
    // RFC 6347 §4.2.4: our last flight was lost, since the client repeats its own.
    'repeated flight': ['Connected', 'repeat flight'],
    'peer closed': ['Failed', 'tell closed'],
    closed: ['Failed', 'send goodbye'],
  },
  Failed: {},
};
