// `offhook register`: registers, says for how long, and keeps it so until stopped, or takes it away again at once.
import type { Command } from 'commander';
import { secondsNumber } from '../argument.ts';
import { clientFor, withClientOptions } from '../client.ts';
import type { ClientOptions } from '../client.ts';
import { exitStatus, Failure } from '../failure.ts';
import { output } from '../output.ts';
import { stopped, delay } from '../signal.ts';
import { noMedia } from '../no-media.ts';
import { tellStory } from '../story.ts';

interface RegisterOptions extends ClientOptions {
  readonly seconds?: number;
  readonly quiet?: boolean;
}

/** Adds the command. */
export function addRegister(program: Command): void {
  withClientOptions(program.command('register').description('register --user and stay registered until Ctrl+C'))
    .option('--seconds <n>', 'take it away again after so many seconds', secondsNumber)
    .option('--quiet', 'do not print the messages')
    .action(register);
}

async function register(options: RegisterOptions): Promise<void> {
  if (options.user === undefined) {
    throw new Failure('Whom to register is not said', { code: 'OFFHOOK_USAGE', status: exitStatus.usage, next: 'offhook register --user alice@127.0.0.1 --password …' });
  }
  const out = output(options.json ?? false);
  const story = tellStory(out, options.quiet === true ? 'none' : 'full');
  const target = options.user.includes('@') ? options.user.replace(/^(?!sips?:)/i, 'sip:') : (options.server ?? 'sip:127.0.0.1').replace(/^(?!sips?:|wss?:)/i, 'sip:');
  const ua = clientFor(target.replace(/^wss?:\/\//i, 'sip:').replace(/\/.*$/, ''), options).agent(noMedia, story.tap);
  try {
    const { expiresSeconds } = await ua.register();
    out.event('registered', { expiresSeconds }, `Registered for ${expiresSeconds} s.`);
    await (options.seconds === undefined ? stopped() : Promise.race([stopped(), delay(options.seconds * 1000)]));
    await ua.unregister();
    out.event('unregistered', {}, 'The registration is taken away.');
  } finally {
    await ua.close();
    story.finish();
  }
}
