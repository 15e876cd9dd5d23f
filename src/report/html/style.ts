// The style sheet of the HTML report: system fonts, light and dark, prints on paper; nothing is fetched.

export const CSS = `
:root { --ink: #1d2126; --soft: #5b6570; --page: #ffffff; --line: #d9dee3; --panel: #f4f6f8;
  --bad: #b42318; --doubt: #8a5a00; --good: #1a7f37; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e7ea; --soft: #9aa5b1; --page: #14171a; --line: #333a41; --panel: #1d2227;
    --bad: #ff8a7a; --doubt: #e3b341; --good: #63c77d; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); border-top: 6px solid var(--soft);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
body.critical { border-color: var(--bad); }
body.warn { border-color: var(--doubt); }
body.ok { border-color: var(--good); }
main { max-width: 62rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.15rem; font-weight: 600; color: var(--soft); margin: 1rem 0 .5rem; }
h1 + p { font-size: 1.35rem; line-height: 1.3; margin: .25rem 0; }
body.critical h1 + p strong { color: var(--bad); }
body.warn h1 + p strong { color: var(--doubt); }
body.ok h1 + p strong { color: var(--good); }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
ul, ol { padding-left: 1.4rem; }
li { margin: .15rem 0; }
code, pre { font: .875em/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { background: var(--panel); padding: .1em .3em; border-radius: 4px; }
pre { background: var(--panel); padding: .75rem 1rem; border-radius: 6px; overflow-x: auto; }
pre code { padding: 0; background: none; }
.wide { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line);
  overflow-wrap: normal; }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
td.bad { color: var(--bad); }
td.doubt { color: var(--doubt); }
td.good { color: var(--good); }
td.unknown { color: var(--soft); }
@media print { body { font-size: 11pt; border: 0; } .wide { overflow: visible; } }
`
