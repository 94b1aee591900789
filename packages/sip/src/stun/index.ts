// The door `@offhook/sip/stun`: STUN as syntax, with and without proof, for those who have a socket of their own.
export { answerBinding, bindingRequest, readBinding, xorAddress, xorAddressOf } from './binding.ts';
export type { BindingAnswer, MappedAddress } from './binding.ts';
export { formatProvenStun, hasIntegrity, provenAttributes } from './integrity.ts';
export type { StunMac } from './integrity.ts';
export { formatStun, isStun, parseStun } from './message.ts';
export type { StunAttribute, StunClass, StunMessage } from './message.ts';
