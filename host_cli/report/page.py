"""The page of a report: self-contained HTML, which loads nothing from the network and prints on A4 and Letter."""

import datetime
import html
import re

from .moments import clock
from .plots import Figure
from .targets import Rule, Target

#: In the tiles, remarks and times after the value are left out, from this pattern on.
_SHORT = re.compile(r" \(| at ")
#: The largest number of overs that are listed.
MOST_OVERS = 40
STYLE = """
:root{--ink:#23272e;--soft:#667080;--line:#d8dce2;--warm:#d9662b;--cool:#2f6fb0;--good:#1d7f45;--bad:#b3261e}
*{box-sizing:border-box}body{font:15px/1.45 system-ui,"Segoe UI",Roboto,"Liberation Sans",sans-serif;color:var(--ink);background:#fff;
max-width:1120px;margin:1.5rem auto;padding:0 1rem}h1{font-size:1.5rem;margin:0;overflow-wrap:anywhere}
h2{font-size:1.02rem;margin:0}header p,.note{color:var(--soft);margin:.1rem 0 .3rem;font-size:.86rem}
.verdict{border-left:8px solid;padding:.7rem 1rem;margin:1rem 0;background:#f6f7f9}.verdict.pass{border-color:var(--good)}
.verdict.fail{border-color:var(--bad)}.verdict.none{border-color:var(--soft)}.verdict strong{font-size:1.25rem}
.verdict.pass strong,tr.pass .mark{color:var(--good)}.verdict.fail strong,tr.fail .mark{color:var(--bad)}.head>*{color:var(--soft);font-size:.84rem}.mark{font-weight:700;white-space:nowrap}
table{border-collapse:collapse;width:100%}th{font-weight:400;text-align:left}td,th{padding:.18rem .9rem .18rem 0;vertical-align:top}
tr+tr>*{border-top:1px solid #e7eaee}td{font-variant-numeric:tabular-nums}.tiles{display:flex;flex-wrap:wrap;gap:.6rem;margin:1rem 0}
.tile{flex:1 1 8rem;border:1px solid var(--line);border-radius:6px;padding:.45rem .7rem}.tile b{display:block;font-size:1.35rem}
.tile span{color:var(--soft);font-size:.84rem}figure{margin:1.1rem 0 0;break-inside:avoid}.pair{display:flex;gap:20px}
.pair figure{flex:1 1 0;min-width:0}.facts{columns:2;column-gap:2rem;margin-top:.4rem}.facts div{display:flex;
justify-content:space-between;gap:1rem;border-bottom:1px solid #e7eaee;padding:.16rem 0;break-inside:avoid}
.facts span{color:var(--soft)}.facts b{font-weight:400;text-align:right;overflow-wrap:anywhere}svg{width:100%;height:auto;display:block}
.grid{stroke:#8b95a3;stroke-opacity:.28}.tick,.unit,.label{font-size:12px;fill:var(--soft)}.label{fill:var(--ink);paint-order:stroke;stroke:#fff;
stroke-width:3px}
.line{fill:none;stroke-width:1.6;stroke-linejoin:round}.momentary{stroke:#a9b2be;stroke-width:1}.short{stroke:var(--warm)}
.integrated{stroke:var(--cool);stroke-width:2.2}.peak{stroke:var(--warm);stroke-width:1.2}.target{stroke:var(--good);
stroke-dasharray:6 4}.ceiling{stroke:var(--bad);stroke-dasharray:6 4}text.target{fill:var(--good);
stroke:#fff;stroke-dasharray:none}
text.ceiling{fill:var(--bad);stroke:#fff;stroke-dasharray:none}.wave{fill:var(--cool);fill-opacity:.75}.side{font-size:13px;font-weight:700;fill:var(--ink);paint-order:stroke;
stroke:#fff;stroke-width:3px}.over{fill:var(--bad)}.shade{fill-opacity:.22}.goal{fill:var(--good);
fill-opacity:.14}.forbidden{fill:var(--bad);fill-opacity:.07}.bar{fill:var(--warm);fill-opacity:.8}.reference{fill:var(--cool);
fill-opacity:.22}image{image-rendering:auto}.cursor{stroke:var(--ink);stroke-width:1}.readout{font-size:13px;font-weight:600;
fill:var(--ink);paint-order:stroke;stroke:#fff;stroke-width:4px}footer{color:var(--soft);font-size:.8rem;margin:1.4rem 0}
@media (max-width:700px){.pair{display:block}.facts{columns:1}}
@page{margin:12mm}@media print{body{margin:0;padding:0;max-width:none;font-size:11px;-webkit-print-color-adjust:exact;
print-color-adjust:exact}.cursor,.readout,.hint{display:none}figure{margin-top:.6rem}.tile{flex-basis:0}.tile b{font-size:1.05rem}}
"""

