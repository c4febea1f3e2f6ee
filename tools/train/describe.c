#include "tools/train/describe.h"

#include "core/base/text.h"
#include "core/nn/graph/net.h"
#include "formats/net_text.h"
#include "tools/train/nets.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_MAX = 65536, FRAMES_USUAL = 3 };

// "3x64x64", or "5x3x64x64" with frames first.
static int parse_input(struct net_input *ret, const char *text, struct error *err)
{
    int dims[3];
    int frames = FRAMES_USUAL;
    const char *rest = text;
    int crosses = 0;
    for (const char *c = text; *c; c++) {
        crosses += *c == 'x';
    }
    if (crosses == 3) {
        char first[16];
        rest = strchr(text, 'x') + 1;
        snprintf(first, sizeof first, "%.*s", (int)(rest - text - 1), text);
        if (!text_to_int(first, 1, SIDE_MAX, &frames)) {
            rest = "";
        }
    }
    if (!text_to_dims(rest, 3, SIDE_MAX, dims)) {
        char shown[80];
        return error_set(err, ERR_USAGE, "--input %s: channels x height x width, as in 3x64x64, "
                         "each 1 to %d, is needed", text_escape(shown, sizeof shown, text),
                         SIDE_MAX);
    }
    *ret = (struct net_input){dims[0], dims[1], dims[2], frames};
    return 0;
}

// "line 7: conv" is shown as its number and its word.
static void print_layer(const struct net_layer *layer)
{
    char shape[SHAPE_TEXT_SIZE];
    const char *word = strchr(layer->label, ':');
    int line = 0;
    bool known = sscanf(layer->label, "line %d", &line) == 1 && word;
    printf("%4d  %-17s %-13s %-15s %11zu %13.0f\n", line, layer->name,
           known ? word + 2 : layer->label, shape_text(shape, layer->output), layer->parameters,
           layer->multiply_adds);
}

static void print_net(const struct net *net, const char *name)
{
    struct net_input input = net_input(net);
    int together = net_frames_per_example(net);
    size_t parameters = 0;
    char shown[1024];
    printf("%s: reads %dx%dx%d%s, %d classes\n\n", text_clean(shown, sizeof shown, name),
           together * input.channels, input.height, input.width,
           together > 1 ? " (all frames of a sample)" : "", net_classes(net));
    printf("%4s  %-17s %-13s %-15s %11s %13s\n", "line", "name", "layer", "output", "parameters",
           "multiply-adds");
    for (int i = 0; i < net_layer_count(net); i++) {
        struct net_layer layer = net_layer(net, i);
        print_layer(&layer);
        parameters += layer.parameters;
    }
    printf("%4s  %-17s %-13s %-15s %11zu %13.0f\n", "", "all", "", "", parameters,
           net_multiply_adds(net));
}

int describe_net(const char *net, const char *input, int classes, struct error *err)
{
    struct net_input shape;
    struct net_spec *spec = NULL;
    struct net *built = NULL;
    char *name = NULL;
    int code = parse_input(&shape, input, err);
    code = code < 0 ? code : nets_find(&spec, &name, net, err);
    code = code < 0 ? code : net_build(&built, spec, shape, classes, err);
    if (code == 0) {
        print_net(built, name);
    }
    net_close(&built);
    net_spec_free(&spec);
    free(name);
    return code;
}
