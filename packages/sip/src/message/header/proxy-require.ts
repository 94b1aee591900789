// Proxy-Require (RFC 3261 §20.29).
import { tokens } from './field.ts';
import type { HeaderField } from './field.ts';

/** Extensions without which a proxy must refuse. */
export const proxyRequire: HeaderField<readonly string[]> = tokens('Proxy-Require');
