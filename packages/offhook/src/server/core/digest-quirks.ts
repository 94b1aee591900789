// Phones that give up when a challenge names an algorithm that they do not know, instead of passing it over (RFC 8760 §2.4).
import type { DigestAlgorithm } from '@offhook/sip';
import type { Request } from '@offhook/sip/message';

// libre before 2.0 fails with ENOSYS at the first algorithm other than MD5; SIPp 3 and sipsak read the first challenge only,
// and so does Kamailio where it registers by its module uac. Sofia-SIP 1.12, under Janus, gives up at any other, wherever it stands.
const knowOnlyMd5: readonly RegExp[] = [
  /^baresip v[01]\./,
  /^SIPp\b/,
  /^sipsak\b/,
  /^kamailio \([0-5]\./,
  /^Janus WebRTC Server SIP Plugin\b/,
  /\bsofia-sip\/1\.12/i,
];

const allAlgorithms: readonly DigestAlgorithm[] = ['SHA-256', 'SHA-512-256', 'MD5'];

/** The algorithms to challenge `request` with: all, but MD5 alone for a client that would stop at another. */
export function challengeAlgorithms(request: Request): readonly DigestAlgorithm[] {
  const agent = request.rows('User-Agent')[0] ?? '';
  return knowOnlyMd5.some((phone) => phone.test(agent)) ? ['MD5'] : allAlgorithms;
}