#: Moves one cursor over all plots that have the same time axis, and shows the values at the cursor.
SCRIPT = """
const plots=[...document.querySelectorAll('svg.time')].map(svg=>{const d=svg.dataset,ns='http://www.w3.org/2000/svg',
make=(tag,cls)=>{const e=document.createElementNS(ns,tag);e.setAttribute('class',cls);svg.append(e);return e},
box=svg.viewBox.baseVal;return{svg,d,box,series:JSON.parse(d.series),line:make('line','cursor'),text:make('text','readout')}});
const nearest=(t,x)=>{let a=0,b=t.length-1;while(a<b){const m=(a+b)>>1;t[m]<x?a=m+1:b=m}return a};
const show=part=>{for(const p of plots){const left=+p.d.left,wide=p.box.width-left-p.d.right,x=left+part*wide,s=part*p.d.seconds,
words=Object.entries(p.series).map(([n,[t,v]])=>{const y=v[nearest(t,s)];return n+' '+(y===null||y<=-100?'–':y.toFixed(1))});
for(const[k,v]of Object.entries({x1:x,x2:x,y1:p.d.top,y2:p.box.height-p.d.bottom}))p.line.setAttribute(k,v);
p.text.textContent=Math.floor(s/60)+':'+(s%60).toFixed(1).padStart(4,'0')+'  '+words.join('   ');
p.text.setAttribute('y',+p.d.top+30);p.text.setAttribute('x',part<.5?x+6:x-6);p.text.setAttribute('text-anchor',part<.5?'start':'end');
p.line.style.display=p.text.style.display=part<0||part>1?'none':''}};
for(const p of plots){p.svg.addEventListener('pointermove',e=>{const r=p.svg.getBoundingClientRect(),left=+p.d.left,
x=(e.clientX-r.left)*p.box.width/r.width;show((x-left)/(p.box.width-left-p.d.right))});
p.svg.addEventListener('pointerleave',()=>show(-1))}show(-1);
"""


def page(
    name: str,
    rules: list[Rule],
    target: Target,
    rows: list[tuple[str, str]],
    figures: list[Figure],
    facts: dict,
    overs: list[dict],
) -> str:
    """The whole page. `rows`: the figures as (name, value). `facts`: the facts about the file. `overs`: spans (`analysis.spans`)."""
    escaped = html.escape(name)
    made = datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    values = dict(rows)
    tiles = "".join(
        f'<div class="tile"><b>{html.escape(minus(_SHORT.split(values[key])[0]))}</b><span>{html.escape(key)}</span></div>'
        for key in (
            "integrated loudness",
            "loudness range",
            "true peak",
            "peak to loudness (PLR)",
            "dynamic range (DR)",
        )
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escaped} – loudness report</title><style>{STYLE}</style>"
        f"<header><h1>{escaped}</h1><p>Loudness report by Burnish, {made}. "
        f'<span class="hint">Move the pointer over a plot to read all values at that time.</span></p></header>'
        f"{_verdict(rules, target)}<div class=tiles>{tiles}</div>"
        f"{''.join(figure_rows(figures))}"
        f"<figure><h2>All figures</h2>{_facts(rows)}</figure>{_overs(overs)}<figure><h2>File</h2>{_facts(facts.items())}</figure>"
        f"<footer>Loudness: ITU-R BS.1770-5, EBU Tech 3341 and 3342. True peak: 16 points per sample (BS.1770-5, annex 2, asks for 4).</footer>"
        f"<script>{SCRIPT}</script></html>\n"
    )


def _verdict(rules: list[Rule], target: Target) -> str:
    failed = [rule for rule in rules if rule.passed is False]
    unknown = [rule for rule in rules if rule.passed is None]
    if failed:
        kind, text = "fail", f"Fail: {len(failed)} of {len(rules)} rules"
    elif unknown:
        kind, text = "none", f"No verdict: {len(unknown)} of {len(rules)} rules cannot be measured"
    else:
        kind, text = "pass", "Pass: all rules"
    words = {True: ("pass", "✓ pass"), False: ("fail", "✗ fail"), None: ("none", "– unknown")}
    lines = "".join(
        f'<tr class="{words[rule.passed][0]}"><th>{html.escape(rule.name)}</th><td>{html.escape(rule.measured)}</td>'
        f'<td>{html.escape(minus(rule.allowed))}</td><td class="mark">{words[rule.passed][1]}</td>'
        f"<td>{html.escape(rule.advice) if rule.passed is False else ''}</td></tr>"
        for rule in rules
    )
    return (
        f'<section class="verdict {kind}"><strong>{text}</strong> for the target {html.escape(minus(target.name))}'
        f"<table><tr class=head><th>rule</th><td>measured</td><td>allowed</td><td></td><td></td></tr>{lines}</table></section>"
    )


def figure_rows(figures: list[Figure]):
    """The figures in their order. Two consecutive figures of half width share a row."""
    waiting = ""
    for figure in figures:
        text = f'<figure><h2>{html.escape(figure.title)}</h2><p class="note">{html.escape(figure.note)}</p>{figure.svg}</figure>'
        if not figure.half:
            yield text
        elif waiting:
            yield f'<div class="pair">{waiting}{text}</div>'
            waiting = ""
        else:
            waiting = text
    if waiting:
        yield waiting


def _overs(overs: list[dict]) -> str:
    """The list of overs with their times, if there are any."""
    if not overs:
        return ""
    rows = [
        (f"{clock(over['seconds'])} to {clock(over['until_s'])}", f"{over['dbtp']:+.2f} dBTP")
        for over in overs[:MOST_OVERS]
    ]
    more = f'<p class="note">and {len(overs) - len(rows)} more</p>' if len(overs) > len(rows) else ""
    return f"<figure><h2>Overs</h2>{_facts(rows)}{more}</figure>"


def _facts(rows) -> str:
    cells = "".join(f"<div><span>{html.escape(k)}</span><b>{html.escape(minus(str(v)))}</b></div>" for k, v in rows)
    return f'<div class="facts">{cells}</div>'


def minus(text: str) -> str:
    """`text` with minus signs in place of the hyphens before digits."""
    return "".join(
        "−" if c == "-" and text[n + 1 : n + 2].isdigit() and not text[n - 1 : n].isalnum() else c
        for n, c in enumerate(text)
    )
