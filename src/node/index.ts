// What needs a machine: files, data sources, worker threads, PNG.

export * from './figure.js'
export * from './files.js'
export * from './load-data.js'
export * from './png.js'
export * from './result-store.js'
export * from './study.js'
export * from './team.js'
