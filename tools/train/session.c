#include "tools/train/session.h"

#include "core/base/text.h"
#include "formats/net_text.h"
#include "tools/common/report.h"
#include "tools/common/weights.h"
#include "tools/train/epochs.h"
#include "tools/train/nets.h"
#include "tools/train/record.h"
#include "tools/train/trained_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// All that a run holds. Zeroed, then filled from top to bottom.
struct session {
    struct train_settings settings; // with what was resolved put in
    struct run_folder *folder;
    struct pack *pack;
    struct examples examples;
    struct net_spec *spec;
    char *net_name;
    struct model *init;
    struct record record;
    struct threads *threads;
    struct net *net;
    struct trainer *trainer;
};

static void close_all(struct session *s)
{
    trainer_close(&s->trainer);
    net_close(&s->net);
    threads_close(&s->threads);
    record_clear(&s->record);
    model_free(&s->init);
    free(s->net_name);
    net_spec_free(&s->spec);
    examples_clear(&s->examples);
    pack_close(&s->pack);
    run_folder_close(&s->folder);
}

// Files are read while there are no threads yet: their readers are forked.
static int read_files(struct session *s, const char *pack_path, struct error *err)
{
    struct sandbox sandbox = train_settings_sandbox(&s->settings);
    int code = pack_open(&s->pack, pack_path, &sandbox, err);
    code = code < 0 ? code : examples_choose(&s->examples, s->pack, s->settings.split,
                                             s->settings.seed, err);
    code = code < 0 ? code : nets_find(&s->spec, &s->net_name, s->settings.net, err);
    if (code == 0 && s->settings.init) {
        code = model_read(&s->init, s->settings.init, &sandbox, err);
    }
    if (code == 0) {
        s->settings.split = s->examples.split->name;
        s->settings.net = s->net_name;
    }
    return code;
}

static void note_other_classes(const struct session *s)
{
    const struct model *init = s->init;
    bool same = init->class_count == s->pack->class_count;
    for (int i = 0; same && i < init->class_count; i++) {
        same = strcmp(init->classes[i], s->pack->classes[i]) == 0;
    }
    if (!same) {
        report_say("train", "%s was trained for other classes; its outputs are taken over by "
                   "number", s->settings.init);
    }
}

static int build_net(struct session *s, struct error *err)
{
    struct net_input input = {3, s->pack->data.height, s->pack->data.width,
                              s->pack->data.frames_per_sample};
    int code = threads_open(&s->threads, s->settings.threads, err);
    code = code < 0 ? code : net_build(&s->net, s->spec, input, s->pack->class_count, err);
    if (code < 0) {
        return code;
    }
    net_init(s->net, s->settings.seed);
    if (s->init) {
        code = weights_load(net_parameters(s->net), s->init, s->settings.init, err);
        if (code == 0 && !s->settings.quiet) {
            note_other_classes(s);
        }
    }
    return code;
}

static int open_trainer(struct session *s, struct error *err)
{
    struct trainer_options options = train_settings_trainer(&s->settings);
    struct subset subset = {s->examples.train.rows, s->examples.train.count};
    return trainer_open(&s->trainer, s->net, &s->pack->data, subset, &options, s->threads, err);
}

// "name=value" words, wrapped behind a label.
static void print_options(const struct record *record)
{
    enum { INDENT = 8, WIDTH = 79 };
    int at = printf("options");
    for (int i = 0; i < record->count; i++) {
        const struct model_option *o = &record->items[i];
        int length = (int)(strlen(o->name) + strlen(o->value) + 2);
        if (at + length > WIDTH) {
            at = printf("\n%*s", INDENT - 1, "") - 1;
        }
        at += printf(" %s=%s", o->name, o->value);
    }
    printf("\n");
}

static void print_start(const struct session *s)
{
    const struct dataset *data = &s->pack->data;
    const struct examples *x = &s->examples;
    char shown[256];
    printf("pack    %s: %zu samples of %d frames %dx%d, %d classes\n",
           text_escape(shown, sizeof shown, s->pack->path), data->samples,
           data->frames_per_sample, data->width, data->height, s->pack->class_count);
    printf("split   %s: train %zu, validation %zu, test %zu samples\n",
           text_escape(shown, sizeof shown, x->split->name), x->train.count, x->val.count,
           x->test.count);
    if (x->val_drawn) {
        printf("        (no val part: %zu samples in whole groups were drawn out of train)\n",
               x->val.count);
    }
    printf("net     %s: %zu parameters, %.1f million multiply-adds a frame\n", s->net_name,
           net_parameters(s->net)->total, net_multiply_adds(s->net) / 1e6);
    print_options(&s->record);
    printf("run     %s, %d thread%s\n\n", text_escape(shown, sizeof shown, s->settings.output),
           s->settings.threads, s->settings.threads == 1 ? "" : "s");
    fflush(stdout);
}

static void note_unlabelled(const struct session *s)
{
    const struct examples *x = &s->examples;
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

static int train(struct session *s, struct error *err)
{
    struct epochs epochs = {
        .settings = &s->settings,
        .pack = s->pack,
        .examples = &s->examples,
        .net = s->net,
        .trainer = s->trainer,
        .threads = s->threads,
        .folder = s->folder,
    };
    int code = epochs_run(&epochs, err);
    const char *path = run_folder_file(s->folder, "model.h5");
    code = code < 0 ? code : trained_model_write(path, s->net, s->spec, s->net_name, s->pack,
                                                 &s->examples.train, &s->record, err);
    if (code < 0) {
        return code;
    }
    struct error own = ERROR_INIT;
    code = epochs_score_test(&epochs, &own);
    path = run_folder_file(s->folder, "model.h5");
    if (code == ERR_STOPPED) {
        return error_set(err, code, "stopped while the test part was scored; %s is complete",
                         path);
    }
    if (code < 0) {
        return error_set(err, code, "%s", own.text);
    }
    if (!s->settings.quiet) {
        printf("written: %s\n", path);
    }
    return 0;
}

int session_run(const struct train_settings *settings, const char *pack_path, struct error *err)
{
    struct session s = {.settings = *settings};
    int code = run_folder_open(&s.folder, settings->output, settings->force, err);
    code = code < 0 ? code : read_files(&s, pack_path, err);
    code = code < 0 ? code : build_net(&s, err);
    code = code < 0 ? code : record_make(&s.record, &s.settings, s.pack, &s.examples, s.init, err);
    code = code < 0 ? code : open_trainer(&s, err);
    code = code < 0 ? code : run_folder_clear(s.folder, err);
    code = code < 0 ? code : record_write(&s.record, run_folder_file(s.folder, "options.txt"),
                                          err);
    if (code == 0) {
        if (!settings->quiet) {
            note_unlabelled(&s);
            print_start(&s);
        }
        code = train(&s, err);
    }
    close_all(&s);
    return code;
}
