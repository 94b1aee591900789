// The call matrix with SIPp as the caller.
import { matrix } from './matrix.ts';

matrix('SIPp');
