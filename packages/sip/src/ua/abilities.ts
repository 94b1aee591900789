// What our user agents can do, said the same way everywhere: Allow, Accept, Supported (RFC 3261 §11.2, §20).
import type { HeaderInit } from '../message/build.ts';

/** Methods that a user agent answers with more than 405 or 501. */
export const allowedMethods: readonly string[] = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS'];

/** Body types that it understands, at the top or inside multipart. */
export const acceptedTypes: readonly string[] = [
  'application/sdp',
  'multipart/mixed',
  'multipart/alternative',
];

/** Option tags that it knows when a peer requires them. */
export const supportedOptions: readonly string[] = [];

/** The headers that go into requests and answers which set up or change a session. */
export function sessionHeaders(product: string): readonly HeaderInit[] {
  return [
    ['Allow', allowedMethods.join(', ')],
    ['Supported', supportedOptions.join(', ')],
    ['User-Agent', product],
  ];
}

/** RFC 3261 §11.2: what an OPTIONS is answered with. */
export function abilityHeaders(product: string): readonly HeaderInit[] {
  return [
    ['Allow', allowedMethods.join(', ')],
    ['Accept', acceptedTypes.join(', ')],
    ['Accept-Encoding', 'identity'],
    ['Accept-Language', 'en'],
    ['Supported', supportedOptions.join(', ')],
    ['User-Agent', product],
  ];
}
