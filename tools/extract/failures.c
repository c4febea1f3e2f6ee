#include "tools/extract/failures.h"

#include "core/base/output.h"
#include "core/base/text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

struct table {
    FILE *out;
    const struct source *source;
};

static int add_line(void *context, size_t number, const char *message, struct error *err)
{
    const struct table *table = context;
    const struct source_clip *clip = &table->source->clips[number];
    char root[4 * PATH_MAX], path[4 * PATH_MAX];
    text_escape(root, sizeof root, table->source->roots[clip->root]);
    text_escape(path, sizeof path, clip->path);
    return fprintf(table->out, "%s%s\t%s\n", root, path, message) < 0
        ? error_nomem(err, "table of failures") : 0;
}

int failures_write(const char *path, const struct pack_writer *writer, const struct plan *plan,
                   struct error *err)
{
    char *text = NULL;
    size_t size;
    struct table table = {open_memstream(&text, &size), &plan->source};
    if (!table.out) {
        return error_nomem(err, path);
    }
    int code = pack_each_failed(writer, add_line, &table, err);
    if (fclose(table.out) != 0 && code == 0) {
        code = error_nomem(err, path);
    }
    code = code < 0 ? code : output_write_file(path, text, size, true, err);
    free(text);
    return code;
}
