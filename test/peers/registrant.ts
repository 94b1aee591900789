// A phone of a few lines over UDP that registers, asks and writes, and measures how long each answer took; made for faults.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { digest } from './websocket.ts';
import type { World } from './world.ts';

/** An answer, and how long it took in milliseconds. */
export interface Answer {
  readonly status: number;
  readonly milliseconds: number;
  /** The values of a header, one for each row. */
  header(name: string): readonly string[];
}

/** What is asked. */
export interface Question {
  readonly method: string;
  readonly uri: string;
  readonly callId: string;
  readonly rows?: readonly string[];
  readonly body?: string;
  /** Runs after the challenge came and before it is answered. */
  readonly between?: () => void;
}

/** A user with a socket of its own. */
export class Registrant {
  readonly user: string;
  readonly port: number;
  /** What was sent to it. */
  readonly received: string[] = [];
  /** When each of it came, by performance.now(). */
  readonly times: number[] = [];
  /** False to say nothing to what it is asked. */
  answers = true;
  readonly #socket: Socket;
  readonly #server: { readonly host: string; readonly port: number };
  readonly #waiting = new Map<string, (text: string) => void>();
  #sequence = 0;

  static async open(
    world: World,
    user: string,
    server: { readonly host: string; readonly port: number },
  ): Promise<Registrant> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => {
      socket.bind(0, '127.0.0.1', resolve);
    });
    const registrant = new Registrant(user, socket, server);
    world.own({ close: () => void socket.close() });
    return registrant;
  }

  private constructor(
    user: string,
    socket: Socket,
    server: { readonly host: string; readonly port: number },
  ) {
    this.user = user;
    this.#socket = socket;
    this.#server = server;
    this.port = socket.address().port;
    socket.on('message', (bytes) => this.#take(bytes.toString('latin1')));
  }

  /** Registers a contact of its own in the place of the one before, or asks for all contacts without one. */
  register(callId: string, contact?: string, patience?: number): Promise<Answer> {
    const flow = `+sip.instance="<urn:x-test:${this.user}>";reg-id=1`;
    const rows = contact === undefined ? [] : [`Contact: <${contact}>;${flow}`, 'Expires: 3600'];
    const uri = `sip:${this.#server.host}:${this.#server.port}`;
    return this.ask({ method: 'REGISTER', uri, callId, rows }, patience);
  }

  /** Asks, answers a challenge with the password `pw-USER`, and gives the final answer; rejects after `patience` milliseconds. */
  async ask(question: Question, patience = 5_000): Promise<Answer> {
    const start = performance.now();
    const first = await this.#send(question, [], patience);
    const status = statusOf(first);
    if (status !== 401 && status !== 407) return answerOf(first, start);
    const name = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate';
    const { user } = this;
    const { method, uri } = question;
    const [row = ''] = headersOf(first, name);
    const credentials = digest(row, { user, password: `pw-${user}`, method, uri });
    const header = status === 401 ? 'Authorization' : 'Proxy-Authorization';
    question.between?.();
    const again = performance.now();
    const second = await this.#send(question, [`${header}: ${credentials}`], patience);
    return answerOf(second, again);
  }

  #send(question: Question, more: readonly string[], patience: number): Promise<string> {
    this.#sequence += 1;
    const { method, uri, callId, rows = [], body = '' } = question;
    const { host, port } = this.#server;
    const to = method === 'REGISTER' ? `sip:${this.user}@${host}:${port}` : uri;
    const text = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.port};branch=z9hG4bK${callId}${this.#sequence};rport`,
      'Max-Forwards: 70',
      `From: <sip:${this.user}@${host}:${port}>;tag=t${this.port}`,
      `To: <${to}>`,
      `Call-ID: ${callId}`,
      `CSeq: ${this.#sequence} ${method}`,
      ...rows,
      ...more,
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
    return new Promise((resolve, reject) => {
      const key = `${callId} ${this.#sequence}`;
      const timer = setTimeout(() => {
        this.#waiting.delete(key);
        reject(new Error(`No answer to ${method} in ${patience} ms`));
      }, patience);
      this.#waiting.set(key, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.#socket.send(Buffer.from(text, 'latin1'), port, host);
    });
  }

  #take(text: string): void {
    if (!text.startsWith('SIP/2.0 ')) {
      this.received.push(text);
      this.times.push(performance.now());
      if (this.answers) this.#agree(text);
      return;
    }
    if (statusOf(text) < 200) return;
    const key = `${headersOf(text, 'Call-ID')[0]} ${headersOf(text, 'CSeq')[0]?.split(' ')[0]}`;
    const told = this.#waiting.get(key);
    this.#waiting.delete(key);
    told?.(text);
  }

  // Whatever it is asked it says 200 to.
  #agree(text: string): void {
    const copied = text
      .split('\r\n')
      .filter((line) => /^(?:Via|From|To|Call-ID|CSeq):/i.test(line))
      .map((line) => (/^To:/i.test(line) && !line.includes('tag=') ? `${line};tag=r` : line));
    const answer = ['SIP/2.0 200 OK', ...copied, 'Content-Length: 0', '', ''].join('\r\n');
    this.#socket.send(Buffer.from(answer, 'latin1'), this.#server.port, this.#server.host);
  }
}

function statusOf(text: string): number {
  return Number(text.slice(8, 11));
}

function headersOf(text: string, name: string): readonly string[] {
  const start = `${name.toLowerCase()}:`;
  return text
    .split('\r\n')
    .filter((line) => line.toLowerCase().startsWith(start))
    .map((line) => line.slice(start.length).trim());
}

function answerOf(text: string, start: number): Answer {
  return {
    status: statusOf(text),
    milliseconds: performance.now() - start,
    header: (name) => headersOf(text, name),
  };
}
