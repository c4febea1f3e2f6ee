#include "tools/train/epoch_table.h"

#include "tools/common/progress.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

enum { CELL = 16 };

// There is one standard output, and so one table on it.
static bool head_is_near;

static const char *percent(double accuracy, char text[CELL])
{
    if (isnan(accuracy)) {
        return "-";
    }
    snprintf(text, CELL, "%.1f %%", 100 * accuracy);
    return text;
}

static const char *number(double value, int decimals, char text[CELL])
{
    if (isnan(value)) {
        return "-";
    }
    snprintf(text, CELL, "%.*f", decimals, value);
    return text;
}

void epoch_table_step(uint64_t step, double loss)
{
    progress_clear();
    printf("t = %llu, loss = %.4f\n", (unsigned long long)step, loss);
    fflush(stdout);
    head_is_near = false;
}

void epoch_table_row(const struct history_row *row)
{
    progress_clear();
    if (!head_is_near) {
        puts("         ------- train --------    ------ validation -----");
        puts("epoch     loss    frame   sample     loss    frame   sample  seconds  frames/s");
        head_is_near = true;
    }
    char a[CELL], b[CELL], c[CELL], d[CELL], e[CELL], f[CELL], g[CELL];
    printf("%5d %8s %8s %8s %8s %8s %8s %8.1f  %8s\n", row->epoch, number(row->train_loss, 4, a),
           percent(row->train_accuracy_frame, b), percent(row->train_accuracy_sample, c),
           number(row->val_loss, 4, d), percent(row->val_accuracy_frame, e),
           percent(row->val_accuracy_sample, f), row->train_seconds,
           number(row->train_frames_per_second, 0, g));
    fflush(stdout);
}

void epoch_table_score(const struct history_score *score)
{
    progress_clear();
    printf("%s: loss %.4f, accuracy per frame %.1f %%, per sample %.1f %% (%zu samples)\n",
           score->part, score->loss, 100 * score->accuracy_frame, 100 * score->accuracy_sample,
           score->samples);
    fflush(stdout);
}
