// A phone that answers at once: OPTIONS with 200, calls with 180 and 200. Usage: node phone.ts PORT
import process from 'node:process';
import { UserAgent } from '@offhook/sip';
import { udp } from '@offhook/sip/node';
import { silentMedia } from './silent-media.ts';

const port = Number(process.argv[2]);
const agent = new UserAgent({
  account: { aor: `sip:bench@127.0.0.1:${port}` },
  transports: [udp({ host: '127.0.0.1', port })],
  media: silentMedia,
});
await agent.start();
for await (const call of agent.incoming) {
  call.ring();
  call.accept().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
}
