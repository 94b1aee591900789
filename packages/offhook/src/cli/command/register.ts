// `offhook register`: registers, says for how long, and keeps it so until stopped, or takes it away again at once.
import type { Command } from 'commander';
import { isInstance, readable, sipUriOf } from '@offhook/sip';
import type { OutboundOptions, SipError, UserAgent } from '@offhook/sip';
import { formatUri } from '@offhook/sip/message';
import { secondsNumber } from '../argument.ts';
import { aorOf, clientFor, withClientOptions } from '../client.ts';
import type { ClientOptions } from '../client.ts';
import { misuse } from '../failure.ts';
import { noMedia } from '../no-media.ts';
import { output, shown } from '../output.ts';
import type { Output } from '../output.ts';
import { delay, stopped } from '../signal.ts';
import { tellStory } from '../story.ts';

interface RegisterOptions extends ClientOptions {
  readonly seconds?: number;
  readonly quiet?: boolean;
  /** True for the flow to `--server` alone; else the further servers. */
  readonly outbound?: true | readonly string[];
  readonly instance?: string;
}

/** Adds the command. */
export function addRegister(program: Command): void {
  withClientOptions(
    program
      .command('register')
      .description('register --user, stay registered until Ctrl+C, and print the messages to us'),
  )
    .option('--seconds <n>', 'take it away again after so many seconds', secondsNumber)
    .option(
      '--outbound [servers...]',
      'register the flow too, so that calls find us behind a NAT box; one more flow to each further server (RFC 5626)',
    )
    .option(
      '--instance <urn>',
      'who we are among the phones of --user, the same each time: urn:uuid:… (default: drawn anew)',
    )
    .option('--quiet', 'do not print the messages')
    .action(register);
}

async function register(options: RegisterOptions): Promise<void> {
  const target = targetOf(options);
  const client = await clientFor(target, options, outboundOf(options));
  const out = output(options.json ?? false);
  const story = tellStory(out, options.quiet === true ? 'none' : 'exchange');
  const ua = client.agent(noMedia, story.tap);
  const interrupted = stopped();
  // From the start: what was kept for us comes as soon as we are registered.
  void tellMessages(ua, out);
  void refuseCalls(ua);
  try {
    const first = await Promise.race([ua.register(), interrupted]);
    if (typeof first === 'string') return;
    story.settle();
    out.event('registered', first, `Registered for ${first.expiresSeconds} s.`);
    const over =
      options.seconds === undefined
        ? interrupted
        : Promise.race([interrupted, delay(options.seconds * 1000, interrupted)]);
    await Promise.race([over, refusal(ua, out)]);
    await ua.unregister();
    story.settle();
    out.event('unregistered', {}, 'The registration is taken away.');
  } finally {
    await ua.close();
    story.finish();
  }
}

/** Nobody is there who could answer: 480 (RFC 3261 §21.4.18), so that no caller waits. */
async function refuseCalls({ incoming }: UserAgent): Promise<void> {
  for await (const call of incoming) call.reject(480);
}

/** Takes the messages to us (RFC 3428) and says what is in them. */
async function tellMessages({ messages }: UserAgent, out: Output): Promise<void> {
  for await (const { from, contentType, text } of messages) {
    const sender = readable(formatUri(from.uri));
    out.event(
      'message',
      { from: sender, contentType, text },
      `Message from ${shown(sender)}: ${shown(text)}`,
    );
  }
}

/** Rejects when the registrar will not have us any more; until then it tells of every refresh and every loss. */
function refusal(ua: UserAgent, out: Output): Promise<never> {
  return new Promise((_resolve, reject: (error: SipError) => void) => {
    const events = ua.registration?.events;
    events?.on('registered', (granted) => out.event('registered', granted));
    events?.on('flow', ({ regId, server, state, error }) =>
      out.event(
        'flow',
        {
          ...(regId === undefined ? {} : { regId }),
          ...(server === undefined ? {} : { server: formatUri(server) }),
          state,
          ...(error === undefined ? {} : { message: error.message }),
        },
        error === undefined ? undefined : `Flow ${regId ?? 1}: ${error.message}`,
      ),
    );
    events?.on('lost', ({ message }) =>
      out.event('problem', { message }, `Problem: ${message}; it is tried again.`),
    );
    events?.on('refused', reject);
  });
}

function outboundOf({ outbound, instance }: RegisterOptions): OutboundOptions | undefined {
  if (outbound === undefined) {
    if (instance === undefined) return undefined;
    throw misuse('--instance is for a registration of flows', 'Add --outbound');
  }
  if (instance !== undefined && !isInstance(instance)) {
    throw misuse(`--instance takes a URN, not ${instance}`, '--instance urn:uuid:…');
  }
  const proxies = outbound === true ? [] : outbound.map(serverUri);
  return { proxies, ...(instance === undefined ? {} : { instance }) };
}

function serverUri(text: string): string {
  const uri = /^sips?:/i.test(text) ? text : `sip:${text}`;
  sipUriOf(uri);
  return uri;
}

// RFC 3261 §10.2: the registrar of a user is that of the address's domain; a bare name is of the server's.
function targetOf({ user, server }: RegisterOptions): string {
  const example = 'offhook register --user alice --password … --server 127.0.0.1:5060';
  if (user === undefined) throw misuse('Whom to register is not said', example);
  if (user.includes('@')) return aorOf(user, '');
  if (server === undefined) throw misuse(`Where ${user} is to be registered is not said`, example);
  const host = /^wss?:/i.test(server) && URL.canParse(server) ? new URL(server).hostname : server;
  return host.replace(/^(?!sips?:)/i, 'sip:');
}
