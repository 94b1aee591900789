// Master keys of our own: one for each suite, as unpredictable as the system can make them (RFC 4568 §6.1).
import { randomBytes } from 'node:crypto';
import { secret } from '@offhook/sip';
import type { SuiteKey } from '@offhook/sip/sdp';
import { suites } from './suite.ts';

/** New keys for what we send, for each suite, best first. */
export function newKeys(): readonly SuiteKey[] {
  return suites.map(({ name, keyLength, saltLength }) => ({
    suite: name,
    keySalt: secret(randomBytes(keyLength + saltLength).toString('base64')),
  }));
}
