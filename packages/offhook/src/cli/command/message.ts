// `offhook message`: a text to an address (RFC 3428).
import type { Command } from 'commander';
import { readable } from '@offhook/sip';
import { clientFor, withClientOptions } from '../client.ts';
import type { ClientOptions } from '../client.ts';
import { noMedia } from '../no-media.ts';
import { output, shown } from '../output.ts';
import { tellStory } from '../story.ts';

/** Adds the command. */
export function addMessage(program: Command): void {
  withClientOptions(program.command('message <uri> <text>').description('send a text'))
    .option('--type <type>', 'what the text is (default: text/plain;charset=UTF-8)')
    .option('--quiet', 'do not print the messages')
    .action(message);
}

async function message(
  uri: string,
  text: string,
  given: ClientOptions & { readonly type?: string; readonly quiet?: boolean },
): Promise<void> {
  const out = output(given.json ?? false);
  const client = await clientFor(uri, given);
  const story = tellStory(out, given.quiet === true ? 'none' : 'exchange');
  const ua = client.agent(noMedia, story.tap);
  try {
    const response = await ua.message(uri, text, { contentType: given.type });
    story.settle();
    const { status } = response;
    const reason = readable(response.reason);
    // RFC 3428 §7: 202 says that somebody has it, not that it has arrived.
    const words = status === 202 ? 'It is kept until they are back' : 'It has arrived';
    out.event('accepted', { status, reason }, `${words} (${status} ${shown(reason)}).`);
  } finally {
    await ua.close();
    story.finish();
  }
}
