/* Make an input of fuzz_parent.c out of a real file: seed_parent p|m|c|t FILE >OUT */

#include "core/base/child.h"
#include "formats/checkpoint.h"
#include "formats/label_mat.h"
#include "formats/model.h"
#include "formats/pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *answer;
static size_t answer_size;

int __real_child_call(void **ret, size_t *ret_size, const struct child_call *call,
                      const struct sandbox *sandbox, struct error *err);
int __wrap_child_call(void **ret, size_t *ret_size, const struct child_call *call,
                      const struct sandbox *sandbox, struct error *err);
int __wrap_child_call(void **ret, size_t *ret_size, const struct child_call *call,
                      const struct sandbox *sandbox, struct error *err)
{
    int code = __real_child_call(ret, ret_size, call, sandbox, err);
    free(answer); // of a file that is read twice, the last
    answer = code == 0 ? malloc(*ret_size + 1) : NULL;
    if (answer) {
        memcpy(answer, *ret, *ret_size);
        answer_size = *ret_size;
    }
    return code;
}

static void read_file(char kind, const char *path, struct error *err)
{
    struct sandbox sandbox = sandbox_defaults();
    struct pack *pack = NULL;
    struct model *model = NULL;
    struct checkpoint *checkpoint = NULL;
    struct label_vector vectors[2] = {{.name = "trLb"}, {.name = "valLb"}};
    int code = kind == 'p' ? pack_open(&pack, path, &sandbox, err)
             : kind == 'm' ? model_read(&model, path, &sandbox, err)
             : kind == 'c' ? checkpoint_read(&checkpoint, &model, path, &sandbox, err)
             : label_mat_read(vectors, 2, path, &sandbox, err);
    if (code < 0) {
        fprintf(stderr, "%s\n", err->text);
        exit(1);
    }
    pack_close(&pack);
    model_free(&model);
    checkpoint_free(&checkpoint);
}

int main(int argc, char **argv)
{
    struct error err = ERROR_INIT;
    if (argc != 3) {
        return 2;
    }
    read_file(argv[1][0], argv[2], &err);
    FILE *file = fopen(argv[2], "rb");
    uint32_t size = (uint32_t)answer_size;
    putchar(argv[1][0]);
    fwrite(&size, sizeof size, 1, stdout);
    fwrite(answer, 1, answer_size, stdout);
    for (int c; file && (c = getc(file)) != EOF;) {
        putchar(c);
    }
    return file && fflush(stdout) == 0 ? 0 : 1;
}
