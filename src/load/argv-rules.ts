// `argv:` of an own metric → programs that are not named as one, and those that only run what nobody can check: shells, interpreters, wrappers.
import { posix } from 'node:path'
import type { Pointer } from './located.ts'
import { list, text, type Mistake } from './page.ts'

/** Program → the options after which it takes a program text. */
const INTERPRETERS: readonly (readonly [RegExp, RegExp])[] = [
  [/^(?:ba|da|z|k|mk|a|fi|c|tc)?sh$/, /^-\w*c\w*$/],
  [/^python[\d.]*$/, /^-\w*c/],
  [/^(?:perl|ruby)[\d.]*$/, /^-\w*[eE]/],
  [/^node(?:js)?$/, /^(?:-\w*[ep]|--eval|--print)/],
  [/^(?:php|lua|tclsh)[\d.]*$/, /^-\w*[er]/],
]
const WRAPPERS =
  /^(?:env|xargs|sudo|doas|su|runuser|setpriv|chroot|unshare|nsenter|nohup|setsid|nice|ionice|chrt|taskset|timeout|stdbuf|flock|watch|busybox|systemd-run|strace|time)$/
/** What only a shell understands. */
const SHELL_WORD = /^(?:\|\|?|&&?|;|\d?(?:>>?|<)(?:&\d)?|\|&)$|\$[({\w]|`/

export function* argvRules(argv: unknown, at: Pointer): Generator<Mistake> {
  const words = list(argv)
  const program = text(words[0])
  if (program === undefined) return
  yield* programRules(program, words.length, [...at, 0])
  yield* runsAnother(program, words.slice(1), at)
  for (const [i, word] of words.entries())
    if (typeof word === 'string' && SHELL_WORD.test(word))
      yield {
        code: 'shell-word',
        severity: 'warning',
        message: 'there is no shell: the program gets this as it stands',
        hint: 'put what needs a shell into a script, and name the script',
        at: [...at, i],
      }
}

function* programRules(program: string, count: number, at: Pointer): Generator<Mistake> {
  const absolute = program.startsWith('/')
  if (/\s/.test(program) && count === 1)
    yield {
      code: 'bad-program',
      message: 'one text is one argument; this is a whole command line',
      hint: `write [${program.trim().split(/\s+/).join(', ')}]`,
      at,
    }
  else if (program.trim() === '' || (absolute ? posix.resolve(program) !== program : /[/~]/.test(program)))
    yield {
      code: 'bad-program',
      message: `${program.trim() === '' ? 'nothing' : program} is neither the name of a program nor an absolute path`,
      hint: 'redis-cli is looked up in /usr/bin and the like; a path begins with / and has no .. in it',
      at,
    }
}

function* runsAnother(program: string, args: readonly unknown[], at: Pointer): Generator<Mistake> {
  const name = posix.basename(program)
  const inline = INTERPRETERS.find(([names]) => names.test(name))?.[1]
  if (!inline && !WRAPPERS.test(name)) return
  const code = inline ? args.findIndex((arg) => typeof arg === 'string' && inline.test(arg)) : -1
  if (code >= 0)
    yield {
      code: 'shell-string',
      message: `${name} would run a text as a program`,
      hint: 'put it into a script with #! in its first line, and name the script by its absolute path',
      at: [...at, code + 1],
    }
  else
    yield {
      code: 'runs-another',
      message: `${name} runs another program, and nobody could check that one`,
      hint: inline
        ? 'name the script itself by its absolute path, with #! in its first line'
        : 'name the program itself; it is stopped after 3 s in any case',
      at: [...at, 0],
    }
}
