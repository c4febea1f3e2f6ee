/* Which class does a model say each row of a pack is?
 *   cc example.c $(pkg-config --cflags --libs triptych) -o example
 *   ./example run/model.h5 ucf101.h5 */
#include <stdio.h>
#include <stdlib.h>
#include <triptych.h>

static int fail(const char *message)
{
    fprintf(stderr, "example: %s\n", message);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    char message[TRIPTYCH_MESSAGE_SIZE] = "two files are needed, MODEL and PACK";
    struct triptych_pack *pack = NULL;
    struct triptych_model *model = NULL;
    if (argc != 3 || triptych_pack_open(&pack, argv[2], message, sizeof message) < 0
        || triptych_model_open(&model, argv[1], 2, message, sizeof message) < 0) {
        return fail(message);
    }
    struct triptych_shape p = triptych_pack_shape(pack), m = triptych_model_shape(model);
    if (p.frames != m.frames || p.height != m.height || p.width != m.width) {
        return fail("the pack does not have the frames that the model takes");
    }
    size_t classes = (size_t)m.classes, answers = (size_t)m.frames * classes;
    float *said = calloc(p.rows, answers * sizeof *said);
    if (!said || triptych_model_predict(model, triptych_pack_frames(pack, 0), p.rows, said, NULL,
                                        message, sizeof message) < 0) {
        return fail(said ? message : "out of memory");
    }
    for (size_t row = 0; row < p.rows; row++) {
        float *score = said + row * answers; /* [frames][classes] */
        size_t best = 0;
        for (size_t c = 0; c < classes; c++) {
            for (size_t i = c + classes; i < answers; i += classes) {
                score[c] += score[i]; /* a row's answer is the mean of its frames' */
            }
            best = score[c] > score[best] ? c : best;
        }
        printf("%s: %s\n", triptych_pack_path(pack, row), triptych_model_class(model, (int)best));
    }
    free(said);
    triptych_model_close(&model);
    triptych_pack_close(&pack);
    return EXIT_SUCCESS;
}
