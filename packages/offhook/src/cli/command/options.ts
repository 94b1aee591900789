// `offhook options`: asks an address what it can do (RFC 3261 §11).
import type { Command } from 'commander';
import { readable, SipError } from '@offhook/sip';
import { clientFor, withClientOptions } from '../client.ts';
import type { ClientOptions } from '../client.ts';
import { noMedia } from '../no-media.ts';
import { output, shown } from '../output.ts';
import { tellStory } from '../story.ts';

/** Adds the command. */
export function addOptions(program: Command): void {
  withClientOptions(program.command('options <uri>').description('ask what an address can do'))
    .option('--quiet', 'do not print the messages')
    .action(options);
}

const told = ['Allow', 'Accept', 'Supported', 'User-Agent', 'Server'];

async function options(
  uri: string,
  given: ClientOptions & { readonly quiet?: boolean },
): Promise<void> {
  const out = output(given.json ?? false);
  const client = await clientFor(uri, given);
  const story = tellStory(out, given.quiet === true ? 'none' : 'exchange');
  const ua = client.agent(noMedia, story.tap);
  try {
    const response = await ua.options(uri);
    story.settle();
    const { status } = response;
    const reason = readable(response.reason);
    if (status >= 300)
      throw new SipError('SIP_REJECTED', {
        status,
        response,
        message: `The peer refused: ${status} ${reason}`,
      });
    const headers = Object.fromEntries(
      told.flatMap((name) =>
        response.has(name) ? [[name.toLowerCase(), readable(response.rows(name).join(', '))]] : [],
      ),
    );
    const words = Object.entries(headers).map(
      ([name, value]) => `  ${name.padEnd(12)}${shown(value)}`,
    );
    out.event(
      'abilities',
      { status, reason, headers },
      [shown(`${status} ${reason}`), ...words].join('\n'),
    );
  } finally {
    await ua.close();
    story.finish();
  }
}
