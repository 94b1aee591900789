// The page's ports asked without a browser: requests with headers that `fetch` would not send, and a phone's registration.
import { randomUUID } from 'node:crypto';
import { request as requestPlain } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { request as requestSecure } from 'node:https';
import { TLSSocket } from 'node:tls';
import { WebSocketPhone } from './websocket.ts';
import type { RawResponse } from './websocket.ts';
import type { Offhook } from './offhook.ts';
import type { World } from './world.ts';

/** A response. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The names in the certificate that it came with. */
  readonly certificate: string | undefined;
}

/** How a request differs from a plain GET. */
export interface Asking {
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON to send, as a page of the server does. */
  readonly json?: unknown;
  readonly method?: string;
  /** The authority to trust, as PEM: by HTTPS then. */
  readonly ca?: string;
}

/** Asks the server for a path. */
export function ask(
  server: Offhook,
  at: string,
  { headers = {}, json, method = json === undefined ? 'GET' : 'POST', ca }: Asking = {},
): Promise<Answer> {
  const isSecure = ca !== undefined;
  const port = isSecure ? server.httpsPort : server.httpPort;
  const body = json === undefined ? '' : JSON.stringify(json);
  const sent = {
    origin: `${isSecure ? 'https' : 'http'}://127.0.0.1:${port}`,
    'content-type': 'application/json',
    'content-length': String(body.length),
  };
  const options = {
    ...{ host: '127.0.0.1', port, path: at, method },
    headers: { ...(method === 'GET' ? {} : sent), ...headers },
  };
  return new Promise((resolve, reject) => {
    const asked = isSecure
      ? requestSecure({ ...options, ca, agent: false })
      : requestPlain({ ...options, agent: false });
    asked.on('error', reject);
    asked.on('response', (response) => {
      const { socket } = response;
      const certificate =
        socket instanceof TLSSocket ? socket.getPeerCertificate().subjectaltname : undefined;
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(parts).toString(),
          certificate,
        }),
      );
    });
    asked.end(body);
  });
}

/** A handshake with these headers, as its status. */
export function handshake(
  server: Offhook,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = requestPlain({
      ...{ host: '127.0.0.1', port: server.httpPort, path: '/' },
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16, 1).toString('base64'),
        'sec-websocket-protocol': 'sip',
        ...headers,
      },
    });
    asked.on('error', reject);
    asked.on('response', (response) => resolve(response.resume().statusCode ?? 0));
    asked.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    asked.end();
  });
}

/** The part of a phone's configuration that tests look at. */
export interface Phone {
  readonly aor: string;
  readonly token: string;
  readonly webSocket: string;
  readonly pushKey: string;
}

/** The configuration that an answer holds. */
export function phoneIn({ text }: Answer): Phone {
  return JSON.parse(text) as Phone;
}

/** A WebSocket that was let in. */
export async function connected(world: World, url: string): Promise<WebSocketPhone> {
  const socket = await WebSocketPhone.connect(world, url);
  if (socket === undefined) throw new Error(`${url} refused`);
  return socket;
}

/** Registers over WebSocket with these credentials, if any; gives the answer. */
export async function register(
  socket: WebSocketPhone,
  aor: string,
  credentials: string | undefined,
): Promise<RawResponse> {
  const id = randomUUID();
  socket.send([
    'REGISTER sip:127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/WS x.invalid;branch=z9hG4bK${id}`,
    'Max-Forwards: 70',
    `From: <${aor}>;tag=1`,
    `To: <${aor}>`,
    `Call-ID: ${id}`,
    'CSeq: 1 REGISTER',
    'Contact: <sip:phone@x.invalid;transport=ws>',
    ...(credentials === undefined ? [] : [`Authorization: ${credentials}`]),
    'Content-Length: 0',
  ]);
  return await socket.final();
}
