/* `model export`: a model for other programs. */

#include "core/base/text.h"
#include "formats/onnx_file.h"
#include "formats/safetensors.h"
#include "tools/common/same_file.h"
#include "tools/model/model_command.h"

#include <stdio.h>
#include <string.h>

struct export_settings {
    struct model_settings common;
    const char *output;
    bool force;
    int format; /* index in format_words */
};

// "name": as the ending of the output's name says.
enum { FORMAT_NAME, FORMAT_ONNX, FORMAT_SAFETENSORS };
static const char *const format_words[] = {"name", "onnx", "safetensors", NULL};

#define AT(member) offsetof(struct export_settings, member)

static const struct option_entry entries[] = {
    {.type = OPTION_TEXT, .name = "output", .letter = 'o', .argument = "FILE",
     .offset = AT(output), .help = "the file to write"},
    {.type = OPTION_CHOICE, .name = "format", .argument = "WORD", .offset = AT(format),
     .choices = format_words,
     .help = "onnx, safetensors, or as the name of FILE ends (name, default)"},
    {.type = OPTION_FLAG, .name = "force", .letter = 'f', .offset = AT(force),
     .help = "replace FILE if it exists"},
    {.type = OPTION_CHOICE, .name = "sandbox", .argument = "MODE", .offset = AT(common.sandbox),
     .choices = sandbox_mode_words,
     .help = "filter the reader's system calls: auto (where possible, default), require, off"},
    {.name = NULL, .help = NULL},
};

static const struct command command = {
    .name = "model export",
    .usage = "model export -o FILE [options] MODEL",
    .summary = "Write a model for other programs. FILE.onnx is the whole network with its "
               "preprocessing: it reads frames as bytes, as a pack holds them, and gives one "
               "number per class. FILE.safetensors is the parameters under PyTorch's names; "
               "train --init reads it, too.",
    .options = entries,
    .closing = "Examples:\n"
               "  model export -o model.onnx run/model.h5\n"
               "  model export -o model.safetensors run/model.h5\n",
};

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && strcmp(text + length - tail, end) == 0;
}

static int choose_format(struct export_settings *settings, struct error *err)
{
    if (!settings->output || !settings->output[0]) {
        return error_set(err, ERR_USAGE, "no output: -o FILE is needed");
    }
    if (settings->format != FORMAT_NAME) {
        return 0;
    }
    if (ends_with(settings->output, ".onnx")) {
        settings->format = FORMAT_ONNX;
    } else if (ends_with(settings->output, ".safetensors")) {
        settings->format = FORMAT_SAFETENSORS;
    } else {
        char shown[200];
        return error_set(err, ERR_USAGE, "-o %s: a name that ends in .onnx or .safetensors is "
                         "needed, or --format",
                         text_escape(shown, sizeof shown, settings->output));
    }
    return 0;
}

static enum exit_status run(int argc, char **argv)
{
    struct export_settings settings = {.common = {SANDBOX_AUTO}};
    struct error err = ERROR_INIT;
    struct model *model = NULL;
    int first = 0;
    int code = options_parse(&command, &settings, argc, argv, &first, &err);
    if (code > 0) {
        return verbs_end(&command, EXIT_DONE);
    }
    code = code < 0 ? code : choose_format(&settings, &err);
    if (code == 0 && argc - first != 1) {
        code = error_set(&err, ERR_USAGE, "one MODEL is needed, %d given", argc - first);
    }
    code = code < 0 ? code : same_file_refuse("-o", settings.output, argv[first], "the model",
                                              &err);
    code = code < 0 ? code : model_command_read(&model, &settings.common, argv[first], &err);
    if (code == 0) {
        code = settings.format == FORMAT_ONNX
            ? onnx_file_write(settings.output, model, settings.force, &err)
            : safetensors_write(settings.output, model, settings.force, &err);
    }
    model_free(&model);
    return code < 0 ? report_failure(command.name, &err) : verbs_end(&command, EXIT_DONE);
}

const struct verb verb_model_export = {"export", &command, run,
                                       "write it as ONNX or safetensors"};
