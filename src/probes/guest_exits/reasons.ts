// isa and exit_reason of kvm:kvm_exit → its name, as the kernel itself prints it (arch/x86/include/uapi/asm/vmx.h and svm.h).

const INTEL: Readonly<Record<number, string>> = {
  0: 'EXCEPTION_NMI',
  1: 'EXTERNAL_INTERRUPT',
  7: 'INTERRUPT_WINDOW',
  8: 'NMI_WINDOW',
  10: 'CPUID',
  12: 'HLT',
  14: 'INVLPG',
  15: 'RDPMC',
  16: 'RDTSC',
  18: 'VMCALL',
  28: 'CR_ACCESS',
  29: 'DR_ACCESS',
  30: 'IO_INSTRUCTION',
  31: 'MSR_READ',
  32: 'MSR_WRITE',
  36: 'MWAIT_INSTRUCTION',
  40: 'PAUSE_INSTRUCTION',
  44: 'APIC_ACCESS',
  45: 'EOI_INDUCED',
  48: 'EPT_VIOLATION',
  49: 'EPT_MISCONFIG',
  51: 'RDTSCP',
  52: 'PREEMPTION_TIMER',
  54: 'WBINVD',
  55: 'XSETBV',
  56: 'APIC_WRITE',
  62: 'PML_FULL',
  74: 'BUS_LOCK',
}

const AMD: Readonly<Record<number, string>> = {
  0x60: 'interrupt',
  0x61: 'nmi',
  0x64: 'vintr',
  0x6e: 'rdtsc',
  0x6f: 'rdpmc',
  0x72: 'cpuid',
  0x77: 'pause',
  0x78: 'hlt',
  0x79: 'invlpg',
  0x7b: 'io',
  0x7c: 'msr',
  0x81: 'hypercall',
  0x87: 'rdtscp',
  0x89: 'wbinvd',
  0x8b: 'mwait',
  0x8d: 'xsetbv',
  0x400: 'npf',
  0x401: 'avic_incomplete_ipi',
  0x402: 'avic_unaccelerated_access',
  0x403: 'vmgexit',
}
/** Intel: flags are above it, such as of an entry that failed. */
const REASON = 0xffff
/** AMD: a code for each register and whether it is written, for each vector; here they are one. */
const AMD_RANGES = [
  { to: 0x1f, name: 'cr' },
  { to: 0x3f, name: 'dr' },
  { to: 0x5f, name: 'exception' },
] as const

export function exitReason(isa: number, code: number): string {
  const name =
    isa === 1
      ? INTEL[code & REASON]
      : isa === 2
        ? (AMD_RANGES.find(({ to }) => code <= to)?.name ?? AMD[code])
        : undefined
  return name ?? `reason ${code}`
}
