"""How the page of the proof looks: by day and by night, on a phone and at a desk. It loads nothing."""

STYLE = """
:root{--text:#1b1f24;--quiet:#57606a;--line:#d8dee4;--back:#fff;--soft:#f6f8fa;--good:#116329;--good-back:#dafbe1;--bad:#a40e26;--bad-back:#ffebe9;--part:#7d4e00;--part-back:#fff8c5}
@media (prefers-color-scheme:dark){:root{--text:#e6edf3;--quiet:#9da7b1;--line:#30363d;--back:#0d1117;--soft:#161b22;--good:#56d364;--good-back:#12261e;--bad:#ff8182;--bad-back:#3c1618;--part:#e3b341;--part-back:#2e2510}}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back)}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.1rem;margin:0 0 .6rem;color:var(--quiet);font-weight:500}
h2{font-size:1.25rem;margin:2.4rem 0 .4rem}
p{margin:.3rem 0 .8rem}
.quiet{color:var(--quiet);font-weight:400;font-size:.9rem}
.verdict{padding:1rem 1.2rem;border-radius:.5rem;border-left:.4rem solid;margin-bottom:.8rem}
.verdict strong{font-size:1.7rem;line-height:1.2}
.verdict p{margin:.3rem 0 0;color:var(--text)}
.verdict p:empty{display:none}
.good{color:var(--good)}.bad{color:var(--bad);font-weight:700}.part{color:var(--part)}
.verdict.good{background:var(--good-back)}.verdict.bad{background:var(--bad-back);font-weight:400}.verdict.part{background:var(--part-back)}
table{border-collapse:collapse;width:100%}
th,td{padding:.45rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
thead th{font-size:.85rem;color:var(--quiet);font-weight:500;white-space:nowrap}
tbody th{font-weight:600}
th.group{background:var(--soft);font-size:.9rem}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
details{font-weight:400;font-size:.9rem;color:var(--quiet)}
summary{cursor:pointer;display:inline-block;padding:.15rem 0}
.says{font-size:1rem;color:var(--text)}.says ul{font-size:.9rem;color:var(--quiet)}.says summary{display:list-item;list-style-position:outside;margin-left:1rem;padding:0}
details ul{margin:.2rem 0;padding-left:1.2rem}
.pieces td{padding:.25rem .4rem}
.wrong{padding-left:1.6rem}
pre{background:var(--bad-back);padding:.6rem;margin:.3rem 0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.85rem;border-radius:.3rem}
@media (max-width:36rem){
th,td{padding:.4rem .35rem}
.parts thead th:last-child,.parts>tbody>tr>td:last-child:not([colspan]),.pieces td:last-child{display:none}
thead th{white-space:normal}
.rules thead{display:none}
.rules tr:not(:has(.group)){display:grid;grid-template-columns:2.6rem 1fr auto;border-bottom:1px solid var(--line)}
.rules tr:has(.group){display:block}.rules th.group{display:block}
.rules tr:not(:has(.group))>*{border:0}
.rules td:nth-child(2){grid-column:2/4;padding-bottom:0}
.rules td.n{grid-row:2;font-size:.9rem}.rules td:nth-child(3){grid-column:2;text-align:left;padding-left:1.4rem}.rules td:nth-child(4){grid-column:3}
.rules td[data-is]::before{content:attr(data-is) " ";color:var(--quiet);font-weight:400}
}
"""
