// Registers and answers every call with a tone; key # ends it: `node answer.ts HOST:PORT USER PASSWORD`. Ctrl-C to stop.
import { UserAgent } from '@offhook/sip';
import type { IncomingCall } from '@offhook/sip';
import { udp } from '@offhook/sip/node';
import { rtp } from 'offhook/media';
import type { RtpSession } from 'offhook/media';

const [server = '127.0.0.1:5060', user = 'carol', password = 'secret'] = process.argv.slice(2);
const media = rtp({ host: '127.0.0.1' });
const ua = new UserAgent({
  account: { aor: `sip:${user}@${server}`, password },
  transports: [udp({ host: '127.0.0.1' })],
  media,
});

process.once('SIGINT', () => void ua.close());
await ua.register();
console.log('waiting for calls');
// The loop ends when the user agent is closed; calls are served side by side.
for await (const incoming of ua.incoming) {
  serve(incoming).catch((error: unknown) => console.log(`a call was lost: ${String(error)}`));
}
await media.close();

async function serve(incoming: IncomingCall<RtpSession>): Promise<void> {
  console.log(`call from ${incoming.from.displayName ?? ''} ${incoming.callId}`);
  incoming.ring();
  const call = await incoming.accept();
  call.media.on('dtmf', (digit) => {
    console.log(`key ${digit}`);
    if (digit === '#') void call.hangUp();
  });
  void call.media.play({ kind: 'tone', hertz: 440 });
  const { by, cause } = await call.ended;
  console.log(`ended by ${by}: ${cause}`);
}
