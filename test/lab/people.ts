// Who talks in the captures: Alice calls, Bob is called, and Kamailio or Offhook stands between them where there is a server.
import { address } from './lab.ts';
import { Callee, Caller } from './scenario.ts';

/** Alice, played by SIPp, who calls this address. */
export function aliceTo(uri: string): Caller {
  return new Caller(`"Alice" <sip:alice@${address.alice}>`, uri);
}

/** Where Bob is reached directly. */
export const bobAt = `sip:bob@${address.bob}`;

/** Alice, who calls Bob directly. */
export const alice: Caller = aliceTo(bobAt);

/** Bob, played by SIPp. */
export const bob: Callee = new Callee('bob');

/** Carol, played by SIPp. */
export const carol: Callee = new Callee('carol');

/** Where each is reached by SIPp: host:port. */
export const at: { readonly bob: string; readonly carol: string; readonly proxy: string } = {
  bob: `${address.bob}:5060`,
  carol: `${address.carol}:5060`,
  proxy: `${address.proxy}:5060`,
};
