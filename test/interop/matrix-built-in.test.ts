// The call matrix with built-in as the caller.
import { matrix } from './matrix.ts';

matrix('built-in');
