// peer:ADDRESS or peer:ADDRESS:PORT → the address. Names are not looked up: a sick resolver must not hang the run, nor another host be meant.
import type { Target } from '../../model/target.ts'
import { notFound, type Seeking } from './resolve.ts'

const FOUR = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/
const SIX = /^(?=.*:.*:)[0-9a-f:]+(?:\d+\.\d+\.\d+\.\d+)?$/i

export function peerOf(seeking: Seeking): Target {
  const { host, port } = split(seeking.name)
  if (!FOUR.test(host) && !SIX.test(host))
    return notFound(
      seeking,
      'peer',
      `${host} is not an address, and names are not looked up`,
      `name its address: getent ahosts ${/^[\w.-]+$/.test(host) ? host : 'NAME'}`,
    )
  const peer = port === undefined ? { address: host } : { address: host, port }
  return { text: seeking.text, kind: 'peer', name: seeking.name, processes: [], total: 0, groups: [], peer }
}

/** `10.0.0.9:5432`, `[2001:db8::1]:5432`; colons of a bare version 6 address are its own. */
function split(text: string): { readonly host: string; readonly port?: number } {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text)
  const plain = /^([^:]+):(\d{1,5})$/.exec(text)
  const [, host, port] = bracketed ?? plain ?? [undefined, text, undefined]
  return port === undefined ? { host: host ?? text } : { host: host ?? text, port: Number(port) }
}
