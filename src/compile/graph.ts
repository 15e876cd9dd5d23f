// Machine configuration → Mermaid text: what a runbook does, for docs and review. GitHub renders it.
import type { CompiledRunbook, CompiledStep } from './flatten.ts'
import { describe } from './machine.ts'

export function mermaid(runbook: CompiledRunbook): string {
  const lines = ['stateDiagram-v2', `  %% ${plain(runbook.title)}`]
  const first = runbook.steps[0]
  lines.push(`  [*] --> ${first ? node(first) : 'the_end'}`)
  draw(runbook.steps, 'the_end', lines, '  ')
  lines.push('  the_end: end', '  the_end --> [*]')
  return `${lines.join('\n')}\n`
}

function draw(steps: readonly CompiledStep[], end: string, lines: string[], indent: string): void {
  steps.forEach((step, i) => {
    const after = steps[i + 1]
    const next = after ? node(after) : end
    if (step.verb === 'group') {
      const first = step.steps[0]
      lines.push(`${indent}state "${plain(describe(step))}" as ${node(step)} {`)
      if (first) lines.push(`${indent}  [*] --> ${node(first)}`)
      draw(step.steps, '[*]', lines, `${indent}  `)
      lines.push(`${indent}}`)
    } else lines.push(`${indent}${node(step)}: ${plain(describe(step))}`)
    // A step whose condition does not hold is passed by: the same next state, another reason.
    lines.push(`${indent}${node(step)} --> ${next}${step.when ? `: done when ${plain(step.when.text)}` : ''}`)
    if (step.when) lines.push(`${indent}${node(step)} --> ${next}: else passed by`)
  })
}

function node(step: CompiledStep): string {
  return step.state.replace(/\W/g, '_')
}

/** Mermaid takes a colon, a semicolon and a line break for its own. */
function plain(text: string): string {
  return text
    .replace(/[\n;:"{}]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
