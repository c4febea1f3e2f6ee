#include "tools/train/run_notes.h"

#include "core/base/text.h"
#include "core/nn/kernels/kernel_set.h"
#include "tools/common/report.h"

#include <stdio.h>
#include <string.h>

// What is left out, and what cannot be measured.
static void note_unlabelled(const struct examples *x)
{
    if (x->train_unlabelled > 0) {
        report_say("train", "%zu samples of the train part have no label and are left out",
                   x->train_unlabelled);
    }
    if (x->test.count == 0 && x->test_unlabelled > 0) {
        report_say("train", "the %zu samples of the test part have no labels: it is not scored",
                   x->test_unlabelled);
    }
    if (x->val.count == 0) {
        report_say("train", "no class has two groups, so none can be spared for validation");
    }
}

// "name=value" words, wrapped behind a label.
static void print_options(const struct record *record)
{
    enum { INDENT = 8, WIDTH = 79 };
    int at = printf("options");
    for (int i = 0; i < record->count; i++) {
        const struct model_option *o = &record->items[i];
        char shown[2048];
        text_clean(shown, sizeof shown, o->value);
        int length = (int)(strlen(o->name) + strlen(shown) + 2);
        if (at + length > WIDTH) {
            at = printf("\n%*s", INDENT - 1, "") - 1;
        }
        at += printf(" %s=%s", o->name, shown);
    }
    printf("\n");
}

void run_notes_begin(const struct run_notes *n)
{
    const struct dataset *data = &n->pack->data;
    const struct examples *x = n->examples;
    char shown[256];
    note_unlabelled(x);
    printf("pack    %s: %zu samples of %d frames %dx%d, %d classes\n",
           text_escape(shown, sizeof shown, n->pack->path), data->samples,
           data->frames_per_sample, data->width, data->height, n->pack->class_count);
    printf("split   %s: train %zu, validation %zu, test %zu samples\n",
           text_escape(shown, sizeof shown, x->split->name), x->train.count, x->val.count,
           x->test.count);
    if (x->val_drawn) {
        printf("        (no val part: %zu samples in whole groups were drawn out of train)\n",
               x->val.count);
    }
    printf("net     %s: %zu parameters, %.1f million multiply-adds a %s\n",
           text_clean(shown, sizeof shown, n->net_name), net_parameters(n->net)->trained,
           net_multiply_adds(n->net) / 1e6,
           net_frames_per_example(n->net) > 1 ? "sample" : "frame");
    print_options(n->record);
    printf("run     %s, %d thread%s, --cpu %s\n",
           text_escape(shown, sizeof shown, n->settings->output), n->settings->threads,
           n->settings->threads == 1 ? "" : "s", kernel_set_current()->name);
    if (n->resumed) {
        printf("        goes on after step %llu\n",
               (unsigned long long)trainer_step_number(n->resumed));
    }
    printf("\n");
    fflush(stdout);
}

void run_notes_end(const struct train_settings *settings, const struct run_state *state,
                   const char *path)
{
    if ((size_t)settings->epochs > state->history.count) {
        printf("ended early: %d epochs without a better validation accuracy\n",
               settings->patience);
    }
    if (state->best_epoch > 0) {
        char shown[1024];
        printf("best: epoch %d, validation accuracy per sample %.1f %%: %s\n", state->best_epoch,
               100 * state->best_accuracy, text_escape(shown, sizeof shown, path));
    }
}
