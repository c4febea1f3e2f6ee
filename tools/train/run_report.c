#include "tools/train/run_report.h"

#include "core/base/output.h"
#include "formats/html_write.h"
#include "tools/common/scoring.h"
#include "tools/train/report_chart.h"
#include "tools/train/report_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- the frame of the page ----

static const char style[] =
    ":root{color-scheme:light dark;--fg:#1b1f24;--bg:#fff;--soft:#57606a;--edge:#d0d7de;"
    "--l0:#0550ae;--l1:#b83a00;--l2:#116329;--l3:#6e40c9;--right:17,99,41;--wrong:184,58,0}"
    "@media(prefers-color-scheme:dark){:root{--fg:#e6edf3;--bg:#0d1117;--soft:#9aa4af;"
    "--edge:#3d444d;--l0:#79b8ff;--l1:#ffab70;--l2:#7ee787;--l3:#d2a8ff;--right:35,120,52;"
    "--wrong:150,75,25}}"
    "body{margin:0 auto;max-width:74rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;"
    "color:var(--fg);background:var(--bg)}"
    "h1,h2{line-height:1.2}h2{margin-top:2.5rem;border-bottom:1px solid var(--edge)}"
    "h3{margin:.5rem 0}small,.legend,.readout{color:var(--soft)}"
    ".charts{display:grid;gap:1.5rem;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),"
    "1fr))}svg{width:100%;height:auto}svg text{fill:var(--soft);font-size:13px}"
    ".grid{stroke:var(--edge);fill:none}.cursor{stroke:var(--soft);visibility:hidden}"
    ".line{fill:none;stroke-width:2}"
    ".line.l0{stroke:var(--l0)}.line.l1{stroke:var(--l1);stroke-dasharray:7 3}"
    ".line.l2{stroke:var(--l2);stroke-dasharray:2 3}.line.l3{stroke:var(--l3)}"
    ".dot.l0{fill:var(--l0)}.dot.l1{fill:var(--l1)}.dot.l2{fill:var(--l2)}.dot.l3{fill:var(--l3)}"
    ".key::before{content:'';display:inline-block;width:1.4em;margin-right:.3em;"
    "vertical-align:.25em;border-top:2px solid}"
    ".key.l0::before{border-color:var(--l0)}.key.l1::before{border-color:var(--l1);"
    "border-top-style:dashed}.key.l2::before{border-color:var(--l2);border-top-style:dotted}"
    ".key.l3::before{border-color:var(--l3)}.key{margin-right:1em}"
    ".readout{min-height:1.5em;margin:.2rem 0}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    "th,td{padding:.15rem .6rem;text-align:right;font-weight:normal}"
    "thead th{color:var(--soft);border-bottom:1px solid var(--edge)}"
    "tbody th,thead th:first-child,table.plain td,table.plain th{text-align:left}"
    ".confusion td{min-width:1.6rem;padding:.15rem .3rem;text-align:center;"
    "border:1px solid var(--edge);background:rgba(var(--wrong),var(--s))}"
    ".confusion td.right{background:rgba(var(--right),var(--s))}"
    ".confusion thead td{border:0;background:none}.confusion td.deep{color:#fff}"
    ".confusion thead th{vertical-align:bottom;padding:.15rem}"
    ".confusion thead span{writing-mode:vertical-rl;transform:rotate(180deg)}"
    ".bar{width:12rem}.bar div{height:.8em;background:var(--l0)}"
    ".gallery{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr))}"
    "figure{margin:0;overflow-wrap:anywhere}img{max-width:100%;height:auto;"
    "image-rendering:pixelated}.filters img{margin:0 .4rem .4rem 0}"
    "pre{overflow-x:auto;padding:.7rem;border:1px solid var(--edge);border-radius:6px}"
    "@media print{body{max-width:none}figure,.chart{break-inside:avoid}}";

// The line of a chart's table that is nearest to the pointer, as a sentence.
static const char script[] =
    "for(const chart of document.querySelectorAll('.chart')){"
    "const svg=chart.querySelector('svg'),out=chart.querySelector('.readout'),"
    "cursor=chart.querySelector('.cursor'),rows=[...chart.querySelectorAll('tbody tr')],"
    "names=[...chart.querySelectorAll('thead th')].map(e=>e.textContent);"
    "svg.addEventListener('pointermove',e=>{const box=svg.getBoundingClientRect(),"
    "x=(e.clientX-box.left)/box.width*svg.viewBox.baseVal.width;"
    "let best=rows[0];for(const row of rows)"
    "if(Math.abs(row.dataset.x-x)<Math.abs(best.dataset.x-x))best=row;"
    "if(!best)return;cursor.setAttribute('transform',`translate(${best.dataset.x})`);"
    "cursor.style.visibility='visible';"
    "out.textContent=[...best.children].map((c,i)=>names[i]+' '+c.textContent)"
    ".filter(t=>!t.endsWith(' ')).join(', ')});"
    "svg.addEventListener('pointerleave',()=>{cursor.style.visibility='hidden';"
    "out.textContent='\\u00a0'})}";

