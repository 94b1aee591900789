// A phone that answers at once: OPTIONS with 200, calls with 180 and 200. Usage: node phone.ts PORT
import process from 'node:process';
import { systemRandom, UserAgent } from '@offhook/sip';
import { udp } from '@offhook/sip/node';
import { SilentMedia } from '@offhook/sip/testing';

const port = Number(process.argv[2]);
const agent = new UserAgent({
  account: { aor: `sip:bench@127.0.0.1:${port}` },
  transports: [udp({ host: '127.0.0.1', port })],
  // Each call gets an engine of its own, since one remembers its sessions for the tests.
  media: { open: () => new SilentMedia({ random: systemRandom }).open() },
});
await agent.start();
for await (const call of agent.incoming) {
  call.ring();
  call.accept().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
}
