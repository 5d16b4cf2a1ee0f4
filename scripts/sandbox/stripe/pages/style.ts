/** The look that all hosted pages share: light and dark, from 320 px up, without JavaScript. */
export const css = `
:root {
  color-scheme: light dark;
  --ground: #f4f6f3; --paper: #fff; --aside: #123c33; --aside-ink: #f2f7f4; --aside-soft: #b4cfc5;
  --ink: #14201c; --soft: #55635d; --line: #d5ddd8; --field: #fff;
  --accent: #0f6b57; --accent-ink: #fff; --accent-soft: #e2f1ec;
  --bad: #a61b1b; --bad-soft: #fdecea; --good: #0d6b3f; --good-soft: #e4f5ea; --warn: #7a4b00; --warn-soft: #fff3da;
  --shadow: 0 1px 2px rgb(20 32 28 / .06), 0 12px 32px rgb(20 32 28 / .08);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1513; --paper: #18201d; --aside: #0b2a24; --aside-ink: #eef6f2; --aside-soft: #9dbfb3;
    --ink: #eaf1ee; --soft: #a3b3ad; --line: #33403b; --field: #111815;
    --accent: #58cfae; --accent-ink: #06231b; --accent-soft: #17352d;
    --bad: #ff9d94; --bad-soft: #3a1917; --good: #7fe0a8; --good-soft: #12301f; --warn: #ffd27a; --warn-soft: #35280f;
    --shadow: none;
  }
}
*, *::before, *::after { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }
h1, h2, h3, p, dl, dd, ul, fieldset, legend { margin: 0; padding: 0; border: 0; min-width: 0 }
h1 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -.01em } h2 { font-size: 1.0625rem; line-height: 1.4 }
a { color: var(--accent); text-underline-offset: .2em } ul { list-style: none }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .375rem }
.soft { color: var(--soft) } .small { font-size: .875rem } .num { font-variant-numeric: tabular-nums; white-space: nowrap }
.brand { display: inline-flex; align-items: center; gap: .625rem; font-weight: 600; color: inherit; text-decoration: none }
.mark { display: grid; place-items: center; width: 2rem; height: 2rem; border-radius: .5rem; background: var(--accent); color: var(--accent-ink); font-size: .875rem; font-weight: 700 }
.tag { display: inline-block; padding: .0625rem .5rem; border-radius: .375rem; font-size: .75rem; font-weight: 600; background: var(--accent-soft); color: var(--accent); white-space: nowrap }
.tag.warn { background: var(--warn-soft); color: var(--warn) } .tag.bad { background: var(--bad-soft); color: var(--bad) } .tag.good { background: var(--good-soft); color: var(--good) }
.note { padding: .75rem 1rem; border-radius: .625rem; background: var(--accent-soft); color: var(--ink); border-left: 4px solid var(--accent) }
.note.bad { background: var(--bad-soft); border-color: var(--bad) } .note.good { background: var(--good-soft); border-color: var(--good) } .note.warn { background: var(--warn-soft); border-color: var(--warn) }
.button { display: inline-flex; align-items: center; justify-content: center; min-height: 2.75rem; padding: .5rem 1.125rem; border: 1px solid var(--line); border-radius: .625rem; background: var(--paper); color: var(--ink); font: inherit; font-weight: 600; text-decoration: none; text-align: center; cursor: pointer }
.button:hover { border-color: var(--accent) } .button.primary { background: var(--accent); border-color: var(--accent); color: var(--accent-ink) }
.button.primary:hover { filter: brightness(1.08) } .button.wide { width: 100%; min-height: 3.125rem; font-size: 1.0625rem }
.button.danger { color: var(--bad); border-color: currentcolor }
.field { display: grid; gap: .375rem } .field > label, legend { font-weight: 600; font-size: .9375rem }
input[type=text], input[type=email], textarea { width: 100%; min-height: 2.875rem; padding: .625rem .875rem; border: 1px solid var(--line); border-radius: .625rem; background: var(--field); color: var(--ink); font: inherit; font-variant-numeric: tabular-nums }
input[readonly] { background: transparent; border-style: dashed } input::placeholder { color: var(--soft); opacity: .75 }
input:focus, textarea:focus { outline: 2px solid var(--accent); outline-offset: 0; border-color: var(--accent) }
[aria-invalid=true] { border-color: var(--bad) !important; box-shadow: 0 0 0 1px var(--bad) }
.error { color: var(--bad); font-size: .875rem; font-weight: 500 }
form, .stack { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.125rem } .pair { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; align-items: start }
.choice { display: grid; grid-template-columns: auto 1fr auto; gap: .25rem .75rem; align-items: center; padding: .875rem 1rem; border: 1px solid var(--line); border-radius: .625rem; cursor: pointer }
.choice:has(:checked) { border-color: var(--accent); background: var(--accent-soft) } .choice input { width: 1.125rem; height: 1.125rem; accent-color: var(--accent); margin: 0 } .choices { display: grid; gap: .5rem; margin-top: .5rem }
details { font-size: .875rem; color: var(--soft) } summary { cursor: pointer; padding: .25rem 0 } details table { width: 100%; border-collapse: collapse; margin-top: .25rem } details td { padding: .25rem .5rem .25rem 0; vertical-align: top }
.foot { color: var(--soft); font-size: .8125rem; text-align: center }
.split { min-height: 100vh }
.side { background: var(--aside); color: var(--aside-ink); padding: 1.25rem 1.25rem 1.75rem } .side .soft { color: var(--aside-soft) } .side a { color: inherit }
.side :focus-visible { outline-color: var(--aside-ink) }
.side-in, .main-in { max-width: 27rem; margin: 0 auto; display: grid; gap: 1.25rem }
.top { display: flex; justify-content: space-between; align-items: center; gap: .75rem } .back { text-decoration: none; font-size: .9375rem; padding: .375rem 0 } .back:hover { text-decoration: underline }
.amount { font-size: 2.375rem; font-weight: 700; line-height: 1.1; letter-spacing: -.02em } .amount small { font-size: 1rem; font-weight: 500; letter-spacing: 0 }
.side h1 { font-size: 1.0625rem; font-weight: 500; color: var(--aside-soft) } .side .tag { background: #ffd98a; color: #4a3200 }
.lines { display: grid; gap: .625rem } .lines > div { display: flex; justify-content: space-between; gap: 1rem } .lines .sum { border-top: 1px solid rgb(255 255 255 / .2); padding-top: .625rem; font-weight: 600 }
.main { padding: 1.5rem 1.25rem 2.5rem }
.page { max-width: 44rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; display: grid; gap: 1.25rem }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: .875rem; padding: 1.25rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; box-shadow: var(--shadow) }
.row { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: .5rem 1rem } .row > :first-child { min-width: 0 }
.actions { display: flex; flex-wrap: wrap; gap: .625rem } .history li { display: grid; grid-template-columns: 1fr auto; gap: .125rem 1rem; padding: .75rem 0; border-top: 1px solid var(--line) } .history li:first-child { border: 0; padding-top: 0 } .history li:last-child { padding-bottom: 0 }
.end { text-align: right } .history .tag { margin-right: .375rem } .facts { display: grid; gap: .5rem } .facts > div { display: flex; justify-content: space-between; gap: 1rem }
@media (min-width: 56rem) {
  .split { display: grid; grid-template-columns: 1fr 1fr } .side { padding: 3.5rem 3rem } .side-in { margin: 0 0 0 auto; position: sticky; top: 3.5rem; gap: 1.75rem }
  .main { padding: 3.5rem 3rem; background: var(--paper) } .main-in { margin: 0 auto 0 0 } .page { padding-top: 2.5rem } .card { padding: 1.5rem } .history.wide li { grid-template-columns: 8rem 6rem 1fr auto; align-items: center }
}
@media (max-width: 30rem) { .actions .button { flex: 1 1 100% } .choice > :nth-child(3) { grid-column: 2 } }
@media (prefers-reduced-motion: no-preference) { .button { transition: filter .12s, border-color .12s } }
`
