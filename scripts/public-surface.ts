// What the package exports, from the compiler's point of view: names, their types, and types that they name and nobody exports.

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** The source of every entry of the package, by its name: `limn`, `limn/linalg`, … */
export function entrySources(): Record<string, string> {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { readonly types: string }>
  }
  return Object.fromEntries(
    Object.entries(exports).flatMap(([path, target]) =>
      typeof target === 'string'
        ? []
        : [[`limn${path.slice(1)}`, target.types.replace('./dist', 'src').replace('.d.ts', '.ts')]],
    ),
  )
}

/** One exported name. */
export interface PublicName {
  readonly entry: string
  readonly name: string
  readonly kind: 'value' | 'type'
  /** Of a value its type; of a type its declaration, without comments. */
  readonly text: string
  /** Types of limn that the declaration names and no entry exports. */
  readonly missing: readonly string[]
  /** The doc comment's text and its examples. */
  readonly comment: string
  readonly examples: readonly string[]
  /** Whether a value can be called. */
  readonly callable: boolean
}

const flags: ts.TypeFormatFlags = ts.TypeFormatFlags.NoTruncation

/** All types of limn that a declaration names, not looking into bodies and initialisers. */
function namedTypes(node: ts.Node, checker: ts.TypeChecker): Map<string, ts.Symbol> {
  const found = new Map<string, ts.Symbol>()
  const visit = (part: ts.Node): void => {
    if (ts.isBlock(part) || (ts.isVariableDeclaration(node) && part === node.initializer)) return
    if (ts.isTypeReferenceNode(part) || ts.isExpressionWithTypeArguments(part)) {
      const name = ts.isTypeReferenceNode(part) ? part.typeName : part.expression
      const symbol = checker.getSymbolAtLocation(name)
      const real = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
      const file = real?.declarations?.at(0)?.getSourceFile().fileName ?? ''
      if (real && file.startsWith(join(root, 'src')) && !(real.flags & ts.SymbolFlags.TypeParameter)) {
        found.set(real.name, real)
      }
    }
    ts.forEachChild(part, visit)
  }
  visit(node)
  return found
}

/** The exports of all entries, in order. */
export function publicSurface(entries = entrySources()): PublicName[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => readFileSync(file, 'utf8')) as {
    config: object
  }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const files = Object.values(entries).map((file) => join(root, file))
  const program = ts.createProgram(files, { ...options, noEmit: true })
  const checker = program.getTypeChecker()
  const real = (symbol: ts.Symbol): ts.Symbol =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const exported = Object.entries(entries).flatMap(([entry, file]) => {
    const source = program.getSourceFile(join(root, file))!
    const module = checker.getSymbolAtLocation(source)!
    return checker.getExportsOfModule(module).map((symbol) => ({ entry, name: symbol.name, symbol: real(symbol) }))
  })
  const known = new Set(exported.map(({ symbol }) => symbol))
  const printer = ts.createPrinter({ removeComments: true })
  return exported
    .map(({ entry, name, symbol }): PublicName => {
      const declarations = symbol.declarations ?? []
      const isValue = Boolean(symbol.flags & ts.SymbolFlags.Value)
      const type = isValue ? checker.getTypeOfSymbol(symbol) : undefined
      const text = type
        ? checker.typeToString(type, undefined, flags)
        : declarations
            .map((part) => printer.printNode(ts.EmitHint.Unspecified, part, part.getSourceFile()))
            .join('\n')
            .replace(/^export /, '')
      const named = declarations.flatMap((part) => [...namedTypes(part, checker)])
      return {
        entry,
        name,
        kind: isValue ? 'value' : 'type',
        text: text.replace(/\s+/g, ' '),
        missing: [...new Set(named.filter(([, one]) => !known.has(one)).map(([missing]) => missing))],
        comment: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
        examples: symbol
          .getJsDocTags(checker)
          .filter((tag) => tag.name === 'example')
          .map((tag) => ts.displayPartsToString(tag.text)),
        callable: type !== undefined && type.getCallSignatures().length > 0,
      }
    })
    .sort((a, b) => (a.entry === b.entry ? (a.name < b.name ? -1 : 1) : 0))
}

/** The surface of one entry as a file: a line for every name. */
export function surfaceText(names: readonly PublicName[], entry: string): string {
  const lines = names
    .filter((one) => one.entry === entry)
    .map(({ name, kind, text }) => (kind === 'value' ? `${name}: ${text}` : text))
  return `${lines.join('\n')}\n`
}

/** Where the surface of an entry is kept. */
export const surfaceFile = (entry: string): string =>
  join(root, 'test/surface', `${entry.replace('limn/', 'limn-')}.txt`)
