// A symbol as tools print it → the name of a frame: no arguments, no marks that end a frame, Java's classes without their L.

/** `net/http.(*Client).Do`: here the parenthesis is no list of arguments. */
const GO_METHOD = /\.\(.*\)\./
const UNTIDY = /[;("']/
const ARGUMENTS = /\((?!anonymous namespace\)).*/
/** `Lorg/foo/Bar;::baz` */
export const JAVA_CLASS = /^L[\w$/]+[;:]/
/** Where a thread enters the kernel: whatever stands nearer to the leaf is the kernel's. */
const KERNEL_ENTRY =
  /^(?:entry_SYS|entry_INT80|ret_from_fork|asm_(?:sysvec|exc|common)|common_startup_64|secondary_startup_64|el[01]t?_|ret_to_user|system_call)/

export function tidied(symbol: string): string {
  if (!UNTIDY.test(symbol)) return symbol
  const one = symbol.replaceAll(';', ':')
  return (GO_METHOD.test(one) ? one : one.replace(ARGUMENTS, '')).replaceAll(/["']/g, '')
}

/** For tools that print no object: a symbol that is an address has no name. */
export function frameName(symbol: string): string {
  if (/^(?:0|0x[\da-f]+|[\da-f]{8,16})$/.test(symbol)) return '[unknown]'
  const name = tidied(symbol.replace(/\+(?:0x[\da-f]+|\d+)$/, ''))
  return JAVA_CLASS.test(symbol) ? name.slice(1) : name
}

/** How many of `frames`, leaf first, are the kernel's, for tools that print both without a mark between. */
export function kernelDepth(frames: readonly string[]): number {
  return frames.findLastIndex((frame) => KERNEL_ENTRY.test(frame)) + 1
}
