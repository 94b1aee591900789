// `offhook subscribe`: follows an event of an address, and prints each notification (RFC 6665).
import type { Command } from 'commander';
import type { Notification, SubscriptionEnd } from '@offhook/sip';
import { secondsNumber } from '../argument.ts';
import { clientFor, withClientOptions } from '../client.ts';
import type { ClientOptions } from '../client.ts';
import { noMedia } from '../no-media.ts';
import { output, shown } from '../output.ts';
import type { Output } from '../output.ts';
import { delay, stopped } from '../signal.ts';
import { tellStory } from '../story.ts';

interface SubscribeOptions extends ClientOptions {
  readonly event: string;
  readonly accept?: readonly string[];
  readonly seconds?: number;
  readonly once?: boolean;
  readonly quiet?: boolean;
}

/** Adds the command. */
export function addSubscribe(program: Command): void {
  withClientOptions(
    program.command('subscribe <uri>').description('follow an event: dialog, message-summary, …'),
  )
    .requiredOption('--event <package>', 'which event: dialog, presence, message-summary, …')
    .option('--accept <types...>', 'body types to ask for (default: whatever comes)')
    .option('--seconds <n>', 'unsubscribe after so many seconds (default: Ctrl+C)', secondsNumber)
    .option('--once', 'ask for the state once, without a subscription')
    .option('--quiet', 'do not print the messages')
    .action(subscribe);
}

async function subscribe(uri: string, options: SubscribeOptions): Promise<void> {
  const out = output(options.json ?? false);
  const client = await clientFor(uri, options);
  const story = tellStory(out, options.quiet === true ? 'none' : 'exchange');
  const ua = client.agent(noMedia, story.tap);
  try {
    const subscription = ua.subscribe(uri, {
      event: options.event,
      accept: options.accept,
      ...(options.once === true ? { expiresSeconds: 0 } : {}),
    });
    const interrupted = stopped();
    const limit =
      options.seconds === undefined ? interrupted : delay(options.seconds * 1000, interrupted);
    void limit.then(() => subscription.close());
    for await (const notification of subscription.notifications) {
      story.settle();
      tell(notification, out);
    }
    const end = await subscription.ended;
    story.settle();
    if (end.error !== undefined && end.cause !== 'closed') throw end.error;
    const { cause, reason } = end;
    out.event('ended', { cause, reason }, ending(end));
  } finally {
    await ua.close();
    story.finish();
  }
}

function tell(notification: Notification, out: Output): void {
  const { state, expiresSeconds, reason, contentType, text, fork } = notification;
  const lasts = expiresSeconds === undefined ? '' : ` for ${expiresSeconds} s`;
  const because = reason === undefined ? '' : ` (${shown(reason)})`;
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  const words = [
    `${state}${lasts}${because}${contentType === undefined ? ', no state' : `, ${shown(contentType)}`}`,
    ...lines.map((line) => `  ${shown(line)}`),
  ];
  out.event(
    'notification',
    { state, expiresSeconds, reason, contentType, text, fork },
    words.join('\n'),
  );
}

function ending({ cause, reason }: SubscriptionEnd): string {
  if (cause === 'closed') return 'The subscription is taken away.';
  return `The subscription is over: ${shown(reason ?? cause)}.`;
}
