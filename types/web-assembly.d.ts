// What limn uses of WebAssembly, whose types TypeScript has only among those of browsers: for checking what runs in Node alone
// without them (tsconfig.node.json).

declare namespace WebAssembly {
  class Module {
    constructor(bytes: ArrayBuffer | ArrayBufferView<ArrayBuffer>)
    // Nothing else is a module.
    private readonly compiled
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean })
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
  interface Global<Type extends 'i32'> {
    value: Type extends 'i32' ? number : never
  }
  class Instance {
    constructor(module: Module, imports?: Readonly<Record<string, Readonly<Record<string, unknown>>>>)
    readonly exports: Readonly<Record<string, unknown>>
  }
  function validate(bytes: ArrayBuffer | ArrayBufferView<ArrayBuffer>): boolean
}
