#include "core/nn/graph/layer.h"

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/nn/noise.h"

#include <stdlib.h>
#include <string.h>

/* dropout P: in training every number is set to zero with probability P, and
 * the others are divided by 1 - P; in evaluation nothing happens. dropout2d P
 * does so with whole planes. PyTorch's Dropout and Dropout2d.
 *
 * Which ones is a function of seed, step, layer, image and number (noise.h), so
 * backward works it out again. */

struct dropout {
    double probability;
    real scale;
    uint64_t layer; // a number for the layer's name
    size_t pieces;  // per image, that live or die as a whole
    size_t piece;   // elements
};

static int build_pieces(void **ret, struct layer_build *build, bool planes, struct error *err)
{
    static const char *const keys[] = {NULL};
    int code = layer_check_words(build, 1, keys, err);
    if (code) {
        return code;
    }
    struct shape in = build->inputs[0];
    struct dropout made = {.probability = 0.5};
    const char *word = layer_word(build, 0);
    char quoted[80];
    if (word && !text_to_double(word, 0, 0.999, &made.probability)) {
        return layer_error(build, err, "'%s' where the share to drop is needed, 0 to 0.999",
                           text_escape(quoted, sizeof quoted, word));
    }
    if (planes && in.flat) {
        return layer_error(build, err, "needs planes to read, but gets %s: use 'dropout' behind "
                           "'flatten'", shape_text(quoted, in));
    }
    made.scale = (real)(1 / (1 - made.probability));
    made.layer = random_hash_text(0, build->prefix);
    made.pieces = planes ? (size_t)in.channels : shape_elements(in);
    made.piece = shape_elements(in) / made.pieces;
    build->output = in;
    struct dropout *state = malloc(sizeof *state);
    if (!state) {
        return error_nomem(err, "a network");
    }
    *state = made;
    *ret = state;
    return 0;
}

static int build_dropout(void **ret, struct layer_build *build, struct error *err)
{
    return build_pieces(ret, build, false, err);
}

static int build_dropout2d(void **ret, struct layer_build *build, struct error *err)
{
    return build_pieces(ret, build, true, err);
}

// to = from where it lives, scaled; else 0.
static void drop(const struct dropout *dropout, const struct layer_pass *pass, real *to,
                 const real *from)
{
    size_t piece = dropout->piece;
    for (int i = 0; i < pass->images; i++) {
        uint64_t noise = noise_of_image(pass->noise, dropout->layer, pass->first + i);
        for (size_t k = 0; k < dropout->pieces; k++) {
            bool lives = noise_unit(noise, k) >= dropout->probability;
            for (size_t e = 0; e < piece; e++) {
                to[e] = lives ? from[e] * dropout->scale : 0;
            }
            to += piece;
            from += piece;
        }
    }
}

static void forward(const void *state, const struct layer_pass *pass)
{
    const struct dropout *dropout = state;
    if (pass->training) {
        drop(dropout, pass, pass->output, pass->inputs[0]);
    } else {
        memcpy(pass->output, pass->inputs[0],
               (size_t)pass->images * dropout->pieces * dropout->piece * sizeof(real));
    }
}

static void backward(const void *state, const struct layer_pass *pass)
{
    if (pass->input_gradients[0]) {
        drop(state, pass, pass->input_gradients[0], pass->output_gradient);
    }
}

const struct layer_kind layer_dropout = {
    .word = "dropout",
    .usage = "dropout [SHARE=0.5]",
    .build = build_dropout,
    .forward = forward,
    .backward = backward,
    .forgets_inputs = true,
    .forgets_output = true,
};

const struct layer_kind layer_dropout2d = {
    .word = "dropout2d",
    .usage = "dropout2d [SHARE=0.5]",
    .build = build_dropout2d,
    .forward = forward,
    .backward = backward,
    .forgets_inputs = true,
    .forgets_output = true,
};
