// The command `offhook`: its commands, and what its exit status means.
import { Command, CommanderError } from 'commander';
import { addCall } from './command/call.ts';
import { addExplain } from './command/explain.ts';
import { addFaults } from './command/faults.ts';
import { addMessage } from './command/message.ts';
import { addOptions } from './command/options.ts';
import { addParse } from './command/parse.ts';
import { addRegister } from './command/register.ts';
import { addServe } from './command/serve.ts';
import { addStun } from './command/stun.ts';
import { addSubscribe } from './command/subscribe.ts';
import { addTrace } from './command/trace.ts';
import { addUser } from './command/user.ts';
import { exitStatus, Failure, tellFailure } from './failure.ts';
import { version } from './version.ts';

const json = process.argv.includes('--json');

const program = new Command('offhook')
  .description('A telephone system that shows transactions, dialogs and sessions.')
  .version(version)
  .showHelpAfterError('Next step: add --help to see what there is.')
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });

for (const add of [
  addServe,
  addUser,
  addCall,
  addRegister,
  addOptions,
  addMessage,
  addSubscribe,
  addStun,
  addParse,
  addTrace,
  addExplain,
  addFaults,
])
  add(program);

// Whoever read the output has gone: what runs is ended in order, as by Ctrl+C.
process.stdout.on('error', () => process.kill(process.pid, 'SIGINT'));
process.on('uncaughtException', (error) => void end(fault(error)));

try {
  await program.parseAsync();
  await end(undefined);
} catch (error) {
  await end(error);
}

/** Ends with the status that belongs to `error`, once all is written. */
async function end(error: unknown): Promise<never> {
  if (error instanceof CommanderError) process.exitCode = usage(error);
  else if (error !== undefined) {
    const failure = Failure.of(error);
    tellFailure(failure, json);
    process.exitCode = failure.status;
  }
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => void stream.write('', () => resolve()));
  }
  process.exit();
}

// Commander has told a person already; a program reads standard output.
function usage({ exitCode, message }: CommanderError): number {
  if (exitCode === 0) return exitStatus.done;
  if (json) {
    const next = 'Add --help to see what there is';
    tellFailure(
      new Failure(message.replace(/^error: /, ''), {
        code: 'OFFHOOK_USAGE',
        status: exitStatus.usage,
        next,
      }),
      true,
    );
  }
  return exitStatus.usage;
}

function fault(error: Error): Failure {
  return new Failure(`A fault of Offhook's own: ${error.message}`, {
    code: 'OFFHOOK_FAULT',
    status: exitStatus.refused,
    next: 'Please report it, with what you did and the output of --verbose',
    cause: error,
  });
}
