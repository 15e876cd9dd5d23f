// Report → one HTML page that needs nothing else: the Markdown report rendered with raw HTML, links and images switched off.
import { createHash } from 'node:crypto'
import type { Report } from '../model/report.ts'
import { clean } from './escape.ts'
import type { ReportFormat } from './format.ts'
import { CSS } from './html/style.ts'
import { renderMarkdown } from './markdown.ts'
import { STATUS_WORD } from './words.ts'

export const format: ReportFormat = { id: 'html', extension: 'html', render: renderHtml }

/** First word of a matrix cell or status → class of the style sheet. A fixed list: host text can pick a colour, never a class. */
const COLOURS: Readonly<Record<string, string>> = {
  problem: 'bad',
  critical: 'bad',
  suspect: 'doubt',
  unknown: 'unknown',
  ok: 'good',
  'not measured': 'unknown',
}

export async function renderHtml(report: Report): Promise<string> {
  const { default: MarkdownIt } = await import('markdown-it')
  const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false })
  // The report has no links and no pictures of its own, so whatever looks like one came from the host.
  markdown.disable(['image', 'link', 'autolink', 'reference', 'html_block', 'html_inline', 'strikethrough'])
  markdown.validateLink = () => false
  markdown.renderer.rules.td_open = (tokens, i) => {
    const text = tokens[i + 1]?.children?.find((token) => token.content !== '')?.content ?? ''
    const colour = COLOURS[/^(?:not measured|\w+)/.exec(text)?.[0] ?? '']
    return colour === undefined ? '<td>' : `<td class="${colour}">`
  }
  markdown.renderer.rules.table_open = () => '<div class="wide"><table>\n'
  markdown.renderer.rules.table_close = () => '</table></div>\n'
  return page(report, markdown.render(renderMarkdown(report)), markdown.utils.escapeHtml)
}

function page(report: Report, body: string, escape: (text: string) => string): string {
  const hash = createHash('sha256').update(CSS).digest('base64')
  const title = escape(clean(`${STATUS_WORD[report.status]} ${report.host.name} ${report.runbook}`, 120))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${CSS}</style>
</head>
<body class="${report.status}">
<main>
${body}</main>
</body>
</html>
`
}
