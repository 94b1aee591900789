// The calls of the matrix to the browser once more, with rtpengine to join them.
import { matrix } from '../interop/matrix.ts';

for (const caller of ['baresip', 'linphonec', 'SIPp', 'built-in'] as const)
  matrix(caller, ['browser'], 'rtpengine');
