// The call matrix with the phone of the page as the caller.
import { matrix } from './matrix.ts';

matrix('browser');
