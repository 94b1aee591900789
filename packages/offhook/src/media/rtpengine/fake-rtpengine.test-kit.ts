// An rtpengine that is not there: it takes commands, may be slow, silent or forgetful, and repeats an answer to a repeated cookie.
import type { Clock } from '@offhook/sip';
import type { NgChannel, NgCommand } from './ng.ts';

/** What it does with a command; undefined to be silent. */
export type Behaviour = (command: NgCommand) => object | undefined;

/** One rtpengine that a test holds in its hands. */
export class FakeRtpengine {
  /** Each datagram as it came: its cookie and its command. */
  readonly asked: { readonly cookie: string; readonly command: NgCommand }[] = [];
  behaviour: Behaviour = (command) =>
    command.command === 'ping' ? { result: 'pong' } : relay(command);
  /** Milliseconds until it answers. */
  delay = 0;
  readonly #clock: Clock;
  readonly #answered = new Map<string, object | undefined>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The commands that it was given, without repeats. */
  get commands(): readonly string[] {
    const seen = new Map(this.asked.map(({ cookie, command }) => [cookie, command.command]));
    return [...seen.values()];
  }

  /** The way to it. */
  open(arrived: (bytes: Uint8Array) => void): NgChannel {
    return {
      send: (bytes) => {
        const text = new TextDecoder().decode(bytes);
        const [cookie = ''] = text.split(' ', 1);
        const command = asCommand(JSON.parse(text.slice(cookie.length + 1)));
        this.asked.push({ cookie, command });
        if (!this.#answered.has(cookie)) this.#answered.set(cookie, this.behaviour(command));
        const reply = this.#answered.get(cookie);
        if (reply === undefined) return;
        const answer = new TextEncoder().encode(`${cookie} ${JSON.stringify(reply)}`);
        this.#clock.after(this.delay, () => arrived(answer));
      },
      close: () => Promise.resolve(),
    };
  }
}

function relay({ sdp }: NgCommand): object {
  return typeof sdp === 'string'
    ? { result: 'ok', sdp: sdp.replace(/^m=audio \d+/m, 'm=audio 41000') }
    : { result: 'ok' };
}

// What a test reads of a command it checks itself.
function asCommand(value: unknown): NgCommand {
  return value as NgCommand;
}
