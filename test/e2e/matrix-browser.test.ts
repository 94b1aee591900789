// The call matrix with the phone of the page as caller and as callee.
import { matrix } from '../interop/matrix.ts';

matrix('browser', ['baresip', 'linphonec', 'SIPp', 'browser', 'echo', 'bob']);
for (const caller of ['baresip', 'linphonec', 'SIPp', 'built-in'] as const)
  matrix(caller, ['browser']);
