// A server on the endpoint alone, without user agent or proxy: takes registrations without a proof and redirects calls to them:
// `node redirect-server.ts PORT`. Ctrl-C to stop.
import { Endpoint } from '@offhook/sip';
import type { Core, ServerTransaction } from '@offhook/sip';
import { contact, createResponse, expires, formatUri, isSipUri } from '@offhook/sip/message';
import type { HeaderInit, Request } from '@offhook/sip/message';
import { tcp, udp } from '@offhook/sip/node';

const port = Number(process.argv[2] ?? 5070);
const bindings = new Map<string, { readonly uri: string; readonly due: number }>();

const core: Core = {
  request(request, transaction) {
    if (request.method === 'REGISTER') answer(request, transaction, 200, register(request));
    else if (request.method === 'OPTIONS') answer(request, transaction, 200);
    else redirect(request, transaction);
  },
  ack() {},
  cancel(cancel, transaction, cancelled) {
    answer(cancel, transaction, cancelled === undefined ? 481 : 200);
  },
};
const transports = [udp({ host: '127.0.0.1', port }), tcp({ host: '127.0.0.1', port })];
const endpoint = new Endpoint({ name: 'redirect', transports }, core);
await endpoint.start();
console.log(`listening on 127.0.0.1:${port}`);
process.once('SIGINT', () => void endpoint.close());

/** Keeps the first contact, and tells how long (RFC 3261 §10.3). */
function register(request: Request): readonly HeaderInit[] {
  const [wanted] = request.get(contact) ?? [];
  const user = isSipUri(request.to.uri) ? request.to.uri.user : undefined;
  if (wanted === undefined || wanted === '*' || user === undefined) return [];
  const seconds = wanted.expires ?? request.get(expires) ?? 3600;
  const uri = formatUri(wanted.uri);
  if (seconds === 0) bindings.delete(user);
  else bindings.set(user, { uri, due: endpoint.clock.now() + seconds * 1000 });
  return seconds === 0 ? [] : [['Contact', `<${uri}>;expires=${seconds}`]];
}

/** RFC 3261 §8.3: 302 with where the user is, 404 when that is not known. */
function redirect(request: Request, transaction: ServerTransaction): void {
  const found = bindings.get(isSipUri(request.uri) ? (request.uri.user ?? '') : '');
  if (found === undefined || found.due < endpoint.clock.now()) answer(request, transaction, 404);
  else answer(request, transaction, 302, [['Contact', `<${found.uri}>`]]);
}

function answer(
  request: Request,
  transaction: ServerTransaction,
  status: number,
  headers: readonly HeaderInit[] = [],
): void {
  // prettier-ignore
  transaction.respond(createResponse(request, status, { toTag: transaction.localTag, headers }));
}
