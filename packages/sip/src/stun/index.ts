// The door `@offhook/sip/stun`: STUN as syntax, with and without proof, for those who have a socket of their own.
export { StunAsker } from './asker.ts';
export type { StunAskerOptions } from './asker.ts';
export { answerBinding, bindingRequest, readBinding, xorAddress, xorAddressOf } from './binding.ts';
export type { BindingAnswer, BindingChange, MappedAddress } from './binding.ts';
export { formatProvenStun, hasIntegrity, provenAttributes } from './integrity.ts';
export type { StunMac } from './integrity.ts';
export { formatStun, isStun, parseStun } from './message.ts';
export type { StunAttribute, StunClass, StunMessage } from './message.ts';
export { discoverNat } from './nat.ts';
export type { NatLooksAt, NatQuestions, NatReport } from './nat.ts';