// ---- curves ----

enum { COLUMNS = 6 };

// The columns of the history one by one, accuracies in per cent.
static void fill_columns(double *columns[COLUMNS], int *epochs, const struct history *history)
{
    for (size_t i = 0; i < history->count; i++) {
        const struct history_row *row = &history->rows[i];
        epochs[i] = row->epoch;
        columns[0][i] = row->train_loss;
        columns[1][i] = row->val_loss;
        columns[2][i] = 100 * row->train_accuracy_frame;
        columns[3][i] = 100 * row->val_accuracy_frame;
        columns[4][i] = 100 * row->val_accuracy_sample;
        columns[5][i] = 100 * row->train_accuracy_sample;
    }
}

static int write_charts(FILE *out, const struct history *history, struct error *err)
{
    size_t count = history->count;
    double *values = calloc(COLUMNS * count + 1, sizeof *values), *columns[COLUMNS];
    int *epochs = calloc(count + 1, sizeof *epochs);
    if (!values || !epochs) {
        free(values);
        free(epochs);
        return error_nomem(err, "a report");
    }
    for (int c = 0; c < COLUMNS; c++) {
        columns[c] = values + (size_t)c * count;
    }
    fill_columns(columns, epochs, history);
    struct chart loss = {
        .title = "Loss", .unit = "", .low = 0, .high = NAN, .count = count, .epochs = epochs,
        .line_count = 2,
        .lines = {{"training", columns[0]}, {"validation", columns[1]}},
    };
    struct chart accuracy = {
        .title = "Accuracy", .unit = " %", .low = 0, .high = 100, .count = count,
        .epochs = epochs, .line_count = 4,
        .lines = {{"training, per frame", columns[2]}, {"validation, per frame", columns[3]},
                  {"validation, per sample", columns[4]}, {"training, per sample", columns[5]}},
    };
    fputs("<h2>Learning</h2>\n<div class=\"charts\">\n", out);
    report_chart_write(out, &loss);
    report_chart_write(out, &accuracy);
    fputs("</div>\n", out);
    free(values);
    free(epochs);
    return 0;
}

// ---- the other parts ----

// "tutorial on ucf101.h5": nothing of where the run is, which changes no byte.
static void write_title(FILE *out, const struct run_report *report)
{
    const char *net = "a net";
    for (int i = 0; i < report->record->count; i++) {
        if (strcmp(report->record->items[i].name, "net") == 0) {
            net = report->record->items[i].value;
        }
    }
    html_text(out, net);
    fputs(" on ", out);
    html_text(out, report->pack->path);
}

static void write_summary(FILE *out, const struct run_report *report)
{
    const struct history *history = report->history;
    const struct history_row *last = &history->rows[history->count - 1];
    fputs("<h1>", out);
    write_title(out, report);
    fprintf(out, "</h1>\n<p>%zu epoch%s, %d classes. Training loss %.4f", history->count,
            history->count == 1 ? "" : "s", report->pack->class_count, last->train_loss);
    if (isfinite(last->val_accuracy_sample)) {
        fprintf(out, "; validation accuracy %.1f %% per frame, <b>%.1f %% per sample</b>",
                100 * last->val_accuracy_frame, 100 * last->val_accuracy_sample);
    }
    fputs(".</p>\n", out);
}

