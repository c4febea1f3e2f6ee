/* `model info`: what is in a model? */

#include "core/base/text.h"
#include "formats/json_write.h"
#include "tools/model/model_command.h"

#include <stdio.h>

enum { SHOWN = 400 };

struct info_settings {
    struct model_settings model;
    bool json;
};

static const struct option_entry entries[] = {
    {.type = OPTION_FLAG, .name = "json", .offset = offsetof(struct info_settings, json),
     .unrecorded = true, .help = "as JSON, for scripts"},
    {.type = OPTION_CHOICE, .name = "sandbox", .argument = "MODE",
     .offset = offsetof(struct model_settings, sandbox), .choices = sandbox_mode_words,
     .unrecorded = true,
     .help = "filter the reader's system calls: auto (where possible, default), require, off"},
    {.name = NULL, .help = NULL},
};

static const struct command command = {
    .name = "model info",
    .usage = "model info [options] MODEL",
    .summary = "Say what is in a model: its net and parameters, what it reads, its classes, the "
               "settings of its training, and how many clips it has seen.",
    .options = entries,
};

static void print_line(const char *label, const char *text)
{
    char shown[SHOWN];
    printf("%-11s %s\n", label, text_clean(shown, sizeof shown, text));
}

static void print_input(const struct model *model)
{
    const struct model_input *input = &model->input;
    printf("%-11s samples of %d frames, %dx%d pixels (width x height)\n", "reads", input->frames,
           input->width, input->height);
    print_line("fit", input->fit);
    print_line("sampling", input->sampling);
    if (input->normalise) {
        const struct normalisation *n = input->normalise;
        printf("%-11s mean %.6f %.6f %.6f, deviation %.6f %.6f %.6f\n", "normalise", n->mean[0],
               n->mean[1], n->mean[2], n->std[0], n->std[1], n->std[2]);
    }
}

static void print_parameters(const struct parameters *parameters)
{
    printf("\n%-32s %-20s %11s\n", "parameter", "shape", "numbers");
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->table[i];
        char shape[96], name[SHOWN];
        size_t used = 0;
        for (int d = 0; d < p->dim_count; d++) {
            used += (size_t)snprintf(shape + used, sizeof shape - used, "%s%d", d ? "x" : "",
                                     p->dim[d]);
        }
        printf("%-32s %-20s %11zu\n", text_escape(name, sizeof name, p->name), shape, p->size);
    }
    printf("%-32s %-20s %11zu\n", "all", "", parameters->total);
}

static void print_model(const struct model *model)
{
    char name[SHOWN], value[SHOWN];
    print_line("net", model->net_name);
    print_input(model);
    printf("%-11s %zu clips\n", "trained on", model->clip_count);
    print_line("digest", model->digest);
    printf("\n%d classes\n", model->class_count);
    for (int i = 0; i < model->class_count; i++) {
        printf("%5d  %s\n", i, text_escape(name, sizeof name, model->classes[i]));
    }
    printf("\noptions\n");
    for (int i = 0; i < model->option_count; i++) {
        printf("  %s = %s\n", text_escape(name, sizeof name, model->options[i].name),
               text_clean(value, sizeof value, model->options[i].value));
    }
    print_parameters(&model->parameters);
}

// ---- for scripts ----

static void json_three(struct json *json, const char *name, const double values[3])
{
    json_array_begin(json, name);
    for (int c = 0; c < 3; c++) {
        json_number(json, NULL, values[c]);
    }
    json_array_end(json);
}

static void json_input(struct json *json, const struct model_input *input)
{
    json_object_begin(json, "reads");
    json_count(json, "frames", (uint64_t)input->frames);
    json_count(json, "width", (uint64_t)input->width);
    json_count(json, "height", (uint64_t)input->height);
    json_text(json, "fit", input->fit);
    json_text(json, "sampling", input->sampling);
    if (input->normalise) {
        json_three(json, "mean", input->normalise->mean);
        json_three(json, "deviation", input->normalise->std);
    }
    json_object_end(json);
}

static void json_parameters(struct json *json, const struct parameters *parameters)
{
    json_array_begin(json, "parameters");
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->table[i];
        json_object_begin(json, NULL);
        json_text(json, "name", p->name);
        json_array_begin(json, "shape");
        for (int d = 0; d < p->dim_count; d++) {
            json_count(json, NULL, (uint64_t)p->dim[d]);
        }
        json_array_end(json);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_json(const struct model *model)
{
    struct json json = json_begin(stdout);
    json_text(&json, "net", model->net_name);
    json_input(&json, &model->input);
    json_count(&json, "clips_seen", model->clip_count);
    json_text(&json, "digest", model->digest);
    json_array_begin(&json, "classes");
    for (int i = 0; i < model->class_count; i++) {
        json_text(&json, NULL, model->classes[i]);
    }
    json_array_end(&json);
    json_object_begin(&json, "options");
    for (int i = 0; i < model->option_count; i++) {
        json_text(&json, model->options[i].name, model->options[i].value);
    }
    json_object_end(&json);
    json_parameters(&json, &model->parameters);
    json_end(&json);
}

static enum exit_status run(int argc, char **argv)
{
    struct info_settings settings = {.model = {SANDBOX_AUTO}};
    struct error err = ERROR_INIT;
    struct model *model = NULL;
    int first = 0;
    int code = options_parse(&command, &settings, argc, argv, &first, &err);
    if (code > 0) {
        return verbs_end(&command, EXIT_DONE);
    }
    if (code == 0 && argc - first != 1) {
        code = error_set(&err, ERR_USAGE, "one MODEL is needed, %d given", argc - first);
    }
    code = code < 0 ? code : model_command_read(&model, &settings.model, argv[first], &err);
    if (code < 0) {
        return report_failure(command.name, &err);
    }
    if (settings.json) {
        write_json(model);
    } else {
        print_model(model);
    }
    model_free(&model);
    return verbs_end(&command, EXIT_DONE);
}

const struct verb verb_model_info = {"info", &command, run, "say what is in a model"};
