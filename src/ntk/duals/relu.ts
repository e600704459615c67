import { arcCosineDual } from './arc-cosine.js'

/** ReLU: the arc-cosine kernels of order 1 and 0, halved. G(q, q, q) = q/2, Ġ = 1/2; zero at dead positions. */
export const reluDual = arcCosineDual(0)
