// Which addresses mean this server, and which mean somebody behind it.
import { isSipUri } from '@offhook/sip/message';
import type { Uri } from '@offhook/sip/message';
import type { DomainOf } from '../location/aor.ts';

/** True when `uri` names this server: a domain of ours without a port, or with a port that we listen on. */
export function isOurs(uri: Uri, domainOf: DomainOf, ports: ReadonlySet<number>): boolean {
  if (!isSipUri(uri)) return false;
  return domainOf(uri.host) !== undefined && (uri.port === undefined || ports.has(uri.port));
}
