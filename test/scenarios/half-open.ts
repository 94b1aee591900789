// Run by half-open.test.ts in a network of its own: listeners here, clients in a second network, and then the clients' way back is taken away.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { tcp, webSocketServer } from '../../packages/sip/src/node/index.ts';
import type { Flow, FlowListener } from '../../packages/sip/src/transport/port.ts';

const [near, far] = ['10.55.0.1', '10.55.0.2'];
const message = (kind: string): string =>
  `OPTIONS sip:a@example.com SIP/2.0\r\nSubject: ${kind}\r\nContent-Length: 0\r\n\r\n`;

const [, , role, ...ports] = process.argv;
if (role === 'clients') await clients(ports.map(Number));
else await listeners();

/** Tells on standard output, one JSON object a line, which connection was given up after how many seconds. */
async function listeners(): Promise<void> {
  const wait = spawn('unshare', ['-n', 'sleep', '300'], { stdio: 'ignore' });
  await once(wait, 'spawn');
  const there = ['-t', String(wait.pid), '-n'];
  await untilApart(there);
  ip('link', 'add', 'near0', 'type', 'veth', 'peer', 'name', 'far0', 'netns', String(wait.pid));
  ip('addr', 'add', `${near}/24`, 'dev', 'near0');
  ip('link', 'set', 'near0', 'up');
  const ipThere = (...words: readonly string[]): void => {
    execFileSync('nsenter', [...there, 'ip', ...words]);
  };
  ipThere('addr', 'add', `${far}/24`, 'dev', 'far0');
  ipThere('link', 'set', 'far0', 'up');

  const kinds = new Map<string, string>();
  const met = new Map<string, Flow>();
  let began = 0;
  const listener: FlowListener = {
    received(bytes, flow) {
      const kind = /Subject: (\w+)/.exec(Buffer.from(bytes).toString('latin1'))?.[1] ?? '';
      kinds.set(flow.id, kind);
      met.set(kind, flow);
    },
    keepAlive() {},
    framingLost() {},
    opened() {},
    closed(flow, error) {
      const kind = kinds.get(flow.id);
      const seconds = (performance.now() - began) / 1000;
      process.stdout.write(`${JSON.stringify({ kind, seconds, error: error?.message })}\n`);
      kinds.delete(flow.id);
      if (kinds.size === 0) over();
    },
  };
  // Strangers would be closed for their silence after 30 s.
  const trusted = (): boolean => true;
  const transports = [tcp({ host: near, trusted }), webSocketServer({ host: near, trusted })];
  for (const transport of transports) await transport.listen(listener);
  const self = process.argv[1] ?? '';
  const ends = transports.map(({ local }) => String(local?.port));
  const others = spawn('nsenter', [...there, process.execPath, self, 'clients', ...ends], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const over = (): void => {
    others.kill('SIGKILL');
    wait.kill('SIGKILL');
    process.exit(0);
  };
  while (met.size < 3) await new Promise((resolve) => setTimeout(resolve, 20));
  // What comes to them is received, and nothing of theirs comes back, not even an acknowledgement.
  ipThere('route', 'add', 'blackhole', `${near}/32`);
  began = performance.now();
  met.get('addressed')?.send(Buffer.from(message('request')), () => {});
}

async function clients([tcpPort = 0, webSocketPort = 0]: readonly number[]): Promise<void> {
  for (const kind of ['idle', 'addressed']) {
    connect(tcpPort, near)
      .on('error', () => {})
      .write(message(kind));
  }
  const socket = new WebSocket(`ws://${near}:${webSocketPort}/`, ['sip']);
  socket.on('error', () => {});
  await once(socket, 'open');
  socket.send(message('webSocket'));
}

/** Waits until the child has left our network. */
async function untilApart(there: readonly string[]): Promise<void> {
  const links = (words: readonly string[]): string => {
    const [program = '', ...rest] = words;
    return execFileSync(program, rest).toString();
  };
  for (;;) {
    const [ours, theirs] = [
      ['readlink', '/proc/self/ns/net'],
      ['nsenter', ...there, 'readlink', '/proc/self/ns/net'],
    ].map(links);
    if (ours !== theirs) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function ip(...words: readonly string[]): void {
  execFileSync('ip', words);
}