static void write_layers(FILE *out, const struct net *net)
{
    fputs("<h2>Layers</h2>\n<div class=\"wide\"><table><thead><tr><th scope=\"col\">layer</th>"
          "<th scope=\"col\">name</th><th scope=\"col\">output</th><th scope=\"col\">parameters"
          "</th><th scope=\"col\">multiply-adds</th></tr></thead><tbody>\n", out);
    size_t parameters = 0;
    for (int i = 0; i < net_layer_count(net); i++) {
        struct net_layer layer = net_layer(net, i);
        char shape[SHAPE_TEXT_SIZE];
        fputs("<tr><th scope=\"row\">", out);
        html_text(out, layer.label);
        fputs("</th><td>", out);
        html_text(out, layer.name);
        fprintf(out, "</td><td>%s</td><td>%zu</td><td>%.0f</td></tr>\n",
                shape_text(shape, layer.output), layer.parameters, layer.multiply_adds);
        parameters += layer.parameters;
    }
    fprintf(out, "<tr><th scope=\"row\">all</th><td></td><td></td><td>%zu</td><td>%.0f</td></tr>\n"
            "</tbody></table></div>\n", parameters, net_multiply_adds(net));
}

static void write_settings(FILE *out, const struct run_report *report)
{
    fputs("<h2>Settings</h2>\n<div class=\"wide\"><table class=\"plain\"><tbody>\n", out);
    for (int i = 0; i < report->record->count; i++) {
        const struct model_option *option = &report->record->items[i];
        fputs("<tr><th scope=\"row\">", out);
        html_text(out, option->name);
        fputs("</th><td>", out);
        html_text(out, option->value);
        fputs("</td></tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

// A word as a shell takes it for one: within '...', where it needs that.
static void write_word(FILE *out, const char *word)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "_-+./,:=@";
    bool quoted = !word[0] || word[strspn(word, plain)];
    char piece[2] = "";
    fputs(quoted ? "&#39;" : "", out);
    for (const char *c = word; *c; c++) {
        piece[0] = *c;
        if (*c == '\'') {
            html_text(out, "'\\''");
        } else if ((unsigned char)*c < 0x80) {
            html_text(out, piece);
        } else {
            fputc(*c, out);
        }
    }
    fputs(quoted ? "&#39;" : "", out);
}

static void write_commands(FILE *out, const struct run_report *report)
{
    fputs("<h2>Again</h2>\n<p>RUN is the folder that this page is in.</p>\n"
          "<pre><code>train -o again --recipe RUN/options.txt ", out);
    write_word(out, report->pack->path);
    fputs("\npredict -o results.csv RUN/model.h5 ", out);
    write_word(out, report->pack->path);
    fputs("</code></pre>\n", out);
}

static int write_page(FILE *out, const struct run_report *report, struct error *err)
{
    struct report_answers answers = {0};
    int code = 0;
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
          "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>", out);
    write_title(out, report);
    fprintf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n", style);
    write_summary(out, report);
    code = write_charts(out, report->history, err);
    if (code == 0 && report->probabilities) {
        code = report_answers_make(&answers, report, err);
        if (code == 0) {
            report_confusion_write(out, report, &answers);
            report_classes_write(out, report, &answers);
            code = report_wrong_write(out, report, &answers, err);
        }
    }
    code = code < 0 ? code : report_filters_write(out, report, err);
    if (code == 0) {
        write_layers(out, report->net);
        write_settings(out, report);
        write_commands(out, report);
        fprintf(out, "<script>%s</script>\n</body>\n</html>\n", script);
    }
    report_answers_clear(&answers);
    return code;
}

int run_report_write(const struct run_report *report, const char *path, struct error *err)
{
    char *page = NULL;
    size_t size = 0;
    FILE *out = report->history->count > 0 ? open_memstream(&page, &size) : NULL;
    if (!out) {
        return report->history->count > 0 ? error_nomem(err, path) : 0; // nothing to tell yet
    }
    int code = write_page(out, report, err);
    bool failed = ferror(out) != 0;
    failed = fclose(out) != 0 || failed;
    if (code == 0) {
        code = failed ? error_nomem(err, path) : output_write_file(path, page, size, true, err);
    }
    free(page);
    return code;
}

int run_report_make(struct run_report report, const struct dataset *data,
                    struct threads *threads, const char *path, struct error *err)
{
    size_t each = (size_t)data->frames_per_sample * (size_t)report.pack->class_count;
    size_t count = report.val->count;
    float *probabilities = NULL;
    int code = 0;
    if (count > 0) {
        struct score score;
        struct score_options options = {.label = NULL};
        probabilities = count > SIZE_MAX / sizeof(float) / each
            ? NULL : malloc(count * each * sizeof(float));
        code = probabilities
            ? score_rows(&score, report.net, data, (struct subset){report.val->rows, count},
                         threads, &options, probabilities, err)
            : error_nomem(err, path);
    }
    report.probabilities = probabilities;
    code = code < 0 ? code : run_report_write(&report, path, err);
    free(probabilities);
    return code;
}
