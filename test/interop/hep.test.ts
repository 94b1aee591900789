// HEP with others: sngrep shows the calls that we send it, and what Kamailio sees of calls that pass it stands among our own.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { udp } from '../../packages/sip/src/node/udp.ts';
import { seededRandom } from '../../packages/sip/src/testing/seeded-random.ts';
import { SilentMedia } from '../../packages/sip/src/testing/silent-media.ts';
import type { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import { UserAgent } from '../../packages/sip/src/ua/user-agent.ts';
import { Asterisk, hasAsterisk, numbers } from '../peers/asterisk.ts';
import { hasKamailioModule, kamailio } from '../peers/kamailio.ts';
import { Offhook } from '../peers/offhook.ts';
import { installed, Program } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { World } from '../peers/world.ts';

interface Summary {
  readonly id: string;
  readonly method: string;
  readonly from: string;
  readonly status: number;
  readonly messages: number;
  readonly over: boolean;
}

/** The calls that `server` knows of. */
async function callsOf(server: Offhook, query = ''): Promise<readonly Summary[]> {
  const answer = await fetch(`http://127.0.0.1:${server.httpPort}/api/trace/calls?${query}`);
  const { calls }: { calls: readonly Summary[] } = JSON.parse(await answer.text());
  return calls.filter(({ method }) => method === 'INVITE');
}

test.runIf(installed('sipp', 'sngrep', 'tshark'))(
  'sngrep gets each message by HEP, without secrets, and shows as many calls and messages as we do',
  async () => {
    await using world = new World();
    const [hep, file] = [await world.ports.take(), path.join(world.folder, 'seen.pcap')];
    const sngrep = new Program(
      world,
      'sngrep',
      ['-L', `udp:127.0.0.1:${hep}`, '-N', '-q', '-O', file],
      { env: { TERM: 'xterm' } },
    );
    const server = await Offhook.start(world, ['--hep', `udp:127.0.0.1:${hep}`]);
    const uac = await Sipp.start(world, {
      scenario: 'uac',
      target: server.address,
      service: 'echo',
      calls: 3,
    });
    expect(await uac.finished()).toMatchObject({ status: 0, succeeded: 3 });
    const ours = await world.until('three calls', async () => {
      const calls = await callsOf(server);
      return calls.length === 3 && calls;
    });
    const rows = (fields: readonly string[]): readonly string[] => {
      const flags = fields.flatMap((field) => ['-e', field]);
      const read = ['-r', file, '-d', `udp.port==${server.port},sip`, '-T', 'fields', ...flags];
      const text = execFileSync('tshark', read, { stdio: ['ignore', 'pipe', 'ignore'] });
      return text.toString().trimEnd().split('\n');
    };
    const messages = ours.reduce((sum, call) => sum + call.messages, 0);
    sngrep.signal('SIGTERM');
    await sngrep.finished(10_000);
    const ofCalls = rows(['sip.Call-ID', 'sip.auth.digest.response', 'sip.auth']).filter((row) =>
      ours.some(({ id }) => row.startsWith(id)),
    );
    expect(ofCalls).toHaveLength(messages);
    const secrets = rows(['sip.auth.digest.response']).filter((row) => row !== '');
    expect(secrets.length).toBeGreaterThan(0);
    expect(secrets.every((row) => /^"\*+"$/.test(row))).toBe(true);
  },
);

test.runIf(installed('sipp') && hasKamailioModule('siptrace'))(
  'what Kamailio’s siptrace tells by HEP is a call among our own, explained like them',
  async () => {
    await using world = new World();
    const hep = await world.ports.take();
    const server = await Offhook.start(world, ['--hep-listen', `127.0.0.1:${hep}`]);
    const busy = await Sipp.start(world, { scenario: 'uas-busy' });
    const port = await world.ports.take();
    await kamailio(world, port, tracing(port, { hep, to: busy.uri }));
    const uac = await Sipp.start(world, {
      scenario: 'uac',
      target: `127.0.0.1:${port}`,
      service: 'somebody',
    });
    await uac.finished();
    const [call] = await world.until('the call', async () => {
      const calls = await callsOf(server, 'text=somebody&status=5xx');
      return (calls[0]?.messages ?? 0) >= 7 && calls[0]?.over === true && calls;
    });
    // INVITE, refusal and ACK on each side of Kamailio, and its 100.
    expect(call).toMatchObject({ faults: [6], certainty: 'inferred' });
  },
);

test.runIf(hasAsterisk())(
  'what Asterisk’s res_hep tells of a call with digest is that call, in its order and without secrets',
  async () => {
    await using world = new World();
    const hep = await world.ports.take();
    const server = await Offhook.start(world, ['--hep-listen', `127.0.0.1:${hep}`]);
    const asterisk = await Asterisk.start(world, { hep });
    const media = new SilentMedia({ random: seededRandom(asterisk.port), host: '127.0.0.1' });
    const ua = world.own(
      new UserAgent<SilentSession>({
        account: { aor: asterisk.aor('2001'), password: 'pw-2001' },
        transports: [udp({ host: '127.0.0.1', port: 0 })],
        media,
      }),
    );
    const outgoing = await ua.call(asterisk.aor(numbers.echo)).answered;
    expect(await outgoing.hangUp()).toMatchObject({ by: 'local', cause: 'bye' });
    const [call] = await world.until('the call', async () => {
      const calls = await callsOf(server, `text=${numbers.echo}`);
      return calls[0]?.messages === 9 && calls;
    });
    // Refused, acknowledged, and then INVITE, 100, 200, ACK, BYE and its 200: whoever misorders them finds a fault.
    expect(call).toMatchObject({ status: 200, over: true, faults: [], certainty: 'inferred' });
    const { id = '' } = call ?? {};
    const lines = await fetch(
      `http://127.0.0.1:${server.httpPort}/api/trace/calls/${encodeURIComponent(id)}`,
    );
    const text = await lines.text();
    expect(text).toContain('nonce=');
    expect(text).not.toMatch(/(?:nonce|response)=\\"[^*]/);
  },
);

// It forwards all to one place, and tells of each message that comes and goes.
function tracing(port: number, { hep, to }: { readonly hep: number; readonly to: string }): string {
  return `#!KAMAILIO
log_stderror=yes
children=1
auto_aliases=no
dns=no
rev_dns=no
listen=udp:127.0.0.1:${port}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "siptrace.so"
modparam("siptrace", "trace_on", 1)
modparam("siptrace", "trace_mode", 1)
modparam("siptrace", "trace_to_database", 0)
modparam("siptrace", "hep_mode_on", 1)
modparam("siptrace", "hep_version", 3)
modparam("siptrace", "hep_capture_id", 7)
modparam("siptrace", "duplicate_uri", "sip:127.0.0.1:${hep}")
request_route {
  if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
  $du = "${to}";
  if (!t_relay()) sl_reply_error();
}
`;
}
