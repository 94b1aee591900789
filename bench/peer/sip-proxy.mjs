// npm `sip` as a stateful proxy, its sip/proxy module with record-routing by hand. Usage: node sip-proxy.mjs PORT FOLDER-OF-PACKAGES
import { createRequire } from 'node:module';
import process from 'node:process';

const [portText, folder] = process.argv.slice(2);
const port = Number(portText);
const require = createRequire(`${folder}/package.json`);
const sip = require('sip');
const proxy = require('sip/proxy');

const logger = { error: (error) => process.stderr.write(`${error}\n`) };
// With 127.0.0.1 as its public address each target on this machine would count as the proxy itself.
proxy.start(
  { address: '127.0.0.1', publicAddress: 'localhost', port, tcp: false, logger },
  (request) => {
    const { headers } = request;
    if (headers.route) {
      const first = sip.parseUri(headers.route[0].uri);
      if (first.host === '127.0.0.1' && first.port === port) headers.route.shift();
      if (headers.route.length === 0) delete headers.route;
    }
    if (request.method === 'INVITE' && !headers.to.params.tag) {
      headers['record-route'] = [
        { uri: `sip:127.0.0.1:${port};lr` },
        ...(headers['record-route'] ?? []),
      ];
    }
    proxy.send(request);
  },
);
