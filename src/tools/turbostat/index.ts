// turbostat for one interval → the clock of the CPUs while they worked against their base clock, and system management interrupts.
//   Core    CPU     Avg_MHz Busy%   Bzy_MHz TSC_MHz IRQ     SMI
//   -       -       31      2.95    1065    2096    156134  0
//   0       0       13      1.15    1132    2095    11360   0
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { absent } from '../../parse/absent.ts'
import { loadsModule } from '../../parse/modules.ts'
import { defined, table, words, type Row } from '../../parse/table.ts'

export const source: Source = {
  id: 'turbostat',
  tier: 'run',
  tool: 'turbostat',
  asks: 'At which clock do the CPUs work, and does firmware interrupt them?',
  gives: ['cpu.clock', 'cpu.smi'],
  requests: (window, context) =>
    context.virtualization === 'none'
      ? (loadsModule('turbostat', 'msr', context) ?? [look(window.intervalMs * window.count)])
      : virtual,
  parse: (looks) => {
    const lines = (looks[0]?.text ?? '').split('\n').map(words)
    const at = lines.findIndex((cells) => cells.includes('Bzy_MHz') && cells.includes('TSC_MHz'))
    if (at < 0) return unavailable('not understood', 'turbostat printed no header with Bzy_MHz and TSC_MHz')
    // The line of all CPUs is the first below the header; lines of threads leave out columns of their core.
    const all = table(lines[at] ?? [], lines.slice(at + 1)).rows[0]
    if (!all || !summary(all)) return unavailable('not understood', 'turbostat printed no line for all CPUs')
    const [busy, base, smi] = [all.number('Bzy_MHz'), all.number('TSC_MHz'), all.number('SMI')]
    const host = defined<number | number[]>({
      'cpu.clock':
        busy !== undefined && busy >= 0 && base !== undefined && base > 0 ? [(100 * busy) / base] : undefined,
      'cpu.smi': smi !== undefined && smi >= 0 ? smi : undefined,
    })
    return { host, missing: absent(source.gives, host, untold) }
  },
}

const untold = unavailable('not supported', 'turbostat does not tell it of this processor')
const virtual = unavailable('not supported', 'a virtual machine does not see the clock registers of the processor')

function look(ms: number) {
  const interval = String(Math.max(1, Math.round(ms / 1000)))
  return {
    kind: 'run',
    argv: ['turbostat', '--quiet', '--num_iterations', '1', '--interval', interval],
    at: 'start',
    lasting: true,
  } as const
}

/** With `--Summary` there is no column CPU; without it the line of all CPUs has a dash there. */
function summary(all: Row): boolean {
  return (all.text('CPU') ?? '-') === '-'
}
