// The call matrix with linphonec as the caller.
import { matrix } from './matrix.ts';

matrix('linphonec');
