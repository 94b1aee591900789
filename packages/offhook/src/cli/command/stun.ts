// `offhook stun`: under which address a STUN server sees this machine, and what the NAT between does to media.
import { isIP, isIPv6 } from 'node:net';
import type { Command } from 'commander';
import { natReport, nodeResolver } from '@offhook/sip/node';
import type { MappedAddress, NatReport } from '@offhook/sip/stun';
import { nameServers } from '../argument.ts';
import { exitStatus, Failure, misuse } from '../failure.ts';
import { output, shown } from '../output.ts';

interface StunOptions {
  readonly dns?: readonly string[];
  readonly json?: boolean;
}

/** Adds the command. */
export function addStun(program: Command): void {
  program
    .command('stun <host> [others...]')
    .description(
      'show under which address a STUN server sees this machine, and what the NAT between does',
    )
    .option(
      '--dns <servers>',
      'name servers to ask, as 127.0.0.1:5353,… (default: the system’s)',
      nameServers,
    )
    .option('--json', 'print the result as a JSON object')
    .action(stun);
}

async function stun(host: string, others: readonly string[], options: StunOptions): Promise<void> {
  const out = output(options.json ?? false);
  const server = await addressOf(host, options);
  const more = await Promise.all(others.map((other) => addressOf(other, options)));
  const isAlike = (other: MappedAddress): boolean => isIPv6(other.host) === isIPv6(server.host);
  const report = await natReport({ server, others: more.filter(isAlike) });
  if (report === undefined) {
    throw new Failure(`Nothing at ${written(server)} answers STUN`, {
      code: 'OFFHOOK_STUN',
      status: exitStatus.network,
      next: 'Check the host and the port (3478 unless said); a firewall may keep UDP out, and then calls need a TURN server by TCP or TLS',
    });
  }
  const { local, mapped, mapping, filtering } = report;
  const [network, next] = wordsFor(report);
  out.event(
    'nat',
    {
      server: written(server),
      local: written(local),
      mapped: written(mapped),
      mapping,
      filtering,
      next,
    },
    [
      `  Server     ${shown(host)}${host.includes(server.host) ? '' : ` (${written(server)})`}`,
      `  Local      ${written(local)}`,
      `  Mapped     ${written(mapped)}`,
      `  NAT        ${network}`,
      `             ${filterWords[filtering]}`,
      `  Calls      ${next}`,
    ].join('\n'),
  );
}

const filterWords: Readonly<Record<NatReport['filtering'], string>> = {
  'endpoint-independent': 'Anyone may answer there (endpoint-independent filtering).',
  'address-dependent': 'Only hosts that were written to may answer (address-dependent filtering).',
  'address-and-port-dependent':
    'Only an address and port that was written to may answer (address- and port-dependent filtering).',
  unknown: 'Who may answer there is not known: this server has one address only (RFC 5780).',
};

const direct = 'Media finds a direct way.';
const relay =
  'Media may need a relay: give serve a TURN server with --turn where the other side has such a NAT too.';

function wordsFor({ mapping, filtering }: NatReport): readonly [network: string, next: string] {
  switch (mapping) {
    case 'none':
      return filtering === 'endpoint-independent' || filtering === 'unknown'
        ? ['None: the server sees this machine as it is.', direct]
        : ['None, but a firewall that lets in only answers.', direct];
    case 'endpoint-independent':
      return ['One address and port for all destinations (endpoint-independent mapping).', direct];
    case 'address-dependent':
      return ['Another port for each destination host (address-dependent mapping).', relay];
    case 'address-and-port-dependent':
      return [
        'Another port for each destination (address- and port-dependent mapping, symmetric).',
        relay,
      ];
    case 'unknown':
      return [
        'There is one; whether it gives each destination another port is not known.',
        'Ask with two servers, offhook stun HOST HOST, to know whether media may need a relay.',
      ];
  }
}

const defaultPort = 3478;

async function addressOf(text: string, { dns }: StunOptions): Promise<MappedAddress> {
  const [, bracketed, plain, given] =
    /^(?:stun:)?(?:\[([\da-f:.]+)\]|([^[\]:]+|[\da-f]*:[\da-f:.]+))(?::(\d{1,5}))?$/i.exec(text) ??
    [];
  const host = bracketed ?? plain;
  const port = given === undefined ? defaultPort : Number(given);
  if (host === undefined || port < 1 || port > 65_535)
    throw misuse(`${text} is no STUN server`, 'offhook stun stun.example.com:3478, or an address');
  if (isIP(host) !== 0) return { host, port };
  const resolver = nodeResolver({ servers: dns });
  const found = [...(await resolver.a(host)), ...(await resolver.aaaa(host))];
  if (found[0] !== undefined) return { host: found[0], port };
  throw new Failure(`There is no host ${host}`, {
    code: 'OFFHOOK_STUN',
    status: exitStatus.network,
    next: 'Check the spelling of the host name, or give its address',
  });
}

function written({ host, port }: MappedAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
