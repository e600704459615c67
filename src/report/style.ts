const light = '--paper:#fdfdfb;--ink:#1c2128;--soft:#59636e;--line:#d8dbdf;--tint:#f3f3ef;--link:#0a5f97'
const dark = '--paper:#14171b;--ink:#e3e6ea;--soft:#98a1ac;--line:#333a42;--tint:#1c2026;--link:#6bb7ea'

/** The report's style sheet. Colours follow the reader's system unless the page's root has `data-theme`. */
export const styleSheet = `
:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${dark}}}
:root[data-theme=dark]{color-scheme:dark;${dark}}
:root[data-theme=light]{color-scheme:light}
@property --fade{syntax:'<length>';inherits:false;initial-value:0px}
@keyframes fade{from{--fade:2.5rem}to{--fade:0px}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 'Iowan Old Style','Palatino Linotype',Palatino,'Source Serif 4',Georgia,'DejaVu Serif',serif;font-variant-numeric:lining-nums}
header,main,footer{display:grid;grid-template-columns:[full-start] minmax(1rem,1fr) [wide-start] minmax(0,11.5rem) [text-start] min(43rem,100% - 2rem) [text-end] minmax(0,11.5rem) [wide-end] minmax(1rem,1fr) [full-end]}
header>*,footer>*,section>*{grid-column:text}
section{grid-column:full;display:grid;grid-template-columns:subgrid}
section>figure,section>.table,section>.setting,section>.long{grid-column:wide}
header{padding-top:clamp(2rem,7vw,4.5rem)}
h1,h2,nav,figcaption b,table,.facts dt,.limits dt,button,summary,.lead,footer{font-family:system-ui,-apple-system,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif}
h1{font-size:clamp(1.7rem,5vw,2.4rem);line-height:1.15;letter-spacing:-.015em;font-weight:650;margin:.2em 0 .4em;text-wrap:balance}
h2{font-size:1.4rem;line-height:1.25;font-weight:650;letter-spacing:-.01em;margin:3.2rem 0 .6rem;padding-top:1.2rem;border-top:1px solid var(--line);scroll-margin-top:.5rem}
h2 a{color:inherit;text-decoration:none}
h2 a:hover{text-decoration:underline}
.answer{margin:.9rem 0 1.2rem;padding:.75rem 1rem;background:var(--tint);border-left:3px solid var(--link);border-radius:0 6px 6px 0}
.answer p{margin:0}
.answer p+p{margin-top:.45rem}
.answer p:first-child{font-size:1.08em;line-height:1.5}
.lead{color:var(--soft);font-size:.9rem;margin:0}
p{margin:.6rem 0}
a{color:var(--link)}
nav{margin-top:1.6rem;font-size:.95rem}
nav ol{margin:0;padding:0;list-style:none;columns:2 15rem;column-gap:2rem;counter-reset:n}
nav li{counter-increment:n;padding:.18rem 0;break-inside:avoid}
nav li::before{content:counter(n);display:inline-block;width:2em;color:var(--soft)}
nav a{text-decoration:none}
nav a:hover{text-decoration:underline}
figure{margin:1.6rem 0 1.2rem;min-width:0}
.scroll{overflow-x:auto;max-width:100%}
@supports (animation-timeline:scroll()){.scroll{animation:fade linear;animation-timeline:scroll(self inline);mask-image:linear-gradient(to right,#000 calc(100% - var(--fade)),transparent)}}
.scroll:focus-visible,a:focus-visible,button:focus-visible,summary:focus-visible{outline:2px solid var(--link);outline-offset:2px}
figure svg{display:block;overflow:visible;margin:0 auto;max-width:100%;height:auto}
figure svg text{font-family:system-ui,-apple-system,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif}
figcaption{max-width:43rem;margin:.7rem auto 0;padding:0 0 0 .9rem;border-left:3px solid var(--line)}
figcaption b{font-size:.85em;font-weight:650}
table{border-collapse:collapse;font-size:.84rem;line-height:1.4;font-variant-numeric:tabular-nums lining-nums;margin:0 auto}
.table{margin:1.2rem 0}
caption{caption-side:top;text-align:left;color:var(--soft);padding:0 .1rem .5rem}
caption span{display:inline-block;position:sticky;left:0;max-width:calc(100vw - 5rem)}
th,td{padding:.3rem .6rem .3rem 0;text-align:right;vertical-align:baseline;white-space:nowrap}
th:last-child,td:last-child{padding-right:.2rem}
thead th{font-weight:600;min-width:4.2em;vertical-align:bottom;white-space:normal;border-bottom:1px solid var(--soft)}
tbody th{font-weight:500}
tbody tr+tr>*{border-top:1px solid var(--line)}
.name{text-align:left}
.text{text-align:left;white-space:normal;min-width:10rem}
.pairs,tbody .name~.name{white-space:normal}
.table th:first-child{position:sticky;left:0;background:var(--paper)}
.brief p{margin:.15rem 0}
.see{font:600 .8em system-ui,-apple-system,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif;margin-right:.35em;text-decoration:none}
a.see:hover{text-decoration:underline}
.again{color:var(--soft);font-weight:400}
.facts{margin:.8rem 0}
.facts>div{display:grid;grid-template-columns:7rem 1fr;gap:.2rem 1rem;padding:.35rem 0;border-bottom:1px solid var(--line)}
.facts dt{font-size:.85rem;color:var(--soft);padding-top:.15em}
.facts dd,.limits dd{margin:0}
.limits dt{font-weight:650;font-size:.95rem;margin-top:1.1rem}
details{margin:.8rem 0;min-width:0}
summary{cursor:pointer;font-size:.9rem;color:var(--link)}
pre{overflow-x:auto;background:var(--tint);border:1px solid var(--line);border-radius:6px;padding:.8rem 1rem;font:.82rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}
footer{margin:4rem 0 2rem;color:var(--soft);font-size:.85rem}
nav details ol{columns:1;list-style:decimal;padding-left:2.2rem;font-size:.88rem}
nav details li::before{content:none}
.setting{border-top:1px solid var(--line);margin:0}
.setting>summary{padding:.55rem 0;font-weight:600;color:inherit}
.setting>summary span{color:var(--soft);font-weight:400;margin-left:.5em}
.setting+:not(.setting){margin-top:1.6rem}
:not(.setting)+.setting{margin-top:1.2rem}
.buttons{position:fixed;top:.7rem;right:.7rem;display:flex;gap:.5rem}
button{border:1px solid var(--line);border-radius:999px;background:var(--paper);color:var(--soft);font-size:.8rem;padding:.25rem .8rem;cursor:pointer}
@media (max-width:66rem){.buttons{position:absolute}}
@media (max-width:34rem){.facts>div{grid-template-columns:1fr;gap:0}}
@media print{
:root,:root[data-theme=dark]{color-scheme:light;${light};--paper:#fff}
body{font-size:10.5pt}
.buttons,nav{display:none}
header,main,footer{display:block}
section{display:block}
figure,tr,dd{break-inside:avoid}
h2,caption{break-after:avoid}
figure svg{min-width:0!important}
.scroll{overflow:visible;mask-image:none}
table{font-size:7.5pt}
}
`
