#include "tools/library/triptych.h"

#include "core/nn/train/evaluate.h"
#include "formats/model.h"
#include "formats/net_text.h"
#include "tools/common/weights.h"
#include "tools/library/give_message.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// Samples that are computed at a time; a data set wants row numbers and labels for them.
enum { PIECE = 1024 };

struct triptych_model {
    struct model *model;
    struct net *net;
    struct threads *threads;
    bool flip;
    uint32_t rows[PIECE];
    uint16_t labels[PIECE];
};

static int build(struct triptych_model *m, const char *path, int threads, struct error *err)
{
    const struct model_input *input = &m->model->input;
    struct net_input shape = {3, input->height, input->width, input->frames};
    struct net_spec *spec = NULL;
    int code = net_text_parse(&spec, m->model->net_text, path, err);
    code = code < 0 ? code : net_build(&m->net, spec, shape, m->model->class_count, err);
    net_spec_free(&spec);
    code = code < 0 ? code : weights_load(net_parameters(m->net), m->model, path, err);
    return code < 0 ? code : threads_open(&m->threads, threads, err);
}

static int read_and_build(struct triptych_model *m, const char *path, int threads,
                          struct error *err)
{
    if (threads < 1 || threads > THREADS_MAX) {
        return error_set(err, ERR_VALUE, "%d threads; 1 to %d are possible", threads,
                         THREADS_MAX);
    }
    // Reading forks, so it comes before the threads.
    struct sandbox sandbox = sandbox_defaults();
    int code = model_read(&m->model, path, &sandbox, err);
    return code < 0 ? code : build(m, path, threads, err);
}

int triptych_model_open(struct triptych_model **ret, const char *path, int threads,
                        char *message, size_t size)
{
    struct error err = ERROR_INIT;
    struct triptych_model *m = calloc(1, sizeof *m);
    int code = m ? read_and_build(m, path, threads, &err) : error_nomem(&err, path);
    if (code < 0) {
        triptych_model_close(&m);
        return give_message(message, size, &err);
    }
    const char *flip = model_option_value(m->model, "eval-flip");
    m->flip = flip && strcmp(flip, "on") == 0;
    for (uint32_t i = 0; i < PIECE; i++) {
        m->rows[i] = i;
        m->labels[i] = DATASET_UNLABELLED;
    }
    *ret = m;
    return 0;
}

void triptych_model_close(struct triptych_model **model)
{
    if (*model) {
        threads_close(&(*model)->threads);
        net_close(&(*model)->net);
        model_free(&(*model)->model);
    }
    free(*model);
    *model = NULL;
}

struct triptych_shape triptych_model_shape(const struct triptych_model *model)
{
    const struct model_input *input = &model->model->input;
    return (struct triptych_shape){
        .frames = input->frames,
        .height = input->height,
        .width = input->width,
        .classes = model->model->class_count,
    };
}

const char *triptych_model_class(const struct triptych_model *model, int number)
{
    const struct model *m = model->model;
    return number >= 0 && number < m->class_count ? m->classes[number] : NULL;
}

int triptych_model_predict(struct triptych_model *model, const uint8_t *frames, size_t count,
                           float *probabilities, float *logits, char *message, size_t size)
{
    const struct model_input *input = &model->model->input;
    struct error err = ERROR_INIT;
    size_t pixels = 3 * (size_t)input->frames * (size_t)input->height * (size_t)input->width;
    size_t answers = (size_t)input->frames * (size_t)model->model->class_count;
    for (size_t done = 0, piece; done < count; done += piece) {
        struct evaluation unlabelled;
        piece = count - done < PIECE ? count - done : PIECE;
        struct dataset data = {
            .frames = frames + done * pixels,
            .labels = model->labels,
            .samples = piece,
            .frames_per_sample = input->frames,
            .height = input->height,
            .width = input->width,
            .normalise = input->normalise,
        };
        struct subset rows = {model->rows, piece};
        struct evaluation_options options = {
            .flip = model->flip,
            .logits = logits ? logits + done * answers : NULL,
        };
        if (net_evaluate_with(model->net, &data, rows, model->threads, &options,
                              probabilities ? probabilities + done * answers : NULL,
                              &unlabelled, &err) < 0) {
            return give_message(message, size, &err);
        }
    }
    return 0;
}
