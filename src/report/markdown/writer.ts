// mdast tree → Markdown text that reads well raw: aligned tables where they fit a terminal, escapes only where needed.
import type { Root, Table } from 'mdast'
import { gfmTableToMarkdown } from 'mdast-util-gfm-table'
import { toMarkdown, type Handle, type Options } from 'mdast-util-to-markdown'
import { columns } from '../escape.ts'

/** A table wider than this is not padded: alignment would only push its last column further away. */
const ALIGNED = 140

const aligned = gfmTableToMarkdown({ stringLength: columns })
const ragged = gfmTableToMarkdown({ tablePipeAlign: false })

/** GitHub turns bare addresses into links and ~x~ into deletions; what a host calls things must not become either. */
const LITERAL: Options = {
  unsafe: [
    { character: ':', before: '[ps]', after: '\\/', inConstruct: 'phrasing' },
    { character: '.', before: '[Ww]{3}', after: '[\\-.\\w]', inConstruct: 'phrasing' },
    { character: '@', before: '[+\\-.\\w]', after: '[\\-.\\w]', inConstruct: 'phrasing' },
    { character: '~', inConstruct: 'phrasing' },
  ],
}

export function write(root: Root): string {
  return toMarkdown(root, {
    extensions: [aligned, LITERAL],
    handlers: { table: whicheverFits },
    bullet: '-',
    emphasis: '_',
    rule: '-',
    listItemIndent: 'one',
    incrementListMarker: true,
  })
}

const whicheverFits: Handle = (node: Table, parent, state, info) => {
  const written = handlerOf(aligned)(node, parent, state, info)
  const first = written.slice(0, written.indexOf('\n'))
  return columns(first) <= ALIGNED ? written : handlerOf(ragged)(node, parent, state, info)
}

function handlerOf(extension: Options): Handle {
  const handler = extension.handlers?.table
  if (handler === undefined || handler === null) throw new Error('mdast-util-gfm-table has no table handler')
  return handler
}
