import type { LibraryTask } from './task.js'
import { eigenTasks } from './tasks/eigen.js'
import { denseJax } from './tasks/dense-jax.js'
import { productJax } from './tasks/product-jax.js'
import { trainJax } from './tasks/train-jax.js'

/** What the libraries are asked to do. */
export const tasks = {
  ...eigenTasks,
  dense_jax: denseJax,
  product_jax: productJax,
  train_jax: trainJax,
} as const satisfies Record<string, LibraryTask>

export type JavaScriptTask = keyof typeof tasks
