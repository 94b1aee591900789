// The browser's calls of the matrix once more, with rtpengine to join them.
import { matrix } from '../interop/matrix.ts';

matrix('browser', ['baresip', 'linphonec', 'SIPp', 'echo', 'bob'], 'rtpengine');
