import js from '@eslint/js'
import tseslint from 'typescript-eslint'

/** The house: each folder may import only from those before it. */
const order = [
  'random',
  'linalg',
  'data',
  'network',
  'prune',
  'graphon',
  'ntk',
  'spectrum',
  'dynamics',
  'study',
  'plot',
  'report',
  'node',
  'cli',
]

const nodeOnly = new Set(['node', 'cli'])

/** Rooms of folders that have some: each may import only from those before it. */
const rooms = {
  graphon: ['chain', 'motifs', 'sample', 'distances', 'estimate', 'convergence', 'limits'],
  node: ['files', 'samples', 'kernels', 'limits', 'figures', 'team', 'studies'],
}

const why = (from, to) =>
  `${from} may not import from ${to}: imports go from later folders to earlier ones only (docs/architecture.md).`

const laterFolders = (folder) =>
  order.slice(order.indexOf(folder) + 1).map((later) => ({
    group: [`**/${later}/*`, `**/${later}/**`, `!./${later}/*`, `!./${later}/**`],
    message: why(`src/${folder}`, `src/${later}`),
  }))

const machine = (folder) =>
  nodeOnly.has(folder)
    ? []
    : [{ group: ['node:*'], message: 'Only src/node and src/cli may import node:*; the rest runs in browsers too.' }]

const restricted = (files, patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
})

const direction = [
  ...order.map((folder) => restricted([`src/${folder}/**/*.ts`], [...laterFolders(folder), ...machine(folder)])),
  ...Object.entries(rooms).flatMap(([folder, names]) =>
    names.map((room, index) =>
      restricted(
        [`src/${folder}/${room}/**/*.ts`],
        [
          ...laterFolders(folder).filter(({ group }) => !names.includes(group[0].split('/')[1])),
          ...machine(folder),
          ...names.slice(index + 1).map((later) => ({
            regex: `^(\\.\\./)+${later}/`,
            message: why(`src/${folder}/${room}`, `src/${folder}/${later}`),
          })),
        ],
      ),
    ),
  ),
]

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'coverage', 'out', 'kernels', 'types', '**/*.generated.ts'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js', 'examples/*.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      // A type parameter used once names what a JSON document holds: limnJson<Curve>(…).
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      eqeqeq: 'error',
    },
  },
  { files: ['eslint.config.js', 'examples/*.js'], ...tseslint.configs.disableTypeChecked },
  ...direction,
)
