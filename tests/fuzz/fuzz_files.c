/* Packs, models, checkpoints and MATLAB labels as the programs read them, through children:
 * that a child dies is a refusal, that this process does is a finding. An input
 * is one letter (p pack, m model, c checkpoint, t MATLAB labels) and the file. */

#include "formats/checkpoint.h"
#include "formats/label_mat.h"
#include "formats/model.h"
#include "formats/pack.h"
#include "tests/fuzz/fuzz_input.h"

#include <stdlib.h>

static void say_why(int code, const struct error *err)
{
    if (code < 0 && (err->code != code || !err->text[0])) {
        abort(); // refused without a word
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sandbox sandbox = sandbox_defaults();
    struct error err = ERROR_INIT;
    if (size == 0) {
        return 0;
    }
    const char *path = fuzz_file(data + 1, size - 1);
    if (data[0] == 'p') {
        struct pack *pack = NULL;
        size_t bad, rows[4];
        bool digest_ok;
        int code = pack_open(&pack, path, &sandbox, &err);
        say_why(code, &err);
        if (code == 0) {
            say_why(pack_verify(pack, &bad, rows, 4, &digest_ok, &err), &err);
            pack_close(&pack);
        }
    } else if (data[0] == 'm') {
        struct model *model = NULL;
        say_why(model_read(&model, path, &sandbox, &err), &err);
        model_free(&model);
    } else if (data[0] == 'c') {
        struct checkpoint *checkpoint = NULL;
        struct model *model = NULL;
        say_why(checkpoint_read(&checkpoint, &model, path, &sandbox, &err), &err);
        checkpoint_free(&checkpoint);
        model_free(&model);
    } else if (data[0] == 't') {
        struct label_vector vectors[2] = {{.name = "trLb"}, {.name = "valLb"}};
        int code = label_mat_read(vectors, 2, path, &sandbox, &err);
        say_why(code, &err);
        if (code == 0) {
            free(vectors[0].labels);
            free(vectors[1].labels);
        }
    }
    return 0;
}
