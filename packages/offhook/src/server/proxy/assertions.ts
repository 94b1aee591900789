// What says of a user things that only a network may say which everybody trusts (RFC 3325 §4, §5).
import { removeHeader } from '@offhook/sip/message';
import type { Edit, Message } from '@offhook/sip/message';

// Nobody around us is trusted so: neither phones nor the proxies before them.
const asserted: readonly string[] = [
  'P-Asserted-Identity',
  'P-Preferred-Identity',
  'Remote-Party-ID',
  'P-Asserted-Service',
  'P-Served-User',
  'P-Charging-Vector',
  'P-Charging-Function-Addresses',
  'P-Private-Network-Indication',
];

/** What takes such headers out of a message that goes on, in whatever form they are written. */
export function assertionEdits(message: Message): readonly Edit[] {
  return asserted.flatMap((name) => (message.has(name) ? [removeHeader(name)] : []));
}
