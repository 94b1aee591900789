// npm `sip` as a phone that answers at once, with its transaction layer. Usage: node sip-phone.mjs PORT FOLDER-OF-PACKAGES
import { createRequire } from 'node:module';
import process from 'node:process';

const [port, folder] = process.argv.slice(2);
const sip = createRequire(`${folder}/package.json`)('sip');
const sdp = [
  ...['v=0', 'o=u 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
  ...['m=audio 6000 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', ''],
].join('\r\n');
let tags = 0;

const logger = { error: (error) => process.stderr.write(`${error}\n`) };
sip.start(
  { address: '127.0.0.1', hostname: '127.0.0.1', port: Number(port), tcp: false, logger },
  (request) => {
    if (request.method === 'ACK') return;
    if (request.method === 'INVITE') {
      if (!request.headers.to.params.tag) request.headers.to.params.tag = `t${(tags += 1)}`;
      sip.send(sip.makeResponse(request, 180, 'Ringing'));
      const answer = sip.makeResponse(request, 200, 'OK');
      answer.headers.contact = [{ uri: `sip:127.0.0.1:${port}` }];
      answer.headers['content-type'] = 'application/sdp';
      answer.content = sdp;
      sip.send(answer);
      return;
    }
    sip.send(sip.makeResponse(request, 200, 'OK'));
  },
);
