/** Key of the only tensor of a file that gives it no name, as a `.npy` file. */
export const unnamedKey = ''
