// The call matrix with baresip as the caller.
import { matrix } from './matrix.ts';

matrix('baresip');
