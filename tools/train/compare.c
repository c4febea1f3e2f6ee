#include "tools/train/compare.h"

#include "core/base/text.h"
#include "tools/train/compared_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 24, SHOWN = 512, PATH_WIDTH = 24 };

// ---- options that differ ----

static bool same_value(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool differs(const struct compared_run *runs, int count, const char *name)
{
    const char *first = compared_run_option(&runs[0], name);
    for (int i = 1; i < count; i++) {
        if (!same_value(first, compared_run_option(&runs[i], name))) {
            return true;
        }
    }
    return false;
}

struct comparison {
    FILE *out;
    const struct compared_run *runs;
    int count;
    const struct compared_run *run; // whose values are wanted, or NULL
};

// Call `use` for every option in which the runs differ, once each, in the
// order in which the runs name them.
static void each_difference(const struct comparison *c,
                            void (*use)(const struct comparison *c, const char *name))
{
    for (int i = 0; i < c->count; i++) {
        for (int k = 0; k < c->runs[i].option_count; k++) {
            const char *name = c->runs[i].names[k];
            bool seen = false;
            for (int before = 0; before < i; before++) {
                seen = seen || compared_run_option(&c->runs[before], name);
            }
            if (!seen && differs(c->runs, c->count, name)) {
                use(c, name);
            }
        }
    }
}

// ---- for people ----

static const char *number(double value, int decimals, char cell[CELL])
{
    if (isnan(value)) {
        return "-";
    }
    snprintf(cell, CELL, "%.*f", decimals, value);
    return cell;
}

static void print_run(FILE *out, const struct compared_run *run, int index)
{
    char shown[SHOWN], a[CELL], b[CELL], c[CELL], d[CELL], e[CELL], epoch[CELL];
    text_escape(shown, sizeof shown, run->path);
    snprintf(epoch, sizeof epoch, "%d", run->best_epoch);
    if (strlen(shown) > PATH_WIDTH) {
        fprintf(out, "%3d %s\n%*s", index + 1, shown, 4 + PATH_WIDTH, "");
    } else {
        fprintf(out, "%3d %-*s", index + 1, PATH_WIDTH, shown);
    }
    fprintf(out, " %9s %6d %8s %6s %4s %6s %6s\n", number(run->parameters, 0, a),
            run->epochs, number(run->seconds, 1, b), number(100 * run->best, 1, c),
            run->best_epoch ? epoch : "-", number(100 * run->last, 1, d),
            number(100 * run->test, 1, e));
}

// The option's name, and a line for each value with the runs that have it.
static void print_difference(const struct comparison *c, const char *name)
{
    char shown[SHOWN];
    fprintf(c->out, "\n%s\n", text_escape(shown, sizeof shown, name));
    for (int i = 0; i < c->count; i++) {
        const char *value = compared_run_option(&c->runs[i], name);
        bool before = false;
        for (int k = 0; k < i; k++) {
            before = before || same_value(value, compared_run_option(&c->runs[k], name));
        }
        if (before) {
            continue;
        }
        fprintf(c->out, "  %s:", value ? text_clean(shown, sizeof shown, value) : "(not set)");
        for (int k = i; k < c->count; k++) {
            if (same_value(value, compared_run_option(&c->runs[k], name))) {
                fprintf(c->out, " %d", k + 1);
            }
        }
        fputc('\n', c->out);
    }
}

static void print_table(const struct comparison *c)
{
    fprintf(c->out, "%*s validation, %%    test\n", 4 + PATH_WIDTH + 27, "");
    fprintf(c->out, "    %-*s %9s %6s %8s %6s %4s %6s %6s\n", PATH_WIDTH, "run", "params",
            "epochs", "seconds", "best", "at", "last", "%");
    for (int i = 0; i < c->count; i++) {
        print_run(c->out, &c->runs[i], i);
    }
    each_difference(c, print_difference);
}

// ---- tab-separated values ----

static void put_name(const struct comparison *c, const char *name)
{
    char shown[SHOWN];
    fprintf(c->out, "\t%s", text_escape(shown, sizeof shown, name));
}

static void put_value(const struct comparison *c, const char *name)
{
    char shown[SHOWN];
    const char *value = compared_run_option(c->run, name);
    fprintf(c->out, "\t%s", value ? text_clean(shown, sizeof shown, value) : "");
}

static void put_number(FILE *out, double value)
{
    fputc('\t', out);
    if (!isnan(value)) {
        fprintf(out, "%.9g", value);
    }
}

static void print_tsv(struct comparison *c)
{
    fputs("run\tparameters\tepochs\tseconds\tbest_val_accuracy_sample\tbest_epoch\t"
          "val_accuracy_sample\tval_accuracy_frame\ttest_accuracy_sample", c->out);
    each_difference(c, put_name);
    for (int i = 0; i < c->count; i++) {
        const struct compared_run *run = &c->runs[i];
        char shown[SHOWN];
        fprintf(c->out, "\n%s", text_escape(shown, sizeof shown, run->path));
        put_number(c->out, run->parameters);
        put_number(c->out, run->epochs);
        put_number(c->out, run->seconds);
        put_number(c->out, run->best);
        put_number(c->out, run->best_epoch > 0 ? run->best_epoch : NAN);
        put_number(c->out, run->last);
        put_number(c->out, run->last_frame);
        put_number(c->out, run->test);
        c->run = run;
        each_difference(c, put_value);
    }
    fputc('\n', c->out);
}

int compare_runs(FILE *out, char *const *paths, int count, bool tsv,
                 const struct sandbox *sandbox, struct error *err)
{
    struct compared_run *runs = calloc((size_t)count, sizeof *runs);
    int code = runs ? 0 : error_nomem(err, "runs");
    for (int i = 0; i < count && code == 0; i++) {
        code = compared_run_read(&runs[i], paths[i], sandbox, err);
    }
    struct comparison c = {out, runs, count, NULL};
    if (code == 0 && tsv) {
        print_tsv(&c);
    } else if (code == 0) {
        print_table(&c);
    }
    for (int i = 0; runs && i < count; i++) {
        compared_run_clear(&runs[i]);
    }
    free(runs);
    return code;
}
