// `offhook user`: adds, lists, changes and removes the users of the system, also while it runs.
import { systemClock, systemRandom } from '@offhook/sip';
import type { Command } from 'commander';
import { removeUser } from '../../server/remove-user.ts';
import { openStorage } from '../../server/storage/storage.ts';
import type { Storage } from '../../server/storage/storage.ts';
import { defaultDomain, defaultPage, keptDomain, keptPage } from '../../server/started-with.ts';
import { serviceNames } from '../../server/built-in-peers.ts';
import { PageAccess } from '../../server/users/page-access.ts';
import { UserError } from '../../server/users/user-error.ts';
import { openUsers } from '../../server/users/users.ts';
import type { Users } from '../../server/users/users.ts';
import { fileLogger } from '../logger.ts';
import { output } from '../output.ts';
import { exitStatus, Failure, misuse } from '../failure.ts';
import { passwordOption, readPassword } from '../password.ts';
import { defaultFolder } from './serve.ts';

interface UserOptions {
  readonly data: string;
  readonly domain?: string;
  readonly password?: string;
  readonly json?: boolean;
}

/** Adds the commands. */
export function addUser(program: Command): void {
  const user = program.command('user').description('the users who may register and call');
  const shared = (command: Command): Command =>
    command
      .option('--data <folder>', 'the data folder of the system', defaultFolder)
      .option(
        '--domain <name>',
        'the domain of the user (default: the one that the system was last started with)',
      )
      .option('--json', 'print one JSON object for each result');
  shared(user.command('add <name>').description('add a user; prints the password'))
    .addOption(passwordOption('a password of your own (default: a random one)'))
    .action(add);
  shared(user.command('passwd <name>').description('give a user a new password; prints it'))
    .addOption(passwordOption('a password of your own (default: a random one)'))
    .action(passwd);
  shared(user.command('list').description('show the users')).action(list);
  shared(user.command('remove <name>').description('remove a user')).action(remove);
  shared(
    user
      .command('link <name>')
      .description('print a link that makes one browser the phone of a user; good once, for a day'),
  ).action(link);
  shared(
    user.command('unlink <name>').description('take the phone of a user from all its browsers'),
  ).action(unlink);
}

async function add(name: string, given: UserOptions): Promise<void> {
  refuseService(name);
  const options = await withPassword(given);
  await withUsers(options, async (users, domain) => {
    const password = await users.add(name, domain, options.password);
    tellPassword({ name, domain, password: password.reveal() }, options, 'added');
  });
}

async function passwd(name: string, given: UserOptions): Promise<void> {
  refuseService(name);
  const options = await withPassword(given);
  await withUsers(options, async (users, domain) => {
    const password = await users.setPassword(name, domain, options.password);
    tellPassword({ name, domain, password: password.reveal() }, options, 'changed');
  });
}

async function list(options: UserOptions): Promise<void> {
  const out = output(options.json ?? false);
  await withUsers(options, async (users, _domain, storage) => {
    const browsers = await pageAccess(storage).browsers();
    const all = (await users.list(options.domain?.toLowerCase())).filter(
      ({ name }) => !serviceNames.includes(name),
    );
    for (const { name, realm, created, changed } of all) {
      const since = new Date(created).toISOString().slice(0, 10);
      const pages = browsers.get(`${realm}\n${name}`) ?? 0;
      const where = pages === 0 ? '' : `, on ${pages} ${pages === 1 ? 'browser' : 'browsers'}`;
      out.event(
        'user',
        { name, domain: realm, created, changed, browsers: pages },
        `${name}@${realm}  since ${since}${where}`,
      );
    }
    if (all.length === 0) out.say('No users yet. Next step: offhook user add alice');
  });
}

async function remove(name: string, options: UserOptions): Promise<void> {
  refuseService(name);
  await withUsers(options, async (users, domain, storage) => {
    await removeUser({ storage, users }, name, domain);
    output(options.json ?? false).event(
      'removed',
      { name, domain },
      `${name}@${domain} is removed.`,
    );
  });
}

async function link(name: string, options: UserOptions): Promise<void> {
  refuseService(name);
  await withUsers(options, async (users, domain, storage) => {
    await mustBe(users, name, domain);
    const token = await pageAccess(storage).link(name, domain);
    // Behind #, so that no server and no log on the way sees it.
    const url = `${keptPage(options.data) ?? defaultPage}#join=${token.reveal()}`;
    output(options.json ?? false).event(
      'link',
      { name, domain, link: url },
      `${url}\nMakes one browser the phone of ${name}@${domain}: good once, for a day.`,
    );
  });
}

async function unlink(name: string, options: UserOptions): Promise<void> {
  refuseService(name);
  await withUsers(options, async (users, domain, storage) => {
    await mustBe(users, name, domain);
    const browsers = await pageAccess(storage).revoke(name, domain);
    output(options.json ?? false).event(
      'unlinked',
      { name, domain, browsers },
      `${browsers} ${browsers === 1 ? 'browser is' : 'browsers are'} no longer the phone of ${name}@${domain}.`,
    );
  });
}

async function mustBe(users: Users, name: string, domain: string): Promise<void> {
  if (await users.has(name, domain)) return;
  throw new UserError('USER_UNKNOWN', `There is no user ${name} of ${domain}`);
}

function pageAccess(storage: Storage): PageAccess {
  return new PageAccess({ storage, clock: systemClock, random: systemRandom });
}

function refuseService(name: string): void {
  if (!serviceNames.includes(name)) return;
  throw new Failure(`${name} is a built-in peer`, {
    code: 'USER_NAME',
    status: exitStatus.refused,
    next: 'Choose another name',
  });
}

async function withPassword(options: UserOptions): Promise<UserOptions> {
  const password = await readPassword(options.password);
  if (password === '')
    throw misuse('The password is empty', 'Leave --password out to be given one');
  return password === undefined ? options : { ...options, password };
}

interface Told {
  readonly name: string;
  readonly domain: string;
  readonly password: string;
}

function tellPassword(
  { name, domain, password }: Told,
  options: UserOptions,
  done: 'added' | 'changed',
): void {
  const out = output(options.json ?? false);
  // A password of the user's own need not be shown again.
  const isNew = options.password === undefined;
  const words = isNew
    ? `${name}@${domain} is ${done}. Password: ${password}`
    : `${name}@${domain} is ${done}.`;
  out.event(done, { name, domain, ...(isNew ? { password } : {}) }, words);
}

async function withUsers(
  options: UserOptions,
  act: (users: Users, domain: string, storage: Storage) => Promise<void>,
): Promise<void> {
  const log = fileLogger(undefined);
  const storage = await openStorage({
    folder: options.data,
    clock: systemClock,
    log,
    owner: false,
  });
  try {
    const domain = options.domain ?? keptDomain(options.data) ?? defaultDomain;
    await act(
      await openUsers({ storage, clock: systemClock, random: systemRandom, log }),
      domain.toLowerCase(),
      storage,
    );
  } finally {
    await storage.close();
  }
}
