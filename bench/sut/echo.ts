// The floor that Node.js itself sets: each datagram goes back as it came. Usage: node echo.ts PORT
import { createSocket } from 'node:dgram';
import process from 'node:process';

const socket = createSocket({
  type: 'udp4',
  lookup: (host, _options, done) => done(null, host, 4),
});
socket.on('message', (bytes, remote) => socket.send(bytes, remote.port, remote.address));
socket.bind(Number(process.argv[2]), '127.0.0.1');
