// A report and the truth of its fault → passed or not, and the word for it.

/** The first diagnosis must name an accepted cause and who is to blame; nothing forbidden may be named at all. A control must be quiet. */
export function judge(fault, truth, { report, code }) {
  if (report === undefined) return { passed: false, word: 'NO REPORT', said: [] }
  const { diagnoses } = report
  const [first] = diagnoses
  const said = diagnoses.map(({ cause }) => cause)
  if (fault.control) {
    const passed = diagnoses.length === 0 && code === 0
    return { passed, said, word: passed ? 'quiet' : 'FALSE ALARM', first }
  }
  const cause = first !== undefined && fault.causes.includes(first.cause)
  const culprit = cause && namesCulprit(first, fault.culprit, truth)
  const wrong = said.filter(
    (one) => !fault.causes.includes(one) && fault.forbidden.some((prefix) => one.startsWith(prefix)),
  )
  const passed = cause && culprit && wrong.length === 0
  return { passed, cause, culprit, said, wrong, first, word: wordOf(fault, { cause, culprit, wrong, said }) }
}

function wordOf(fault, { cause, culprit, wrong, said }) {
  if (!cause) return said.some((one) => fault.causes.includes(one)) ? 'NOT FIRST' : 'MISSED'
  if (!culprit) return 'NO CULPRIT'
  return wrong.length > 0 ? 'AND WRONG' : 'pass'
}

/** One of the keys is enough: some faults are as well named by their group or port as by their process. */
function namesCulprit({ culprits }, keys, truth) {
  return keys.some((key) => truth[key] !== undefined && culprits.some((one) => names(one, key, truth[key])))
}

function names(culprit, key, value) {
  if (key === 'pid') return culprit.pid === value || (culprit.pids ?? []).includes(value)
  const texts = Object.values(culprit).filter((one) => typeof one === 'string')
  if (key === 'port') return texts.some((text) => new RegExp(`(?<!\\d)${value}(?!\\d)`).test(text))
  const short = key === 'cgroup' ? value.split('/').pop() : value.slice(0, 15)
  return texts.some((text) => text.includes(short))
}
