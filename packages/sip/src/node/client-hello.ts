// The first record of TLS, awaited before anything of TLS is set up: a handshake costs sixty kilobytes, a silent socket ten.
import type { Socket } from 'node:net';

const handshake = 22;
const headerLength = 5;
/** The longest record that is not encrypted, in bytes. */
const longest = 16_384;

/**
 * Calls `whole` once the first record is there, with its bytes put back into the socket. What does not begin a TLS
 * handshake is closed at its first bytes. How long this may take is the caller's affair.
 */
export function awaitHello(socket: Socket, whole: () => void): void {
  let got: Uint8Array = new Uint8Array();
  const take = (chunk: Uint8Array): void => {
    got = got.length === 0 ? chunk : Buffer.concat([got, chunk]);
    switch (judge(got)) {
      case 'short':
        return;
      case 'wrong':
        socket.resetAndDestroy();
        return;
      case 'whole':
        socket.off('data', take);
        socket.pause();
        socket.unshift(got);
        whole();
    }
  };
  socket.on('data', take);
}

/** A record has its type, version 3.x, and a length of two bytes that leads to its end. */
function judge(bytes: Uint8Array): 'short' | 'wrong' | 'whole' {
  const [type, major = 3] = bytes;
  if (type !== handshake || major !== 3) return 'wrong';
  if (bytes.length < headerLength) return 'short';
  const length = (bytes[3] ?? 0) * 256 + (bytes[4] ?? 0);
  if (length === 0 || length > longest) return 'wrong';
  return bytes.length < headerLength + length ? 'short' : 'whole';
}
