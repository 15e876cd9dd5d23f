// Context → whether a program we start could load a kernel module. Some load one by themselves when it is missing.
import type { Context } from '../model/context.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'

const CAP_SYS_MODULE = 16n

/** Why such a tool is not run; undefined when the module is there, or the kernel would refuse it or can load none. */
export function loadsModule(tool: string, module: string, context: Context): Unavailable | undefined {
  if (staysAsItIs(module, context)) return undefined
  const { capabilities, root } = context.privileges
  const may = /^[\da-f]+$/i.test(capabilities) ? ((BigInt(`0x${capabilities}`) >> CAP_SYS_MODULE) & 1n) === 1n : root
  return may
    ? unavailable(
        'not consented',
        `${tool} would load the kernel module ${module} by itself when it runs with this privilege, and measuring changes nothing on the host`,
        `modprobe ${module}, or run tracebook as another user`,
      )
    : undefined
}

/** Why a question is not put that makes the kernel load a module by itself; undefined when it is there, or can load none. */
export function autoloads(module: string, context: Context): Unavailable | undefined {
  return staysAsItIs(module, context)
    ? undefined
    : unavailable(
        'not consented',
        `the kernel would load its module ${module} to answer, and measuring changes nothing on the host`,
        `modprobe ${module}`,
      )
}

/** Why a tool is not run that is of no use without a module; undefined when it is there, or nobody knows. */
export function needsModule(tool: string, module: string, context: Context): Unavailable | undefined {
  return context.modules === undefined || context.modules.includes(module)
    ? undefined
    : unavailable(
        'not supported',
        `the kernel module ${module} is not loaded here, and without it ${tool} has nothing to read`,
      )
}

/** The module is there, or this kernel can load none. */
function staysAsItIs(module: string, { modules, loadsModules }: Context): boolean {
  return modules?.includes(module) === true || loadsModules === false
}
