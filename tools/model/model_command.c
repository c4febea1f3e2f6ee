#include "tools/model/model_command.h"

#include "core/nn/graph/net.h"
#include "formats/net_text.h"
#include "tools/common/weights.h"

static const struct verb *const verbs[] = {&verb_model_info, &verb_model_export, NULL};

static const struct option_entry no_entries[] = {{.name = NULL, .help = NULL}};

const struct command model_command = {
    .name = "model",
    .usage = "model VERB [options] MODEL",
    .summary = "Look at a model that train wrote, and take it to other programs.",
    .options = no_entries,
    .closing = "'model VERB --help' says more.\n",
    .verbs = verbs,
};

// The net that the model's text describes takes the model's numbers.
static int check_net(const struct model *model, const char *path, struct error *err)
{
    struct net_input input = {3, model->input.height, model->input.width, model->input.frames};
    struct net_spec *spec = NULL;
    struct net *net = NULL;
    int code = net_text_parse(&spec, model->net_text, path, err);
    code = code < 0 ? code : net_build(&net, spec, input, model->class_count, err);
    code = code < 0 ? code : weights_load(net_parameters(net), model, path, err);
    net_close(&net);
    net_spec_free(&spec);
    return code;
}

int model_command_read(struct model **ret, const struct model_settings *settings,
                       const char *path, struct error *err)
{
    struct sandbox sandbox = sandbox_defaults();
    sandbox.mode = (enum sandbox_mode)settings->sandbox;
    report_sandbox(model_command.name, &sandbox);
    struct model *model = NULL;
    int code = model_read(&model, path, &sandbox, err);
    code = code < 0 ? code : check_net(model, path, err);
    if (code < 0) {
        model_free(&model);
        return code;
    }
    *ret = model;
    return 0;
}
