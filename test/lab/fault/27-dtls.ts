// Fault 27: the keys of the media are never agreed: the certificate is not that of the SDP, or both sides take the same role.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { Program } from '../../peers/program.ts';
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { alice, at, bob } from '../people.ts';
import { baresip, proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { scenario, waits } from '../scenario.ts';

async function throughKamailio(lab: Lab, route: string, onReply?: string): Promise<void> {
  await proxy(lab, {
    route: `$du = "sip:${at.bob}"; ${route}`,
    ...(onReply === undefined ? {} : { onReply }),
  });
  await baresip(lab, address.bob, { user: 'bob', encryption: 'dtls_srtp' });
  const caller = await baresip(lab, address.alice, { user: 'alice', encryption: 'dtls_srtp' });
  await caller.tell('dial', `sip:bob@${address.proxy}`);
  await pause(4_000);
  await caller.tell('hangup').catch(() => undefined);
  await pause(500);
}

const strange =
  'A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90:A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90';

/** A session description for DTLS-SRTP. */
function secured(port: number, setup: string, fingerprint: string): string {
  return [
    'v=0',
    `o=- ${port} 1 IN IP4 [media_ip]`,
    's=-',
    'c=IN IP4 [media_ip]',
    't=0 0',
    `m=audio ${port} UDP/TLS/RTP/SAVP 0`,
    'a=rtpmap:0 PCMU/8000',
    `a=setup:${setup}`,
    `a=fingerprint:sha-256 ${fingerprint}`,
    'a=sendrecv',
  ].join('\n');
}

/** Certificate and key of openssl, and the fingerprint. */
function certificate(
  lab: Lab,
  name: string,
): { readonly files: readonly string[]; readonly fingerprint: string } {
  const [cert, key] = ['pem', 'key'].map((ending) =>
    path.join(lab.world.folder, `${name}.${ending}`),
  );
  if (cert === undefined || key === undefined) throw new Error('No files');
  const words = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '30',
    '-subj',
    `/CN=${name}`,
  ];
  execFileSync('openssl', [...words, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const text = execFileSync('openssl', ['x509', '-in', cert, '-noout', '-fingerprint', '-sha256'], {
    encoding: 'utf8',
  });
  return { files: ['-cert', cert, '-key', key], fingerprint: text.trim().replace(/^.*=/, '') };
}

/** DTLS. */
export const dtls: Family = {
  fault: 27,
  rule: 'dtls',
  recipes: [
    {
      variant: 'kamailio-fingerprint',
      programs: ['baresip', 'Kamailio', 'baresip'],
      transport: 'UDP',
      says: "A server in between changes the fingerprint in the offer: the caller's certificate is not the announced one.",
      run: (lab) =>
        throughKamailio(
          lab,
          `replace_body_all("a=fingerprint:[^\\r\\n]*", "a=fingerprint:SHA-256 ${strange}");`,
        ),
      proof: { 'dtls.handshake.type == 1': [1, 40], rtp: [0, 400] },
    },
    {
      variant: 'kamailio-role',
      programs: ['baresip', 'Kamailio', 'baresip'],
      transport: 'UDP',
      says: 'A server in between changes a=setup of the answer, so that both sides take the same role.',
      run: (lab) =>
        throughKamailio(
          lab,
          '',
          'if (has_body("application/sdp")) { replace_body_all("a=setup:active", "a=setup:passive"); }',
        ),
      proof: { 'dtls.handshake.type == 1': [2, 40], 'sdp contains "setup:"': [2, 8] },
    },
    {
      variant: 'openssl-fingerprint',
      programs: ['SIPp', 'SIPp', 'OpenSSL'],
      transport: 'UDP',
      says: 'Bob announces a fingerprint, and his media has another certificate.',
      async run(lab) {
        const [hers, his, announced] = ['alice', 'bob', 'old'].map((name) =>
          certificate(lab, name),
        );
        if (hers === undefined || his === undefined || announced === undefined)
          throw new Error('No certificate');
        const server = new Program(lab.world, 'openssl', [
          's_server',
          '-dtls',
          '-accept',
          `${address.bob}:42000`,
          '-mtu',
          '1300',
          '-verify',
          '1',
          ...his.files,
        ]);
        await server.prints(/ACCEPT/);
        const called = lab.call(
          {
            host: address.bob,
            scenario: scenario(
              'Bob',
              bob.takesCall({ sdp: secured(42_000, 'passive', announced.fingerprint) }),
              bob.isHungUp(),
            ),
          },
          {
            host: address.alice,
            target: at.bob,
            scenario: scenario(
              'Alice',
              alice.calls({ sdp: secured(42_010, 'actpass', hers.fingerprint) }),
              waits(2_000),
              alice.hangsUp(),
            ),
          },
        );
        await pause(1_200);
        // She compares what she gets with what was announced, and says no.
        new Program(lab.world, 'openssl', [
          's_client',
          '-dtls',
          '-connect',
          `${address.bob}:42000`,
          '-bind',
          `${address.alice}:42010`,
          '-mtu',
          '1300',
          '-verify_return_error',
          '-CAfile',
          announced.files[1] ?? '',
          ...hers.files,
        ]);
        await called;
      },
      proof: { 'dtls.handshake.type == 1': [1, 6], 'dtls.alert_message': [1, 4] },
    },
  ],
};
