// AER counters at both ends of the window → uncorrected and corrected PCIe errors, and the device that has most of them.
//   …/0000:00:06.0/aer_dev_correctable    RxErr 0  BadTLP 0  BadDLLP 0 …  TOTAL_ERR_COR 0
//   …/0000:00:06.0/aer_dev_nonfatal       Undefined 0  DLP 0 …            TOTAL_ERR_NONFATAL 0
import { increase } from '../../parse/counters.ts'
import { keyed } from '../../parse/files.ts'

type Files = ReadonlyMap<string, string>

const TOTAL: Readonly<Record<string, string>> = {
  aer_dev_correctable: 'TOTAL_ERR_COR',
  aer_dev_nonfatal: 'TOTAL_ERR_NONFATAL',
  aer_dev_fatal: 'TOTAL_ERR_FATAL',
}

export function errorsOf(reads: readonly Files[]): Record<string, string | number> {
  const paths = new Set(reads.flatMap((read) => [...read.keys()]).filter((path) => /\/aer_dev_[a-z]+$/.test(path)))
  const counted = [...paths].flatMap((path) => {
    const [, device = '', file = ''] = /([^/]+)\/(aer_dev_[a-z]+)$/.exec(path) ?? []
    const counts = reads.flatMap((read) => {
      const text = read.get(path)
      return text === undefined ? [] : [keyed(text).get(TOTAL[file] ?? '')]
    })
    const grown = increase(counts)
    return grown === undefined ? [] : [{ device, corrected: file === 'aer_dev_correctable', grown }]
  })
  if (counted.length === 0) return {}
  const sum = (corrected: boolean) =>
    counted.reduce((total, one) => total + (one.corrected === corrected ? one.grown : 0), 0)
  const worst = counted.toSorted((a, b) => Number(a.corrected) - Number(b.corrected) || b.grown - a.grown)
  const named = worst.find((one) => one.grown > 0)
  return {
    'controller.bus_errors': sum(false),
    'controller.bus_corrected': sum(true),
    'controller.bus_error_device': named?.device ?? 'none',
  }
}
