// What needs a machine: files, data sources, worker threads, PNG.

export * from './figures/figure.js'
export * from './files/files.js'
export * from './samples/load-data.js'
export * from './figures/png.js'
export * from './studies/result-store.js'
export * from './studies/study.js'
export * from './team/team.js'
