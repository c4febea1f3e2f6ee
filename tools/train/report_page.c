#include "tools/train/report_page.h"

#include "formats/html_write.h"
#include "tools/train/report_chart.h"

#define LIGHT CHART_COLOURS_LIGHT ";--right:46,160,67;--wrong:225,111,36"

static const char style[] =
    ":root{color-scheme:light dark;" LIGHT "}"
    "@media(prefers-color-scheme:dark){:root{" CHART_COLOURS_DARK
    ";--right:35,120,52;--wrong:150,75,25}}"
    "body{margin:0 auto;max-width:74rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;"
    "color:var(--fg);background:var(--bg)}"
    "h1,h2{line-height:1.2}h2{margin-top:2.5rem;border-bottom:1px solid var(--edge)}"
    "h3{margin:.5rem 0}small,.legend,.readout{color:var(--soft)}"
    ".charts{display:grid;gap:1.5rem;grid-template-columns:repeat(auto-fit,minmax(min(32rem,100%),"
    "1fr))}svg{width:100%;height:auto;overflow:visible}"
    "svg text{fill:var(--soft);font-size:14px}"
    CHART_LINES_STYLE ".cursor{stroke:var(--soft);visibility:hidden}"
    ".key::before{content:'';display:inline-block;width:1.4em;margin-right:.3em;"
    "vertical-align:.25em;border-top:2px solid var(--c)}"
    ".key.l1::before,.key.l4::before,.key.l7::before{border-top-style:dashed}"
    ".key.l2::before,.key.l5::before{border-top-style:dotted}"
    ".key{display:inline-block;margin-right:1em;overflow-wrap:anywhere}p b{white-space:nowrap}"
    "svg:focus-visible,.wide:focus-visible,summary:focus-visible{outline:2px solid var(--l0);"
    "outline-offset:2px}"
    ".readout{min-height:1.5em;margin:.2rem 0}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    "th,td{padding:.15rem .6rem;text-align:right;font-weight:normal}"
    "td{white-space:nowrap}table.plain td{white-space:normal;overflow-wrap:anywhere}"
    "table.plain th{white-space:nowrap}"
    "thead th{color:var(--soft)}thead th,thead td{border-bottom:1px solid var(--edge)}"
    "tbody th,thead th:first-child,table.plain td,table.plain th{text-align:left}"
    ".confusion td{min-width:1.6rem;padding:.15rem .3rem;text-align:center;"
    "border:1px solid var(--edge);background:rgba(var(--wrong),var(--s))}"
    ".confusion td.right{background:rgba(var(--right),var(--s))}"
    ".confusion thead td{border:0;background:none}"
    ".confusion thead th{vertical-align:bottom;padding:.3rem .15rem}"
    ".confusion thead span{writing-mode:vertical-rl;transform:rotate(180deg)}"
    ".bar{width:12rem}.bar div{height:.8em;background:var(--l0)}"
    ".gallery{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr))}"
    "figure{margin:0;overflow-wrap:anywhere}img{max-width:100%;height:auto;"
    "image-rendering:pixelated}.filters img{margin:0 .4rem .4rem 0}"
    "pre{overflow-x:auto;padding:.7rem;border:1px solid var(--edge);border-radius:6px}"
    "@media(max-width:40rem){svg text{font-size:18px}.line{stroke-width:3}"
    "th,td{padding:.15rem .35rem}.bar{display:none}}"
    "@media print{:root{color-scheme:light;" LIGHT "}body{max-width:none;padding:0;"
    "font-size:11pt;print-color-adjust:exact}figure,.chart,tr{break-inside:avoid}"
    "h2{break-after:avoid}.wide{overflow:visible}svg{max-width:15cm}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere}"
    ".readout,details:not([open]){display:none}}";

// The line of a chart's table that is nearest to the pointer, or that the arrow keys
// have come to, as a sentence.
static const char script[] =
    "for(const chart of document.querySelectorAll('.chart')){"
    "const svg=chart.querySelector('svg'),out=chart.querySelector('.readout'),"
    "cursor=chart.querySelector('.cursor'),rows=[...chart.querySelectorAll('tbody tr')],"
    "names=[...chart.querySelectorAll('thead th')].map(e=>e.textContent);let at=-1;"
    "const show=i=>{at=i;const row=rows[i];if(!row)return;"
    "cursor.setAttribute('transform',`translate(${row.dataset.x})`);"
    "cursor.style.visibility='visible';"
    "out.textContent=[...row.children].map((c,k)=>names[k]+' '+c.textContent)"
    ".filter(t=>!t.endsWith(' ')).join(', ')},"
    "hide=()=>{at=-1;cursor.style.visibility='hidden';out.textContent='\\u00a0'};"
    "svg.addEventListener('pointermove',e=>{const box=svg.getBoundingClientRect(),"
    "x=(e.clientX-box.left)/box.width*svg.viewBox.baseVal.width;let best=0;"
    "rows.forEach((row,i)=>{if(Math.abs(row.dataset.x-x)<Math.abs(rows[best].dataset.x-x))"
    "best=i});show(best)});"
    "svg.addEventListener('pointerleave',hide);svg.addEventListener('blur',hide);"
    "svg.addEventListener('keydown',e=>{const last=rows.length-1,"
    "to={ArrowLeft:at<0?last:Math.max(0,at-1),ArrowRight:Math.min(last,at+1),Home:0,End:last}"
    "[e.key];if(to===undefined)return;e.preventDefault();show(to)})}";

void report_page_begin(FILE *out, const char *title)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
          "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>", out);
    html_text(out, title);
    fprintf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<h1>", style);
    html_text(out, title);
    fputs("</h1>\n", out);
}

void report_page_end(FILE *out)
{
    fprintf(out, "<script>%s</script>\n</body>\n</html>\n", script);
}
