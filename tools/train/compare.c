#include "tools/train/compare.h"

#include "core/base/text.h"
#include "formats/json_write.h"

#include <math.h>
#include <string.h>

enum { CELL = 24, SHOWN = 512, PATH_WIDTH = 24 };

// ---- options that differ ----

static bool same_value(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

struct comparison {
    FILE *out;
    const struct compared_runs *runs;
    const struct compared_run *run; // whose values are wanted, or NULL
};

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
    fprintf(out, " %9s %6zu %8s %6s %4s %6s %6s\n", number(run->parameters, 0, a),
            run->history.count, number(run->seconds, 1, b), number(100 * run->best, 1, c),
            run->best_epoch ? epoch : "-", number(100 * run->last, 1, d),
            number(100 * run->test, 1, e));
}

// The option's name, and a line for each value with the runs that have it.
static void print_difference(void *context, const char *name)
{
    const struct comparison *c = context;
    char shown[SHOWN];
    fprintf(c->out, "\n%s\n", text_escape(shown, sizeof shown, name));
    for (int i = 0; i < c->runs->count; i++) {
        const char *value = compared_run_option(&c->runs->items[i], name);
        bool before = false;
        for (int k = 0; k < i; k++) {
            before = before || same_value(value, compared_run_option(&c->runs->items[k], name));
        }
        if (before) {
            continue;
        }
        fprintf(c->out, "  %s:", value ? text_clean(shown, sizeof shown, value) : "(not set)");
        for (int k = i; k < c->runs->count; k++) {
            if (same_value(value, compared_run_option(&c->runs->items[k], name))) {
                fprintf(c->out, " %d", k + 1);
            }
        }
        fputc('\n', c->out);
    }
}

static void print_table(struct comparison *c)
{
    fprintf(c->out, "%*s validation, %%    test\n", 4 + PATH_WIDTH + 27, "");
    fprintf(c->out, "    %-*s %9s %6s %8s %6s %4s %6s %6s\n", PATH_WIDTH, "run", "params",
            "epochs", "seconds", "best", "at", "last", "%");
    for (int i = 0; i < c->runs->count; i++) {
        print_run(c->out, &c->runs->items[i], i);
    }
    compared_runs_each_difference(c->runs, print_difference, c);
}

// ---- tab-separated values ----

static void put_name(void *context, const char *name)
{
    const struct comparison *c = context;
    char shown[SHOWN];
    fprintf(c->out, "\t%s", text_escape(shown, sizeof shown, name));
}

static void put_value(void *context, const char *name)
{
    const struct comparison *c = context;
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
    fputs("run\tparameters\tmultiply_adds\tepochs\tseconds\tbest_val_accuracy_sample\tbest_epoch\t"
          "val_accuracy_sample\tval_accuracy_frame\ttest_accuracy_sample", c->out);
    compared_runs_each_difference(c->runs, put_name, c);
    for (int i = 0; i < c->runs->count; i++) {
        const struct compared_run *run = &c->runs->items[i];
        char shown[SHOWN];
        fprintf(c->out, "\n%s", text_escape(shown, sizeof shown, run->path));
        put_number(c->out, run->parameters);
        put_number(c->out, run->multiply_adds);
        put_number(c->out, (double)run->history.count);
        put_number(c->out, run->seconds);
        put_number(c->out, run->best);
        put_number(c->out, run->best_epoch > 0 ? (double)run->best_epoch : NAN);
        put_number(c->out, run->last);
        put_number(c->out, run->last_frame);
        put_number(c->out, run->test);
        c->run = run;
        compared_runs_each_difference(c->runs, put_value, c);
    }
    fputc('\n', c->out);
}

// ---- JSON ----

struct json_run {
    struct json *json;
    const struct compared_run *run;
};

static void json_value(void *context, const char *name)
{
    const struct json_run *j = context;
    json_text(j->json, name, compared_run_option(j->run, name));
}

static void print_json(const struct comparison *c)
{
    struct json json = json_begin(c->out);
    json_array_begin(&json, "runs");
    for (int i = 0; i < c->runs->count; i++) {
        const struct compared_run *run = &c->runs->items[i];
        json_object_begin(&json, NULL);
        json_text(&json, "run", run->path);
        json_number(&json, "parameters", run->parameters);
        json_number(&json, "multiply_adds", run->multiply_adds);
        json_count(&json, "epochs", run->history.count);
        json_number(&json, "seconds", run->seconds);
        json_number(&json, "best_val_accuracy_sample", run->best);
        json_number(&json, "best_epoch", run->best_epoch > 0 ? (double)run->best_epoch : NAN);
        json_number(&json, "val_accuracy_sample", run->last);
        json_number(&json, "val_accuracy_frame", run->last_frame);
        json_number(&json, "test_accuracy_sample", run->test);
        json_object_begin(&json, "options_that_differ");
        compared_runs_each_difference(c->runs, json_value,
                                      &(struct json_run){&json, run});
        json_object_end(&json);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_end(&json);
}

void compare_print(FILE *out, const struct compared_runs *runs, enum compare_form form)
{
    struct comparison c = {out, runs, NULL};
    if (form == COMPARE_TSV) {
        print_tsv(&c);
    } else if (form == COMPARE_JSON) {
        print_json(&c);
    } else {
        print_table(&c);
    }
}
