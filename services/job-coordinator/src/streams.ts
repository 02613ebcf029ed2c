import { connectionStream, jobStream, pushStream } from '@tidemark/contracts';
import { admissionStream } from './admission/admission.js';

/** The streams that coordinators write, follow and relay. */
export const ownCategories = [jobStream, connectionStream, admissionStream, pushStream].map(({ category }) => category);
