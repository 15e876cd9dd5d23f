// The script inside a flame graph: a line of detail, zoom by click, search. Without it the picture and its tooltips remain. Names are only
// ever set as text, for they come from the host.

export const SCRIPT = `
'use strict'
{
  const WIDTH = 1200, MARGIN = 10, LETTER = 7.1
  const by = (id) => document.getElementById(id)
  const detail = by('detail'), found = by('found'), reset = by('reset'), search = by('search')
  const frames = Array.from(by('frames').children, (g) => {
    const rect = g.querySelector('rect')
    const number = (name) => Number(rect.getAttribute(name))
    const title = g.querySelector('title').textContent
    return { g, rect, text: g.querySelector('text'), title, name: title.slice(0, title.lastIndexOf(' (')), x: number('x'), y: number('y'), width: number('width') }
  })
  const of = new Map(frames.map((frame) => [frame.g, frame]))
  let zoomed = frames[frames.length - 1], wanted = null

  const place = (frame, x, width) => {
    frame.rect.setAttribute('x', x)
    frame.rect.setAttribute('width', width)
    const letters = Math.floor((width - 6) / LETTER)
    if (letters >= 3 && !frame.text) {
      frame.text = document.createElementNS('http://www.w3.org/2000/svg', 'text')
      frame.text.setAttribute('y', frame.y + 12)
      frame.g.append(frame.text)
    }
    if (!frame.text) return
    frame.text.setAttribute('x', x + 3)
    frame.text.textContent = letters < 3 ? '' : frame.name.length <= letters ? frame.name : frame.name.slice(0, letters - 2) + '..'
  }
  const zoom = (to) => {
    zoomed = to
    const all = to === frames[frames.length - 1], scale = (WIDTH - 2 * MARGIN) / to.width
    for (const frame of frames) {
      const above = frame.y <= to.y && frame.x <= to.x + 0.02 && frame.x + frame.width >= to.x + to.width - 0.02
      const inside = frame.y >= to.y && frame.x >= to.x - 0.02 && frame.x + frame.width <= to.x + to.width + 0.02
      frame.g.classList.toggle('past', above && frame !== to)
      frame.g.classList.toggle('gone', !above && !inside)
      if (above) place(frame, MARGIN, WIDTH - 2 * MARGIN)
      else if (inside) place(frame, MARGIN + (frame.x - to.x) * scale, frame.width * scale)
    }
    reset.classList.toggle('off', all)
    count()
  }
  const count = () => {
    found.textContent = ''
    const hits = wanted ? frames.filter((frame) => wanted(frame.name)) : []
    for (const frame of frames) frame.g.classList.remove('hit')
    if (!wanted) return
    // A frame below one that was counted is part of it.
    let sum = 0, until = -1
    for (const frame of hits) frame.g.classList.add('hit')
    const seen = hits.filter((frame) => frame.x >= zoomed.x - 0.02 && frame.x + frame.width <= zoomed.x + zoomed.width + 0.02)
    for (const frame of seen.sort((a, b) => a.x - b.x || b.width - a.width)) {
      const from = Math.max(frame.x, until), to = frame.x + frame.width
      if (to > from) { sum += to - from; until = to }
    }
    found.textContent = 'Found: ' + (100 * sum / zoomed.width).toFixed(1) + ' %'
  }
  const ask = () => {
    if (wanted) { wanted = null; search.textContent = 'Search'; return count() }
    const term = prompt('Frames whose name contains, or matches /…/')
    if (!term) return
    const pattern = /^\\/(.+)\\/$/.exec(term)
    try {
      const match = pattern && new RegExp(pattern[1])
      wanted = match ? (name) => match.test(name) : (name) => name.toLowerCase().includes(term.toLowerCase())
    } catch { found.textContent = 'Not a regular expression'; return }
    search.textContent = 'Clear search'
    count()
  }
  const press = (element, act) => {
    element.addEventListener('click', act)
    element.addEventListener('keydown', (event) => { if (event.key === 'Enter') act() })
  }
  by('frames').addEventListener('click', (event) => { const frame = of.get(event.target.closest('g')); if (frame) zoom(frame) })
  by('frames').addEventListener('mouseover', (event) => { const frame = of.get(event.target.closest('g')); if (frame) detail.textContent = frame.title })
  by('frames').addEventListener('mouseout', () => { detail.textContent = '' })
  press(reset, () => zoom(frames[frames.length - 1]))
  press(search, ask)
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') zoom(frames[frames.length - 1])
    if (event.key === 'f' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); ask() }
  })
  search.classList.remove('off')
}
`
