// Fault 4: the server says that the nonce is stale, and the client does not come through with a fresh one.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import { aliceTo, at } from '../people.ts';
import { demands, offhook, proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { gets, replies, scenario, takes, waits } from '../scenario.ts';
import type { Step } from '../scenario.ts';

const server = `sip:${address.proxy}`;
const to = `<sip:alice@${address.proxy}>`;
const digest = (header: string, nonce: string, uri: string): string =>
  `${header}: Digest username="alice",realm="example",nonce="${nonce}",uri="${uri}",response="5d8c3b1ea3f0c2f7a1d94b60e2c7f811",algorithm=MD5`;
const stale = (header: string, nonce: string): string =>
  `${header}: Digest realm="example",nonce="${nonce}",algorithm=MD5,stale=true`;

function refusesAsStale(
  method: string,
  status: string,
  header: string,
  rounds: readonly string[],
): readonly Step[] {
  return rounds.flatMap((nonce) => [
    takes(method),
    replies(status, { tag: `s${nonce}`, headers: [stale(header, nonce)] }),
    ...(method === 'INVITE' ? [takes('ACK')] : []),
  ]);
}

/** Stale nonce. */
export const staleNonce: Family = {
  fault: 4,
  rule: 'stale-nonce',
  recipes: [
    {
      variant: 'sipp-register',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: 'Alice registers with an old nonce again and again, although each 401 says stale=true and has a fresh one.',
      async run(lab) {
        const caller = aliceTo(server);
        const attempts = [1, 2, 3].flatMap((cseq) => [
          caller.opens('REGISTER', {
            to,
            cseq,
            headers: ['Expires: 600', digest('Authorization', 'old0', server)],
          }),
          gets(401),
          waits(500),
        ]);
        await lab.call(
          {
            host: address.proxy,
            scenario: scenario(
              'finds it stale',
              refusesAsStale('REGISTER', '401 Unauthorized', 'WWW-Authenticate', [
                'new1',
                'new2',
                'new3',
              ]),
            ),
          },
          {
            host: address.alice,
            target: at.proxy,
            scenario: scenario('keeps its nonce', attempts),
          },
        );
      },
      proof: {
        'sip.Status-Code == 401 && frame contains "stale=true"': 3,
        'sip.Status-Code == 200': 0,
      },
    },
    {
      variant: 'sipp-invite-tcp',
      programs: ['SIPp', 'SIPp'],
      transport: 'TCP',
      says: 'Alice calls with an old nonce, gets 407 with stale=true twice, and gives up.',
      async run(lab) {
        const uri = `sip:bob@${address.proxy}`;
        const caller = aliceTo(uri);
        const attempts = [1, 2].flatMap((cseq) => [
          caller.invites({ cseq, headers: [digest('Proxy-Authorization', 'old0', uri)] }),
          gets(407),
          caller.acksRefusal({ cseq }),
          waits(300),
        ]);
        await lab.call(
          {
            host: address.proxy,
            transport: 'tcp',
            scenario: scenario(
              'finds it stale',
              refusesAsStale('INVITE', '407 Proxy Authentication Required', 'Proxy-Authenticate', [
                'new1',
                'new2',
              ]),
              waits(800),
            ),
          },
          {
            host: address.alice,
            transport: 'tcp',
            target: at.proxy,
            scenario: scenario('keeps its nonce', attempts),
          },
        );
      },
      proof: {
        'sip.Status-Code == 407 && frame contains "stale=true"': 2,
        'sip.Status-Code == 200': 0,
      },
    },
    {
      variant: 'sipp-kamailio',
      programs: ['SIPp', 'Kamailio'],
      transport: 'UDP',
      says: 'Alice refreshes her registration with the nonce of the first; it has grown old meanwhile, and she does not take the fresh one.',
      async run(lab) {
        await proxy(lab, {
          modules: 'modparam("auth", "nonce_expire", 2)',
          first: demands('pw-alice'),
        });
        const caller = aliceTo(server);
        const register = (cseq: number, more: readonly string[]): Step =>
          caller.opens('REGISTER', { to, cseq, headers: ['Expires: 600', ...more] });
        await lab
          .sipp({
            host: address.alice,
            target: at.proxy,
            user: 'alice',
            password: 'pw-alice',
            scenario: scenario(
              'refreshes with an old nonce',
              register(1, []),
              gets(401, { auth: true }),
              register(2, ['[authentication]']),
              gets(200),
              waits(4_000),
              register(3, ['[authentication]']),
              gets(401),
              waits(1_000),
              register(4, ['[authentication]']),
              gets(401),
            ),
          })
          .done();
      },
      proof: {
        'sip.Status-Code == 401 && frame contains "stale=true"': 2,
        'sip.Status-Code == 200': 1,
      },
    },
    {
      variant: 'offhook-sipp',
      programs: ['Offhook', 'SIPp'],
      transport: 'UDP',
      says: 'A server calls every nonce stale, also those that it has just given: Offhook gives up.',
      async run(lab) {
        lab.sipp({
          host: address.proxy,
          fails: true,
          scenario: scenario(
            'finds every nonce stale',
            refusesAsStale('REGISTER', '401 Unauthorized', 'WWW-Authenticate', [
              'n1',
              'n2',
              'n3',
              'n4',
              'n5',
            ]),
          ),
        });
        const { ua } = await offhook(lab, address.alice, 'alice', {
          account: { aor: `sip:alice@${address.proxy}`, password: 'pw-alice' },
        });
        await ua.register().catch(() => undefined);
        await pause(500);
      },
      proof: {
        'sip.Status-Code == 401 && frame contains "stale=true"': [2, 5],
        'sip.Status-Code == 200': 0,
      },
    },
  ],
};
