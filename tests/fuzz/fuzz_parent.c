/* All that the parent checks about a file that a child has described, with a
 * child that says anything. The linker sends child_call() through here.
 *
 * An input is one letter (p pack, m model, c checkpoint, t MATLAB labels), the
 * size of the child's answer (u32, little-endian), the answer, and the file. */

#include "core/base/child.h"
#include "formats/checkpoint.h"
#include "formats/label_mat.h"
#include "formats/model.h"
#include "formats/pack.h"
#include "tests/fuzz/fuzz_input.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t *answer;
static size_t answer_size;

int __wrap_child_call(void **ret, size_t *ret_size, const struct child_call *call,
                      const struct sandbox *sandbox, struct error *err);
int __wrap_child_call(void **ret, size_t *ret_size, const struct child_call *call,
                      const struct sandbox *sandbox, struct error *err)
{
    (void)sandbox;
    if (answer_size > call->capacity) {
        return error_set(err, ERR_CHILD, "%s: more than was asked for", call->name);
    }
    void *copy = malloc(answer_size + 1); // a read behind its end is seen
    if (!copy) {
        return error_nomem(err, call->name);
    }
    memcpy(copy, answer, answer_size);
    copy = answer_size > 0 ? realloc(copy, answer_size) : copy;
    *ret = copy;
    *ret_size = answer_size;
    return 0;
}

static void read_pack(const char *path)
{
    struct sandbox sandbox = sandbox_defaults();
    struct error err = ERROR_INIT;
    struct pack *pack = NULL;
    if (pack_open(&pack, path, &sandbox, &err) < 0) {
        return;
    }
    size_t bad, rows[4], length = 0;
    bool digest_ok;
    for (size_t i = 0; i < pack->data.samples; i++) {
        length += strlen(pack_path(pack, i)) + strlen(pack_group(pack, i))
                + strlen(pack_message(pack, i)) + pack->data.labels[i] + pack->frame_index[i];
    }
    if (pack_verify(pack, &bad, rows, 4, &digest_ok, &err) < 0 && length == 1) {
        abort(); // never; it keeps the reads above
    }
    pack_close(&pack);
}

static void read_model(const char *path)
{
    struct sandbox sandbox = sandbox_defaults();
    struct error err = ERROR_INIT;
    struct model *model = NULL;
    if (model_read(&model, path, &sandbox, &err) == 0) {
        model_free(&model);
    }
}

static void read_checkpoint(const char *path)
{
    struct sandbox sandbox = sandbox_defaults();
    struct error err = ERROR_INIT;
    struct checkpoint *checkpoint = NULL;
    struct model *model = NULL;
    if (checkpoint_read(&checkpoint, &model, path, &sandbox, &err) == 0) {
        checkpoint_free(&checkpoint);
        model_free(&model);
    }
}

static void read_labels(const char *path)
{
    struct sandbox sandbox = sandbox_defaults();
    struct error err = ERROR_INIT;
    struct label_vector vectors[2] = {{.name = "trLb"}, {.name = "valLb"}};
    if (label_mat_read(vectors, 2, path, &sandbox, &err) == 0) {
        free(vectors[0].labels);
        free(vectors[1].labels);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t length;
    if (size < 1 + sizeof length) {
        return 0;
    }
    memcpy(&length, data + 1, sizeof length);
    const uint8_t *rest = data + 1 + sizeof length;
    size_t left = size - 1 - sizeof length;
    answer = rest;
    answer_size = length < left ? length : left;
    const char *path = fuzz_file(rest + answer_size, left - answer_size);
    switch (data[0]) {
    case 'p': read_pack(path); break;
    case 'm': read_model(path); break;
    case 'c': read_checkpoint(path); break;
    case 't': read_labels(path); break;
    default: break;
    }
    return 0;
}
