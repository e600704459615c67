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

const direction = order.map((folder, index) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...order.slice(index + 1).map((later) => ({
            group: [`**/${later}/*`, `**/${later}/**`, `!./${later}/*`],
            message: `src/${folder} may not import from src/${later}: imports go from later folders to earlier ones only (docs/architecture.md).`,
          })),
          ...(nodeOnly.has(folder)
            ? []
            : [
                {
                  group: ['node:*'],
                  message: 'Only src/node and src/cli may import node:*; the rest runs in browsers too.',
                },
              ]),
        ],
      },
    ],
  },
}))

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'coverage', 'out', 'kernels', '**/*.generated.ts'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
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
  { files: ['eslint.config.js'], ...tseslint.configs.disableTypeChecked },
  ...direction,
)
