// The command `offhook`: its commands, and what its exit status means.
import { Command, CommanderError } from 'commander';
import { addCall } from './command/call.ts';
import { addOptions } from './command/options.ts';
import { addParse } from './command/parse.ts';
import { addRegister } from './command/register.ts';
import { addServe } from './command/serve.ts';
import { addUser } from './command/user.ts';
import { exitStatus, Failure, tellFailure } from './failure.ts';
import { version } from './version.ts';

const program = new Command('offhook')
  .description('A telephone system that shows transactions, dialogs and sessions.')
  .version(version)
  .showHelpAfterError('Next step: offhook --help shows what there is.')
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });

for (const add of [addServe, addUser, addCall, addRegister, addOptions, addParse]) add(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : exitStatus.usage;
  else {
    const failure = Failure.of(error);
    tellFailure(failure, process.argv.includes('--json'));
    process.exitCode = failure.status;
  }
}
