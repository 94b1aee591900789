// The proxy of `offhook serve` alone: transaction-stateful, record-routing, to wherever the Request-URI says. Usage: node proxy.ts PORT
import process from 'node:process';
import { Endpoint, systemClock, systemRandom } from '@offhook/sip';
import type { Core } from '@offhook/sip';
import { createResponse, formatUri, isSipUri } from '@offhook/sip/message';
import type { Uri } from '@offhook/sip/message';
import { udp } from '@offhook/sip/node';
import { built } from './built.ts';

const { Proxy } =
  await built<typeof import('../../packages/offhook/src/server/proxy/proxy.ts')>(
    'server/proxy/proxy',
  );
const { routeSigner } = await built<
  typeof import('../../packages/offhook/src/server/core/route-signer.ts')
>('server/core/route-signer');

const port = Number(process.argv[2]);
const isOurs = (uri: Uri): boolean =>
  isSipUri(uri) && uri.host === '127.0.0.1' && uri.port === port;
const core: Core = {
  request(received, transaction, flow) {
    const routed = proxy.preprocess(received);
    const { request, inDialogOfOurs } = routed;
    const refusal = proxy.check(routed);
    if (refusal !== undefined) {
      transaction.respond(refusal);
      return;
    }
    if (inDialogOfOurs) proxy.forwardInDialog(routed, transaction, flow);
    else if (!isSipUri(request.uri) || request.toTag !== undefined) {
      transaction.respond(createResponse(request, 404, { toTag: transaction.localTag }));
    } else proxy.forward(routed, transaction, [{ uri: request.uri }], { incoming: flow });
  },
  ack(received, flow) {
    const routed = proxy.preprocess(received);
    if (routed.inDialogOfOurs) proxy.forwardAck(routed, flow);
  },
  cancel(cancel, transaction, cancelled) {
    const status = cancelled !== undefined && proxy.cancel(cancelled, cancel) ? 200 : 481;
    transaction.respond(createResponse(cancel, status, { toTag: transaction.localTag }));
  },
};
const endpoint: Endpoint = new Endpoint(
  { name: 'proxy', transports: [udp({ host: '127.0.0.1', port })] },
  core,
);
const proxy = new Proxy({
  endpoint,
  clock: systemClock,
  random: systemRandom,
  isOurs,
  lookedUp: formatUri,
  mayReach: () => true,
  sign: routeSigner(systemRandom.bytes(32)),
});
await endpoint.start();
