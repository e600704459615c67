import type { AddCommand } from './program.js'

/** Every command, in the order of help. Its file is loaded when it is called for: most commands need little of what others do. */
const commands = {
  study: async () => (await import('./study.js')).addStudy,
  worker: async () => (await import('./worker.js')).addWorker,
  inspect: async () => (await import('./inspect.js')).addInspect,
  convert: async () => (await import('./convert.js')).addConvert,
  prune: async () => (await import('./prune.js')).addPrune,
  graphon: async () => (await import('./graphon.js')).addGraphon,
  limit: async () => (await import('./limit.js')).addLimit,
  sample: async () => (await import('./sample.js')).addSample,
  distance: async () => (await import('./distance.js')).addDistance,
  motifs: async () => (await import('./motifs.js')).addMotifs,
  ntk: async () => (await import('./ntk.js')).addNtk,
  spectrum: async () => (await import('./spectrum.js')).addSpectrum,
  train: async () => (await import('./train.js')).addTrain,
  predict: async () => (await import('./predict.js')).addPredict,
  doctor: async () => (await import('./doctor.js')).addDoctor,
} as const satisfies Record<string, () => Promise<AddCommand>>

/** The command that the first word names; all of them where it names none. */
export function loadCommands([first = '']: readonly string[] = []): Promise<AddCommand[]> {
  const named = Object.entries(commands).filter(([name]) => name === first)
  const wanted = named.length > 0 ? named : Object.entries(commands)
  return Promise.all(wanted.map(([, load]) => load()))
}
