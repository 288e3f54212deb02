"""The style of a report: light, dark, narrow and on paper."""

__all__ = ["STYLE"]

STYLE = """
html { font-size: 15px; }
:root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --soft: #5b6570; --line: #dfe3e8; --tile: #f4f6f9;
  --mark: #2a6fbb; --other: #c2571a; --bar: 0; --wash: 42, 111, 187; }
@media (prefers-color-scheme: dark) { :root { --back: #14171b; --text: #e8eaed; --soft: #a2abb5; --line: #30363d;
  --tile: #1d2228; --mark: #6cabf0; --other: #f0955a; --wash: 90, 155, 230; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); line-height: 1.5;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 2.2rem 1.2rem 3rem; }
header h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.01em; overflow-wrap: anywhere; }
header p, .soft, footer { color: var(--soft); margin: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11.5rem, 1fr)); gap: .8rem; margin: 1.6rem 0 .8rem; }
.tile { background: var(--tile); border-radius: 10px; padding: .9rem 1rem; display: grid; align-content: start;
  grid-template-rows: minmax(2.4rem, auto) auto auto; }
.tile .name { color: var(--soft); font-size: .87rem; line-height: 1.35; align-self: end; }
.tile .big { font-size: 1.65rem; font-weight: 650; line-height: 1.35; font-variant-numeric: tabular-nums; }
.tile .note { color: var(--soft); font-size: .87rem; font-variant-numeric: tabular-nums; }
section { margin-top: 2.4rem; }
h2 { font-size: 1.25rem; margin: 0 0 .5rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
p { margin: 0 0 .6rem; max-width: 48rem; }
.scroll { overflow-x: auto; margin: .4rem 0 .8rem; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; font-weight: 400; padding: .38rem .7rem; border-bottom: 1px solid var(--line);
  vertical-align: baseline; white-space: nowrap; }
th:first-child, td:first-child { padding-left: 0; }
thead th { color: var(--soft); font-size: .87rem; vertical-align: bottom; white-space: normal; border-bottom-color: var(--soft); }
.n { text-align: right; }
td.long { white-space: normal; min-width: 18rem; }
td.bar { min-width: 7.5rem;
  background: linear-gradient(rgba(var(--wash), .22), rgba(var(--wash), .22)) .7rem center / calc((100% - .7rem) * var(--bar)) 62% no-repeat; }
table.small { width: auto; min-width: min(100%, 30rem); }
ul { margin: .2rem 0 .6rem; padding-left: 1.2rem; max-width: 48rem; }
.cohorts table { width: auto; font-size: .74rem; }
.cohorts td { text-align: right; padding: .3rem .35rem; border: 1px solid var(--back); min-width: 2.2rem;
  background: rgba(var(--wash), calc(var(--share) * .6)); }
.cohorts td.none { background: none; }
.cohorts td.size, .cohorts th { background: none; border-color: transparent; padding: .3rem .5rem .3rem 0; white-space: nowrap; }
.cohorts th:first-child { position: sticky; left: 0; background: var(--back); }
.cohorts thead th { font-size: .74rem; }
.cohorts th[scope=col] { text-align: right; padding-right: .4rem; }
.cohorts th[scope=col]:first-child { text-align: left; }
.chart { margin: 1rem 0; }
.chart figcaption { color: var(--soft); font-size: .9rem; max-width: 48rem; }
.key span { margin-right: 1.2rem; font-size: .87rem; }
.key span::before { content: ""; display: inline-block; width: 1.3rem; border-top: 3px solid var(--mark);
  vertical-align: middle; margin-right: .4rem; }
.key .forecast::before { border-top: 3px dashed var(--other); }
.plot { position: relative; padding: .8rem 0 .4rem 3rem; font-size: .8rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.area { position: relative; height: 14rem; }
.area svg { width: 100%; height: 100%; display: block; overflow: visible; }
.area line, .area polyline { fill: none; vector-effect: non-scaling-stroke; }
.grid { stroke: var(--line); stroke-width: 1; }
.split { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 3; }
polyline.made { stroke: var(--mark); stroke-width: 2; stroke-linejoin: round; }
polyline.forecast { stroke: var(--other); stroke-width: 2; stroke-dasharray: 6 4; }
.y { position: absolute; left: 0; width: 2.6rem; top: .8rem; height: 14rem; }
.y span { position: absolute; right: 0; transform: translateY(50%); }
.x { position: relative; height: 1.2rem; margin-top: .3rem; }
.x span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.x span:first-child { transform: none; }
.x span:last-child { transform: translateX(-100%); }
.here { position: absolute; top: -.2rem; padding: 0 .4rem; background: var(--back); opacity: .92; }
details { font-size: .93rem; }
summary { cursor: pointer; color: var(--soft); }
footer { margin-top: 2.4rem; font-size: .85rem; }
@media (max-width: 640px) { main { padding: 1.2rem .9rem 2rem; } header h1 { font-size: 1.5rem; } .minor { display: none; }
  .tiles { grid-template-columns: 1fr 1fr; gap: .6rem; } .tile { padding: .7rem .8rem; } .tile .big { font-size: 1.3rem; }
  th, td { padding: .35rem .35rem; } th[scope=row] { white-space: normal; }
  .cohorts th[scope=row] { white-space: nowrap; } td.bar { min-width: 4.4rem; } table { font-size: .87rem; }
  tr:has(> .long) { display: grid; grid-template-columns: 1fr 1.6fr 1.1fr 1fr; } tr:has(> td.long) > :not(.long) { border-bottom: 0; }
  tr > td.long { grid-column: 1 / -1; min-width: 0; padding: 0 0 .6rem; color: var(--soft);
    border-bottom: 1px solid var(--line); } th.long { display: none; } }
@page { size: A4; margin: 14mm; }
@media print { :root { --back: #fff; --text: #1b1f24; --soft: #5b6570; --line: #dfe3e8; --tile: #f4f6f9; --mark: #2a6fbb;
  --other: #c2571a; --wash: 42, 111, 187; } html { font-size: 10.5px; } main { padding: 0; max-width: none; }
  .tiles { grid-template-columns: repeat(5, 1fr); } .tile .big { font-size: 1.3rem; } .scroll { overflow: visible; }
  .tile, .cohorts td, td.bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  tr, .tile, .chart { break-inside: avoid; } h2, h3 { break-after: avoid; } details { display: none; }
  section { margin-top: 1.6rem; } .cohorts td { min-width: 0; }
  th, td { padding: .3rem .5rem; } td.long { min-width: 0; } .area { height: 11rem; } .y { height: 11rem; } }
"""
